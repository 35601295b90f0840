#!/usr/bin/env bash
# macros.sh COMPILER SOURCE DIRECTORY INCLUDES...: a file that includes pictures and everything defines no
# macro that the same standard headers, and Eigen's, do not define, but ADAFUSE_*.
set -euo pipefail

compiler=$1 source=$2
rm -rf "$3"
mkdir -p "$3"
cd "$3"
flags=(-std=c++20 -DADAFUSE_COMPILED=1 "${@:4}")
printf '#include <adafuse/adafuse.hpp>\n#include <adafuse/io/image.hpp>\n' > ours.cpp
# The headers of others that ours include.
grep -rhE '^ *# *include <' "$source/include" | sed 's|^ *# *|#|; s| *//.*||' | grep -vE '<(adafuse|stb|libav|libsw|nlohmann|windows)|<sys/sysctl|<(zlib|intrin|arm_neon|stb_image[a-z_]*|io|process)\.h>' |
  grep -v webp | sort -u > others.cpp
names() { "$compiler" "${flags[@]}" -E -dM "$1" | awk '{ print $2 }' | sed 's/(.*//' | sort -u; }
comm -23 <(names ours.cpp) <(names others.cpp) | grep -vE '^ADAFUSE_|^_' > new.txt || true
# g++ prints macros that a pragma of a macro has taken back: the compiler itself is asked.
{ cat ours.cpp && while read -r name; do printf '#ifdef %s\n#error left: %s\n#endif\n' "$name" "$name"; done < new.txt; } > left.cpp
"$compiler" "${flags[@]}" -w -fsyntax-only left.cpp
