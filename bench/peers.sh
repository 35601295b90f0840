#!/usr/bin/env bash
# What else would save as much? Trains on generated gestures and evaluates what the paper is compared with today:
# other estimators, a budget, early exit, choices of frames, change and magnitude without learning; the weight of the
# cost past its knee; the agents' hidden units. Then the tables of docs/peers.md are made of it:
#   bench/peers.sh PROGRAM DIR [SEEDS]
#   bench/peers_page.py DIR docs/peers.md docs/peers/results.json
# PROGRAM is the adafuse command line; SEEDS are "0 1 2" unless told. What DIR holds already is not repeated. One
# thread; milliseconds are the least of five rounds over all rows.
# SPDX-License-Identifier: MIT
set -euo pipefail
usage="usage: bench/peers.sh PROGRAM DIR [SEEDS]"
program=$(realpath "${1:?$usage}")
mkdir -p "${2:?$usage}"
cd "$2"
export OMP_NUM_THREADS=1
data="--train 600 --val 300 --size 16 --frames 8 --seed 1"
recipe="--stem-stride 2 --epochs 12 --batch 32"
agents="--fusion adafuse --policy-hidden 64"
[ -d gestures ] || "$program" gestures --out gestures $data >/dev/null
{
  sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1
  echo "adafuse gestures $data"
  echo "adafuse train $recipe"
} >about.txt

# trained NAME SEED OPTIONS...: DIR/NAME-SEED is a run.
trained() {
  local out=$1-$2 seed=$2
  shift 2
  [ ! -f "$out/summary.json" ] || return 0
  echo "$(date +%H:%M:%S) $out"
  "$program" train --data gestures --out "$out" --overwrite --quiet $recipe --seed "$seed" "$@" >/dev/null
}

# row TABLE NAME SEED RUN TIMED OPTIONS...: evaluates the last model of a run; the best one was chosen on these clips.
# TIMED: whether a stream can run it, frame by frame.
row() {
  local table=$1 name=$2 seed=$3 run=$4-$3 timed=$5 out
  shift 5
  out="row.$table.$name.$seed"
  mkdir -p commands
  echo "adafuse eval --checkpoint last $*" >"commands/$table.$name.txt"
  [[ "$timed" = no || " $* " == *" --exit-confidence "* ]] || set -- "$@" --exit-confidence 1
  set -- eval --run "$run" --data gestures --checkpoint last --json "$@"
  [ -f "$out.json" ] || "$program" "$@" >"$out.new"
  [ -f "$out.json" ] || mv "$out.new" "$out.json"
  [ "$timed" = no ] || timed_rows+=("$out $*")
}

# clocked OUT COMMAND...: keeps the least time that the row's evaluation ever took.
clocked() {
  local out=$1
  shift
  "$program" "$@" | sed -n 's/^ *"milliseconds_per_clip": \([0-9.e-]*\),*$/\1/p' >ms.new
  touch "$out.ms"
  sort -g ms.new "$out.ms" | head -n 1 >ms.least
  mv ms.least "$out.ms"
}
timed_rows=()

for seed in ${3:-0 1 2}; do
  trained tsn "$seed" --fusion none
  trained tsm "$seed" --fusion tsm
  trained adafuse "$seed" $agents
  trained change "$seed" --fusion adafuse --policy change:0.5
  trained magnitude "$seed" --fusion adafuse --policy magnitude:0.34,0.33,0.33
  trained random "$seed" --fusion adafuse --policy random:0.34,0.33,0.33
  trained budget-0.3 "$seed" $agents --lambda 4 --cost-target 0.3
  trained budget-0.15 "$seed" $agents --lambda 4 --cost-target 0.15
  row table tsn "$seed" tsn yes
  row table tsn-4-frames "$seed" tsn yes --frames 4
  row table tsm "$seed" tsm no
  row table adafuse "$seed" adafuse yes
  row table adafuse-4-frames "$seed" adafuse yes --frames 4
  row table adafuse-frame-change "$seed" adafuse yes --frame-change 0.2
  row table adafuse-exit-0.99 "$seed" adafuse yes --exit-confidence 0.99
  row table adafuse-exit-0.9 "$seed" adafuse yes --exit-confidence 0.9
  row table budget-0.3 "$seed" budget-0.3 yes
  row table budget-0.15 "$seed" budget-0.15 yes
  row table budget-0.3-drawn "$seed" budget-0.3 no --sample
  row table budget-0.15-drawn "$seed" budget-0.15 no --sample
  row table change "$seed" change yes
  row table magnitude "$seed" magnitude no
  row table random "$seed" random yes
  for lambda in 0 1 2 4 8; do
    trained "lambda-$lambda" "$seed" $agents --lambda "$lambda"
    row knee "$lambda" "$seed" "lambda-$lambda" yes
  done
  row knee 0.5 "$seed" adafuse yes
  for hidden in 4 16 256; do
    trained "hidden-$hidden" "$seed" --fusion adafuse --policy-hidden "$hidden"
    row hidden "$hidden" "$seed" "hidden-$hidden" yes
  done
  row hidden 64 "$seed" adafuse yes
  trained reinforce "$seed" $agents --estimator reinforce
  trained draws "$seed" $agents --estimator reinforce --draws 4
  trained draws-clip "$seed" $agents --estimator reinforce --draws 4 --agent-clip-norm 1
  row table reinforce "$seed" reinforce yes
  row table reinforce-4-draws "$seed" draws yes
  row table reinforce-4-draws-clip "$seed" draws-clip yes
done
for round in 1 2 3 4 5; do
  for row in "${timed_rows[@]}"; do clocked $row; done
done
echo done
