#!/usr/bin/env bash
# ways.sh WAY CMAKE SOURCE COMPILER OPENMP DIRECTORY EIGEN: the program of docs/using.md, built in other people's
# ways. OPENMP is ON or OFF; EIGEN is its include directory.
#   eigen_target   a subdirectory beside somebody else's Eigen target; Make; blanks in paths
#   eigen_alone    nothing but Eigen is installed: core to infer, a network of adaptive fusion and a session
#   cxx23, no_rtti, lto    the compiler's flags of that name
set -euo pipefail

way=$1 cmake=$2 source=$(realpath "$3") compiler=$4 openmp=$5 eigen=$7
program=$source/tests/consumers/program
rm -rf "$6"
mkdir -p "$6/a directory"
cd "$6/a directory"
threads=-pthread
[[ $openmp == OFF ]] || threads=-fopenmp
expects() { # expects PROGRAM TEXT
  local printed
  printed=$("$1")
  [[ $printed == "$2" ]] || { printf '%s prints\n%s\n' "$1" "$printed"; exit 1; }
}
numbers=$'gradient 6.0\ntrained 5.0'
flags=(-std=c++20 -O0 "$threads" -I"$source/include" -isystem "$eigen")

case $way in
  eigen_target)
    command -v make > /dev/null || { echo "skipped: no make"; exit 77; }
    ln -s "$source" "the library"
    ln -s "$eigen" "an Eigen"
    cat > CMakeLists.txt << TEXT
cmake_minimum_required(VERSION 3.21)
project(theirs LANGUAGES CXX)
add_library(their_eigen INTERFACE)
target_include_directories(their_eigen SYSTEM INTERFACE "\${PROJECT_SOURCE_DIR}/an Eigen")
add_library(Eigen3::Eigen ALIAS their_eigen)
add_subdirectory("the library" adafuse)
add_executable(program "$program/main.cpp")
target_link_libraries(program PRIVATE adafuse::adafuse)
TEXT
    "$cmake" -S . -B build -G "Unix Makefiles" -D CMAKE_CXX_COMPILER="$compiler" -D CMAKE_CXX_FLAGS=-O0 \
      -D ADAFUSE_OPENMP="$openmp" -D CMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON
    "$cmake" --build build
    expects build/program "$numbers" ;;
  eigen_alone)
    # The system's headers without the libraries that adafuse can use; then Eigen.
    others='stb|stb_image.*|nlohmann|zlib.h|zconf.h|webp|CLI|doctest|lib(av|sw).*|ffmpeg|eigen3'
    places=$("$compiler" -E -v -x c++ /dev/null 2>&1 | sed -n '/^#include </,/^End of/s/^ //p')
    without=()
    number=0
    while read -r place; do
      mkdir "system $number"
      find "$place/" -mindepth 1 -maxdepth 1 -regextype posix-extended ! -regex ".*/($others)" \
        -exec ln -s -t "system $number" {} +
      without+=(-isystem "$PWD/system $number")
      number=$((number + 1))
    done <<< "$places"
    ln -s "$eigen" Eigen
    for name in nlohmann/json.hpp stb/stb_image.h zlib.h; do
      ! "$compiler" -nostdinc "${without[@]}" -E -include "$name" -x c++ /dev/null > /dev/null 2>&1 ||
        { echo "$name is still found"; exit 1; }
    done
    for file in main clip; do
      "$compiler" -std=c++20 -O0 "$threads" -nostdinc "${without[@]}" -I"$source/include" -isystem Eigen \
        "$program/$file.cpp" -o "$file"
    done
    expects ./main "$numbers"
    expects ./clip "learned yes, a session answers alike yes" ;;
  cxx23)
    "$compiler" "${flags[@]}" -std=c++2b "$program/main.cpp" -o program
    expects ./program "$numbers" ;;
  no_rtti)
    "$compiler" "${flags[@]}" -fno-rtti "$program/main.cpp" -o program
    expects ./program "$numbers" ;;
  lto)
    link=(-flto)
    if [[ $("$compiler" --version) == *clang* ]]; then
      command -v ld.lld > /dev/null || { echo "skipped: no lld"; exit 77; }
      link+=(-fuse-ld=lld)
    else
      link+=(-Werror=odr -Werror=lto-type-mismatch)
    fi
    "$compiler" "${flags[@]}" "${link[@]}" -DNAME=product "$program/main.cpp" \
      "$source/tests/consumers/installed/product.cpp" -o program
    expects ./program "$numbers" ;;
  *)
    echo "ways.sh: no way $way"
    exit 2 ;;
esac
