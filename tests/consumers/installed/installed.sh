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
[[ $(./project/headers) == "vector path plain" ]] || { echo "headers: $(./project/headers)"; exit 1; }
both=$(ADAFUSE_VECTOR_PATH=plain ./project/both)
[[ $both == $'vector path plain\nvector path plain' ]] || { echo "both: $both"; exit 1; }
./project/both
! ADAFUSE_VECTOR_PATH=none ./project/both 2> error.txt || { echo "a wrong path is taken"; exit 1; }
grep -q "ADAFUSE_VECTOR_PATH: expects one of plain" error.txt || { cat error.txt; exit 1; }
