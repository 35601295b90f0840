#!/usr/bin/env bash
# Each way into other people's projects, with both compilers, with and without OpenMP: the tests of a build
# have one of these four pairs. Ten minutes of a core.
#
#   scripts/soak/consumers.sh
#
# SPDX-License-Identifier: MIT
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/setup --ci
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failed=0
way() { # way NAME SCRIPT ARGUMENTS...: prints how it went.
  local status=0
  bash "tests/consumers/$2" "${@:3}" > "$work/log" 2>&1 || status=$?
  case $status in
    0) echo "$pair $1: passed" ;;
    77) echo "$pair $1: $(tail -n 1 "$work/log")" ;;
    *) echo "$pair $1: FAILED"; tail -n 30 "$work/log"; failed=1 ;;
  esac
}
eigen=$(pkg-config --cflags-only-I eigen3 | sed 's/^-I//; s/ *$//')
for compiler in g++ clang++; do
  for openmp in ON OFF; do
    pair="$compiler, OpenMP $openmp,"
    for section in "1. A subdirectory" "2. FetchContent" "3. Installed" "4. pkg-config" "5. One header"; do
      way "${section#*. }" using.sh "$section" cmake . $compiler $openmp "$work/way"
    done
    for name in eigen_target eigen_alone cxx23 no_rtti lto; do
      way $name ways.sh $name cmake . $compiler $openmp "$work/way" "$eigen"
    done
    # The compiled library: of this pair, then as the page says.
    cmake -S . -B "$work/build" -G Ninja -D CMAKE_CXX_COMPILER=$compiler -D CMAKE_BUILD_TYPE=Release \
      -D CMAKE_CXX_FLAGS_RELEASE=-O0 -D ADAFUSE_OPENMP=$openmp -D ADAFUSE_BUILD_TESTS=OFF -D ADAFUSE_BUILD_BENCH=OFF \
      -D ADAFUSE_BUILD_EXAMPLES=OFF > "$work/log" 2>&1
    cmake --build "$work/build" --parallel "$(nproc)" > "$work/log" 2>&1 || { tail -n 30 "$work/log"; exit 1; }
    way "The compiled library" using.sh "6. The compiled library" cmake . $compiler $openmp "$work/way" "$work/build" ""
    rm -rf "$work/build"
  done
done
((failed)) && echo "consumers: some failed" || echo "consumers: all passed, in four pairs"
exit $failed
