#!/usr/bin/env bash
# Which lines of include/ the tests run: fails under 95 %, and lists the files that are worst. Half an hour.
#
#   scripts/soak/coverage.sh [CTEST OPTIONS, as in: -L ops]
#
# SPDX-License-Identifier: MIT
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

scripts/setup --soak
build=build/coverage
mkdir -p build
# Kernels as headers, so that what the tests run is counted where it is written. The command line is part
# of it: much of train/ and report/ is reached by scripts.
cmake -S . -B $build -G Ninja -D CMAKE_BUILD_TYPE=Debug \
  -D "CMAKE_CXX_FLAGS_DEBUG=-O0 -g1 --coverage -fprofile-update=atomic -fno-inline" \
  -D ADAFUSE_BUILD_COMPILED=OFF -D ADAFUSE_BUILD_BENCH=OFF -D ADAFUSE_HEADERS_ALONE=OFF -D ADAFUSE_FUZZ=OFF \
  -D ADAFUSE_KERNEL_PATHS=avx2 > build/coverage.txt
cmake --build $build --parallel "$(nproc)"
find $build -name '*.gcda' -delete
# A test that fails is for scripts/test to find; time limits are those of an optimised build.
ctest --test-dir $build --parallel "$(nproc)" --timeout 1800 -LE 'consumers|docs|architecture' "$@" > build/coverage_tests.txt || true
tail -n 3 build/coverage_tests.txt
gcovr --root . --filter include/ --object-directory $build -j "$(nproc)" --exclude-throw-branches \
  --sort-percentage --txt build/coverage_lines.txt --html-details build/coverage_lines.html --print-summary \
  --fail-under-line 95 | tee build/coverage_summary.txt
