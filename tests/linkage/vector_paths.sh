#!/usr/bin/env bash
# vector_paths.sh READELF OBJECT...: nothing leaves the object of a vector path but its table, and data
# that a process has once: no function, which a linker may give to a file for an older machine, no table
# of functions, and nothing that runs before main. Prints what does; fails if there is any.
set -euo pipefail

readelf=$1
shift
failed=0
for object in "$@"; do
  symbols=$("$readelf" --symbols --wide "$object")
  path=${object##*_} path=${path%.*}
  # Number: value size type binding visibility section name
  left=$(awk '$5 ~ /^(GLOBAL|WEAK|UNIQUE)$/ && $7 != "UND" { print $4, $5, $8 }' <<< "$symbols")
  table=$(awk '$2 == "GLOBAL" { print $3 }' <<< "$left")
  code=$(awk '$2 != "GLOBAL" && ($1 !~ /^(OBJECT|TLS)$/ || $3 ~ /^_ZT[VTC]/ ||
    $3 ~ /(4sse4|3avx|4avx2|6avx512|11avx512_vnni|8baseline)/) { print $3 }' <<< "$left")
  early=$("$readelf" --section-headers --wide "$object" | grep -E '\.(init|preinit|ctors)(_array)?[. ]' || true)
  printf '%s: %d symbols leave, %d of them code\n' "${object##*/}" "$(grep -c . <<< "$left")" \
    "$(grep -c . <<< "$code" || true)"
  c++filt <<< "$code"
  printf '%s' "$early"
  [[ $(c++filt <<< "$table") == "adafuse::compiled::${path}_path" && -z $code && -z $early ]] || failed=1
done
exit "$failed"
