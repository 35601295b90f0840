#!/usr/bin/env bash
# own_standard_library.sh OBJECT RESULT: the object file, with names of its own for the functions
# that it compiled of the standard library's templates. Without, a file for an older machine may get
# `std::vector<long>::push_back` of this one, whatever library either uses.
set -euo pipefail

names=$(nm "$1" |
  awk '$2 ~ /^[WVn]$/ && $3 ~ /^_Z(N[KVrRO]*)?(St|9__gnu_cxx)/ { print $3, "own." $3 }' | sort -u)
objcopy --redefine-syms=<(echo "$names") "$1" "$2"
