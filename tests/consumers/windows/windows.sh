#!/usr/bin/env bash
# windows.sh COMPILER SOURCE DIRECTORY INCLUDES...: a program for Windows, made by mingw-w64 of headers alone,
# prints what a native one does. Wine runs it. One of the INCLUDES (-I...) holds Eigen/.
set -euo pipefail

compiler=$1 source=$(realpath "$2")
here=$(realpath "$(dirname "$0")")
mingw=$(command -v x86_64-w64-mingw32-g++-posix) || { echo "skipped: no x86_64-w64-mingw32-g++-posix"; exit 77; }
rm -rf "$3"
mkdir -p "$3/include"
cd "$3"
# Eigen alone: beside it there may be headers of this system.
for include in "${@:4}"; do
  [[ ! -f ${include#-I}/Eigen/Core ]] || ln -sfn "$(realpath "${include#-I}")/Eigen" include/Eigen
done
# No AVX: some builds of mingw store its vectors where the stack is not aligned for them. -mbig-obj: more
# sections than a file of Windows usually has. -O1: fewer sections, which link sooner.
flags=(-std=c++20 -O1 -w -ffp-contract=off -I"$source/include" -Iinclude "$here/program.cpp")
"$mingw" "${flags[@]}" -Wa,-mbig-obj -static -o program.exe
printf '#include <adafuse/adafuse.hpp>\n#ifdef _WINDOWS_\n#error windows.h\n#endif\n' > leaks.cpp
"$mingw" -std=c++20 -w -fsyntax-only -DADAFUSE_COMPILED=1 -I"$source/include" -Iinclude leaks.cpp
for candidate in wine64 /usr/lib/wine/wine64 wine; do
  wine=$(command -v "$candidate") && break || true
done
[[ $wine ]] || { echo "skipped: program.exe is built, but there is no wine to run it"; exit 77; }
"$compiler" "${flags[@]}" -pthread -o program
./program files > expected.txt
export WINEPREFIX=$PWD/wine WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' LC_ALL=C.UTF-8
timeout 300 "$wine" ./program.exe files_of_windows > printed.txt
diff <(tr -d '\r' < printed.txt) expected.txt
! grep ': no$' expected.txt
