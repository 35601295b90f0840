#!/usr/bin/env bash
# weak_symbols.sh OBJECT...: functions of adafuse and Eigen that another object file may have under
# the same name, and that hold instructions of newer machines without naming one. Prints them; fails
# if there is one, or if there is nothing to look at.
set -euo pipefail

# What names a machine in a mangled name: ours, or vectors of 512 bits, which no other can hand over.
machine='(4sse4|3avx|4avx2|6avx512|11avx512_vnni|Dv(16_[fi]|8_[dx]|64_c))'
vector='^(v[a-z]|k(add|and|mov|not|or|shift|test|unpck|xn?or))'    # AVX, AVX-512
scalar='^(andn|bextr|bls|bzhi|mulx|pdep|pext|rorx|sarx|shlx|shrx)' # BMI

# Weak symbols whose own name, not that of an argument, lies in one of the namespaces.
weak() {
  nm "$1" | awk '$2 ~ /^[VWu]$/ && $3 ~ /^_Z(TH|TW)?Z*N[KVrRO]*(7adafuse|5Eigen)/ { print $3 }' |
    sort -u
}

with_new_instructions() {
  objdump --disassemble --no-show-raw-insn "$1" |
    awk -v vector="$vector" -v scalar="$scalar" '
      /^[0-9a-f]+ <.*>:$/ { name = substr($2, 2, length($2) - 3); next }
      $2 ~ vector || $2 ~ scalar { new[name] }
      END { for (name in new) print name }' | sort
}

failed=0
for object in "$@"; do
  found=$(comm -12 <(weak "$object") <(with_new_instructions "$object"))
  unnamed=$(grep -Ev "$machine" <<< "$found" || true)
  printf '%s: %d such functions, %d without a name of their machine\n' "${object##*/}" \
    "$(grep -c . <<< "$found" || true)" "$(grep -c . <<< "$unnamed" || true)"
  c++filt <<< "$unnamed"
  [[ -n $found && -z $unnamed ]] || failed=1
done
exit "$failed"
