#!/usr/bin/env bash
# moved.sh CMAKE SOURCE COMPILER DIRECTORY: an installed package, moved into a directory with a blank: pkg-config
# tells where its headers are now, and the version.
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
printf '#include <adafuse_single.hpp>\n#include <adafuse/adafuse.hpp>\n' > "a program.cpp"
export PKG_CONFIG_PATH="$PWD/moved here/share/pkgconfig"
version=$(sed -n 's/^#define ADAFUSE_VERSION "\(.*\)"/\1/p' "$source/include/adafuse/version.hpp")
[[ -n $version && $(pkg-config --modversion adafuse) == "$version" ]] || { echo "pkg-config tells another version"; exit 1; }
eval "flags=($(pkg-config --cflags adafuse))"
"$compiler" -std=c++20 "${flags[@]}" -M "a program.cpp" > read.txt
for header in adafuse_single.hpp adafuse/infer/infer.hpp; do
  grep -q "moved\\\\ here/.*$header" read.txt || { echo "another $header"; cat read.txt; exit 1; }
done
[[ $(pkg-config --libs adafuse) == "" || $(pkg-config --libs adafuse) == " " ]] || { echo "pkg-config links something"; exit 1; }

# A Debian package of the same, where the tool is there.
command -v dpkg-deb > /dev/null && command -v cpack > /dev/null || { echo "no package: no dpkg-deb or cpack"; exit 0; }
(cd package && "$(dirname "$cmake")/cpack" -G DEB > ../cpack.txt)
deb=(package/libadafuse-dev_"$version"_all.deb)
dpkg-deb -c "${deb[0]}" > contents.txt
for file in include/adafuse/adafuse.hpp include/adafuse_single.hpp share/pkgconfig/adafuse.pc \
  share/cmake/adafuse/adafuse-config.cmake share/doc/adafuse/LICENSE; do
  grep -q "\./usr/$file\$" contents.txt || { echo "the Debian package lacks $file"; cat contents.txt; exit 1; }
done
! grep -E '^-' contents.txt | grep -v ' \./usr/' || { echo "files outside of usr"; exit 1; }
[[ $(dpkg-deb -f "${deb[0]}" Version) == "$version" ]] || { echo "another version"; exit 1; }
[[ $(dpkg-deb -f "${deb[0]}" Depends) == *libeigen3-dev* ]] || { echo "does not depend on Eigen"; exit 1; }
