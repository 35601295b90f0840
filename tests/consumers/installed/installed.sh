#!/usr/bin/env bash
# installed.sh CMAKE BUILD COMPILER DIRECTORY: installs a build, and builds and runs programs of a project
# that finds it.
set -euo pipefail

cmake=$1 build=$2 compiler=$3
source=$(realpath "$(dirname "$0")")
rm -rf "$4"
mkdir -p "$4"
cd "$4"
"$cmake" --install "$build" --prefix "$PWD/prefix" > install.txt
"$cmake" -S "$source" -B project -G Ninja -D CMAKE_PREFIX_PATH="$PWD/prefix" \
  -D CMAKE_CXX_COMPILER="$compiler" -D CMAKE_CXX_FLAGS=-O1
"$cmake" --build project
oldest=plain
case $(uname -m) in aarch64 | arm64) oldest=neon ;; esac
[[ $(./project/headers) == "vector path $oldest" ]] || { echo "headers: $(./project/headers)"; exit 1; }
both=$(ADAFUSE_VECTOR_PATH=$oldest ./project/both)
[[ $both == "vector path $oldest"$'\n'"vector path $oldest" ]] || { echo "both: $both"; exit 1; }
./project/both
! ADAFUSE_VECTOR_PATH=none ./project/both 2> error.txt || { echo "a wrong path is taken"; exit 1; }
grep -q "ADAFUSE_VECTOR_PATH: expects one of $oldest" error.txt || { cat error.txt; exit 1; }

# The command line finds the module that reads films where it is installed.
if [[ -x prefix/bin/adafuse ]]; then
  : > empty.mp4
  ! ./prefix/bin/adafuse data extract empty.mp4 frames 2> error.txt || { echo "an empty film is read"; exit 1; }
  grep -q -e "empty.mp4: expected a film" -e "built without FFmpeg's libraries" error.txt ||
    { cat error.txt; exit 1; }
fi
