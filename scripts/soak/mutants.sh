#!/usr/bin/env bash
# Small faults put into kernels, ops and fusion, one at a time, at places chosen by a seed: the tests of
# what includes the file should fail. Prints each survivor with its line; a survivor is a test that is
# missing, or a fault that changes nothing (a block size, a prefetch). Forty take about an hour.
#
#   scripts/soak/mutants.sh [COUNT [SEED]]        40 and 29 are the defaults
#
# SPDX-License-Identifier: MIT
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
count=${1:-40} seed=${2:-29}
scripts/setup
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
includes=(-isystem /usr/include/eigen3 -isystem /usr/include/stb -isystem /usr/include/doctest)
flags=(-std=c++20 -w -march=native -fopenmp)

# ---- Places: file, line and what becomes of it ---------------------------------------------------

# One candidate a line: FILE<tab>LINE<tab>sed command. Comments, includes, texts and templates are left out.
rules='s/ < / <= /
s/ <= / < /
s/ > / >= /
s/ >= / > /
s/ + / - /
s/ - / + /
s/ \* / + /
s/ == / != /
s/ != / == /
s/ && / || /
s/ || / \&\& /
s/\<true\>/false/
s/\<false\>/true/
s/ = 0;/ = 1;/
s/ = 1;/ = 0;/
s/ += / -= /
s/++/--/'
skip='/\/\/\|"\|^ *#\|template\|static_assert\|^ *using\|require\|concept\|constexpr\|^ *\/\//d'
find include/adafuse/{kernels,ops,fusion} -name '*.hpp' ! -path '*/reference/*' | sort | while read -r file; do
  while read -r rule; do
    sed -n -e "$skip" -e "$rule" -e 't found' -e d -e ':found' -e = "$file" |
      while read -r line; do printf '%s\t%s\t%s\n' "$file" "$line" "$rule"; done
  done <<< "$rules"
done > "$work/candidates"
# The same for the same seed.
shuf -n "$count" --random-source=<(yes "$seed") "$work/candidates" > "$work/places"

# ---- Tests that include a file, the nearest first --------------------------------------------------

includes_of() {
  echo $(g++ "${flags[@]}" -Iinclude "${includes[@]}" -MM -MT "$1" "$1" | tr -d '\\')
}
tests_of() {  # FILE: up to six tests: those that share most words of its name first, then those that include least.
  grep -F " $1 " "$work/includes" | awk -v stem="$(basename "$1" .hpp)" '
    BEGIN { n = split(stem, words, "_") }
    { name = $1; sub(/:$/, "", name); shared = name ~ "/" stem "_test.cpp$" ? n + 1 : 0
      if (!shared) for (i = 1; i <= n; ++i) shared += index(name, words[i]) > 0
      print -shared "\t" NF "\t" name }' | sort -k1n -k2n | cut -f3 | sed 6q
}
run_test() {  # INCLUDE TEST DIRECTORY: compiles it with the headers there and runs it.
  local sources=("$2")
  grep -q "^$2: .*_rows.hpp" "$work/includes" &&
    sources+=(tests/ops/all_rows.cpp tests/ops/golden_rows.cpp tests/ops/linalg_rows.cpp)
  local level=-O0  # quicker to compile than it is slow to run, but for kernels
  [[ $2 != tests/kernels/* ]] || level=-O1
  timeout 900 g++ "${flags[@]}" $level "-DADAFUSE_TEST_DIR=\"$PWD/tests\"" -I"$1" "${includes[@]}" "${sources[@]}" "$work/main.o" -lz -o "$3/test" > "$3/errors" 2>&1 &&
    (cd "$3" && timeout 300 ./test > output.txt 2>&1)
}
passes() {  # TEST DIRECTORY: whether it passes as the headers are. Asked once for each test.
  local answer
  answer=$work/passes/$(basename "$(dirname "$1")")_$(basename "$1")
  [[ -e $answer ]] || { run_test include "$1" "$2" && echo yes || echo no; } > "$answer"
  [[ $(< "$answer") == yes ]]
}
mutant() {  # FILE<tab>LINE<tab>RULE: one line of result.
  local file line rule tests test directory
  IFS=$'\t' read -r file line rule <<< "$1"
  directory=$(mktemp -d "$work/mutant.XXXX")
  cp -r include/adafuse "$directory/"
  sed -i "${line}{$rule}" "$directory/${file#include/}"
  mapfile -t tests < <(tests_of "$file")
  for test in "${tests[@]}"; do
    if ! run_test "$directory" "$test" "$directory" && passes "$test" "$directory"; then
      echo "killed by $test: $file:$line"
      rm -rf "$directory"
      return
    fi
  done
  ((${#tests[@]})) && echo "SURVIVED ${tests[*]}: $file:$line" || echo "UNTESTED $file:$line"
  diff "$file" "$directory/${file#include/}" | sed -n 's/^[<>]/    &/p'
  rm -rf "$directory"
}
mkdir "$work/passes"
g++ "${flags[@]}" -O1 -c -isystem /usr/include/doctest tests/main.cpp -o "$work/main.o"
export -f includes_of tests_of run_test passes mutant
export work flags_text="${flags[*]}" includes_text="${includes[*]}"
# Arrays cannot be exported.
each() { xargs -d '\n' -P "$(nproc)" -I{} bash -c 'read -ra flags <<< "$flags_text"; read -ra includes <<< "$includes_text"; '"$1"' "$1"' _ {}; }
ls tests/{kernels,ops,fusion,infer,nn}/*_test.cpp | each includes_of > "$work/includes"
each mutant < "$work/places" | tee "$work/results"
echo "mutants: $count of $(wc -l < "$work/candidates") places (seed $seed):" \
  "$(grep -c ^killed "$work/results" || true) killed, $(grep -c ^SURVIVED "$work/results" || true) survived," \
  "$(grep -c ^UNTESTED "$work/results" || true) untested"
