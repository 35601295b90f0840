#!/usr/bin/env bash
# macros.sh COMPILER SOURCE DIRECTORY FLAGS...: no header leaves a macro behind but ADAFUSE_*, nor takes one
# away or changes it that a program has defined before: settings of Eigen and of its own stb, say. For the
# umbrella, and for all headers together; with the library and without.
set -euo pipefail

compiler=$1 source=$(realpath "$2")
rm -rf "$3"
mkdir -p "$3"
cd "$3"
library=1
if [[ $("$compiler" --version) == *clang* ]]; then library=2; fi

echo '#include <adafuse/adafuse.hpp>' > umbrella.hpp
# What an optional library is needed for, where it is there.
{
  cat umbrella.hpp
  (cd "$source/include" && find adafuse -name '*.hpp' | LC_ALL=C sort) | while read -r header; do
    needs=""
    case $header in
      */interop/numpy.hpp) needs='Python.h>) && __has_include(<pybind11/numpy.h' ;;
      */interop/*) needs=dlpack/dlpack.h ;;
      */zlib.hpp) needs=zlib.h ;;
      */webp.hpp) needs=webp/decode.h ;;
      */ffmpeg.hpp | */film.hpp | */film_decoder.hpp | */film_pixels.hpp | */film_clips.hpp) needs=libavformat/avformat.h ;;
    esac
    if [[ -n $needs ]]; then
      printf '#if __has_include(<%s>)\n#include <%s>\n#endif\n' "$needs" "$header"
    else
      echo "#include <$header>"
    fi
  done
} > everything.hpp

for what in umbrella everything; do
  for way in headers compiled; do
    flags=(-std=c++20 -w -I"$source/include" "${@:4}")
    [[ $way == headers ]] || flags+=("-DADAFUSE_COMPILED=$library")
    # The names that a file of ours, or stb, which ours wraps, defines or takes away.
    "$compiler" "${flags[@]}" -E -dD -x c++ "$what.hpp" | awk -v ours="$source/include/adafuse/" '
      /^# [0-9]+ "/ { file = $3; gsub(/"/, "", file); gsub("//", "/", file) }
      /^#(define|undef) / && (index(file, ours) == 1 || file ~ /stb_image/) { sub(/\(.*/, "", $2); print $2 }' |
      sort -u > all.txt
    grep -q '^ADAFUSE_SIMD$' all.txt || { echo "$what, $way: no macro of ours is found"; exit 1; }
    # Its private ones are undefined where they are defined.
    grep -v '^ADAFUSE_' all.txt > names.txt || true
    { cat "$what.hpp" && while read -r name; do printf '#ifdef %s\n#error left: %s\n#endif\n' "$name" "$name"; done < names.txt; } > left.cpp
    "$compiler" "${flags[@]}" -E left.cpp > left.txt || { echo "$what, $way: macros are left"; exit 1; }
    # A program's own. Who only asks whether there is one finds it, whatever it is.
    {
      while read -r name; do printf '#define %s 41\n' "$name"; done < names.txt
      printf '#define %s 16\n' EIGEN_MAX_ALIGN_BYTES EIGEN_MAX_STATIC_ALIGN_BYTES EIGEN_STACK_ALLOCATION_LIMIT
      cat "$what.hpp"
      while read -r name; do printf '#if %s != 41\n#error changed: %s\n#endif\n' "$name" "$name"; done < names.txt
      printf '#if %s != 16\n#error changed\n#endif\n' EIGEN_MAX_ALIGN_BYTES EIGEN_MAX_STATIC_ALIGN_BYTES EIGEN_STACK_ALLOCATION_LIMIT
    } > own.cpp
    "$compiler" "${flags[@]}" -E own.cpp > own.txt || { echo "$what, $way: a program's own macros are changed"; exit 1; }
    echo "$what, $way: $(wc -l < names.txt) names, none of them left or changed"
  done
done
