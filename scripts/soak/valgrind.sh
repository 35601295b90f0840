#!/usr/bin/env bash
# Valgrind's memory checker over tests on the AVX2 path: it does not know AVX-512. Unlike the address
# sanitizer it sees what is read before it was written. Half an hour.
#
#   scripts/soak/valgrind.sh                    every test of core, kernels, io, infer and fusion
#   scripts/soak/valgrind.sh kernels/pool2d     these files of tests
#
# SPDX-License-Identifier: MIT
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

scripts/setup --soak
rooms=(core kernels io infer fusion)
tests=("$@")
if ((!$#)); then
  # Two machines in one program are two objects of their own; several threads at once are for the sanitizer.
  for room in "${rooms[@]}"; do tests+=("$(basename -a -s _test.cpp tests/"$room"/*_test.cpp | sed "s|^|$room/|")"); done
  mapfile -t tests < <(printf '%s\n' "${tests[@]}" | grep -vE '_paths$')
fi

build=build/valgrind
mkdir -p build
# Not -march=native, which may be AVX-512. No OpenMP: its threads wait in loops that valgrind walks through.
cmake -S . -B $build -G Ninja -D CMAKE_BUILD_TYPE=Release -D "CMAKE_CXX_FLAGS_RELEASE=-O1 -g1 -mavx2 -mfma" \
  -D ADAFUSE_NATIVE=OFF -D ADAFUSE_OPENMP=OFF -D ADAFUSE_BUILD_COMPILED=OFF -D ADAFUSE_BUILD_BENCH=OFF \
  -D ADAFUSE_BUILD_EXAMPLES=OFF -D ADAFUSE_KERNEL_PATHS= > build/valgrind.txt
mapfile -t programs < <(printf 'test_%s\n' "${tests[@]%%/*}" | sort -u)
cmake --build $build --parallel "$(nproc)" --target "${programs[@]}"

# Leaks are for the address sanitizer: in the child of a fork, what other threads held is lost. The tests
# of infer have an operator new of their own, which valgrind replaces, and a delete, which it does not.
# Its long double has 64 bits, it flushes no denormals, and it hides allocations from who counts them: a few
# tests end with 1, which is not what is asked here. Where it found an error itself, it ends with 9.
check() {
  local status=0
  log=$build/${1//\//_}.txt
  timeout 1800 valgrind --quiet --error-exitcode=9 --show-mismatched-frees=no \
    "$build/tests/test_${1%%/*}" "--source-file=*/$1_test.cpp" --no-skipped-summary > "$log" 2>&1 || status=$?
  case $status in
    0) echo "$1" ;;
    1) echo "$1: no memory error; checks that failed: $log" ;;
    *) echo "FAILED: $1: $log" ;;
  esac
}
export -f check
export build
printf '%s\n' "${tests[@]}" | xargs -P "$(nproc)" -I{} bash -c 'check {}' | tee build/valgrind_results.txt
failed=$(grep -c '^FAILED' build/valgrind_results.txt || true)
echo "valgrind: ${#tests[@]} files of tests, $failed with errors"
((failed == 0))
