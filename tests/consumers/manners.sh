#!/usr/bin/env bash
# manners.sh CMAKE SOURCE COMPILER DIRECTORY: projects of other people, which only CMake reads. Nothing
# of theirs is changed, nothing is installed unasked, and what is missing is said in a sentence.
set -euo pipefail

cmake=$1 source=$(realpath "$2") compiler=$3
rm -rf "$4"
mkdir -p "$4"
cd "$4"
fail() {
  echo "FAILED: $*"
  exit 1
}
# project NAME LANGUAGES: a directory with the CMake file that standard input continues.
project() {
  mkdir -p "$1"
  { printf 'cmake_minimum_required(VERSION 3.21)\nproject(theirs LANGUAGES %s)\n' "$2" && cat; } > "$1/CMakeLists.txt"
}
# configure NAME OPTIONS...: into NAME/build, what was said into NAME.log.
configure() {
  "$cmake" -S "$1" -B "$1/build" -G Ninja -D CMAKE_CXX_COMPILER="$compiler" "${@:2}" > "$1.log" 2>&1
}
said() { grep -qF -- "$2" <<< "$(tr -s ' \n' ' ' < "$1.log")"; }

# A part of another project: its own Eigen is used, and nothing of ours is installed.
project part CXX << TEXT
add_library(their_eigen INTERFACE)
add_library(Eigen3::Eigen ALIAS their_eigen)
add_subdirectory($source adafuse)
if(TARGET test_core OR TARGET adafuse_command_line OR CMAKE_EXPORT_COMPILE_COMMANDS)
  message(FATAL_ERROR "more than a library")
endif()
get_target_property(links adafuse INTERFACE_LINK_LIBRARIES)
get_target_property(eigen Eigen3::Eigen ALIASED_TARGET)
if(NOT eigen STREQUAL "their_eigen" OR NOT links MATCHES "Eigen3::Eigen")
  message(FATAL_ERROR "another Eigen")
endif()
TEXT
configure part || fail "$(cat part.log)"
"$cmake" --install part/build --prefix "$PWD/nothing" > install.log
[[ ! -e nothing ]] || fail "a part installs $(find nothing -type f | head -n 1)"

# A package: headers go where the distribution has them.
"$cmake" -S "$source" -B package -G Ninja -D CMAKE_CXX_COMPILER="$compiler" -D ADAFUSE_BUILD_TESTS=OFF \
  -D ADAFUSE_BUILD_EXAMPLES=OFF -D ADAFUSE_BUILD_BENCH=OFF -D ADAFUSE_BUILD_COMPILED=OFF \
  -D CMAKE_INSTALL_INCLUDEDIR=headers/of/adafuse > package.log
"$cmake" --install package --prefix "$PWD/prefix" > install.log
[[ -e prefix/headers/of/adafuse/adafuse/adafuse.hpp ]] || fail "headers are elsewhere"

# Who finds it, also as a language that it is not.
project finds "C CXX" << 'TEXT'
find_package(adafuse REQUIRED)
get_target_property(places adafuse::adafuse INTERFACE_INCLUDE_DIRECTORIES)
if(NOT places MATCHES "headers/of/adafuse")
  message(FATAL_ERROR "headers are looked for in ${places}")
endif()
file(WRITE ${CMAKE_BINARY_DIR}/c.c "int c(void) { return 0; }")
add_library(mixed OBJECT ${CMAKE_BINARY_DIR}/c.c)
target_link_libraries(mixed PRIVATE adafuse::native)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
TEXT
configure finds -D CMAKE_PREFIX_PATH="$PWD/prefix" -D CMAKE_EXPORT_COMPILE_COMMANDS=ON || fail "$(cat finds.log)"
! grep -q 'march=native' finds/build/compile_commands.json || fail "a C file is compiled with -march=native"

# Not found is not fatal, and has a reason.
project optional "\${LANGUAGES}" << 'TEXT'
find_package(adafuse QUIET)
message(STATUS "found: ${adafuse_FOUND}, ${adafuse_NOT_FOUND_MESSAGE}")
TEXT
configure optional -D LANGUAGES=C -D CMAKE_PREFIX_PATH="$PWD/prefix" || fail "C: $(cat optional.log)"
said optional "found: 0, adafuse is C++" || fail "C: $(cat optional.log)"
rm -r optional/build
configure optional -D LANGUAGES=CXX -D CMAKE_PREFIX_PATH="$PWD/prefix" -D CMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON ||
  fail "no Eigen: $(cat optional.log)"
said optional "found: 0, adafuse needs Eigen 3.4" || fail "no Eigen: $(cat optional.log)"

# A compiler without -march=native.
project foreign CXX << 'TEXT'
set(ADAFUSE_COMPILER_HAS_NATIVE FALSE CACHE BOOL "what a check of this compiler would find")
find_package(adafuse REQUIRED)
file(WRITE ${CMAKE_BINARY_DIR}/main.cpp "int main() {}")
add_executable(program ${CMAKE_BINARY_DIR}/main.cpp)
target_link_libraries(program PRIVATE adafuse::${TARGET})
TEXT
configure foreign -D TARGET=adafuse -D CMAKE_PREFIX_PATH="$PWD/prefix" || fail "$(cat foreign.log)"
! configure foreign -D TARGET=native || fail "adafuse::native without -march=native"
said foreign "adafuse::native needs a compiler that has -march=native" || fail "$(cat foreign.log)"

# An older language: one line.
echo '#include <adafuse/adafuse.hpp>' > old.cpp
! "$compiler" -std=c++17 -I"$source/include" -fsyntax-only old.cpp 2> old.log || fail "C++17 is taken"
[[ $(grep -c 'error: ' old.log) == 1 ]] || fail "$(cat old.log)"
grep -q 'adafuse is C++20: compile with -std=c++20' old.log || fail "$(cat old.log)"
