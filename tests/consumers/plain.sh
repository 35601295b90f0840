#!/usr/bin/env bash
# plain.sh CMAKE SOURCE COMPILER DIRECTORY: who has no CMake. The one header, at the flags that pkg-config
# gives of an installed package, which may have been moved; in a directory with a blank.
set -euo pipefail

command -v pkg-config > /dev/null || { echo "skipped: no pkg-config"; exit 77; }
cmake=$1 source=$(realpath "$2") compiler=$3
rm -rf "$4"
mkdir -p "$4"
cd "$4"
"$cmake" -S "$source" -B package -G Ninja -D CMAKE_CXX_COMPILER="$compiler" -D ADAFUSE_BUILD_TESTS=OFF \
  -D ADAFUSE_BUILD_EXAMPLES=OFF -D ADAFUSE_BUILD_BENCH=OFF -D ADAFUSE_BUILD_COMPILED=OFF > package.txt
"$cmake" --install package --prefix "$PWD/first" > install.txt
mv first "moved here"
cat > "a program.cpp" << 'TEXT'
#include <adafuse_single.hpp>
#include <cstdio>

int main() {
  using namespace adafuse;
  const auto x = parameter(Tensor<float>::of({1, 2, 3}));
  backward(sum(x * x));
  std::printf("%g\n", static_cast<double>(x.grad().value()(2)));
}
TEXT
export PKG_CONFIG_PATH="$PWD/moved here/share/pkgconfig"
version=$(sed -n 's/^#define ADAFUSE_VERSION "\(.*\)"/\1/p' "$source/include/adafuse/version.hpp")
[[ -n $version && $(pkg-config --modversion adafuse) == "$version" ]] || { echo "pkg-config tells another version"; exit 1; }
eval "flags=($(pkg-config --cflags adafuse))"
"$compiler" -std=c++20 -O0 -w "${flags[@]}" "a program.cpp" -pthread -o "a program"
[[ $("./a program") == 6 ]] || { echo "another gradient than 6"; exit 1; }
