#!/usr/bin/env bash
# libcxx.sh COMPILER FILE FLAGS...: a file of all headers compiles with LLVM's standard library. Its version
# 14 has neither the algorithms of std::ranges nor std::from_chars of a double.
set -euo pipefail

compiler=$1 file=$2
shift 2
command -v "$compiler" > /dev/null || { echo "skipped: no $compiler"; exit 77; }
printf '#include <version>\n#ifndef _LIBCPP_VERSION\n#error another library\n#endif\n' |
  "$compiler" -stdlib=libc++ -std=c++20 -x c++ -fsyntax-only - 2> /dev/null ||
  { echo "skipped: $compiler has no libc++"; exit 77; }
"$compiler" -stdlib=libc++ -std=c++20 -fsyntax-only -w "$@" "$file"
