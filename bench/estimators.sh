#!/usr/bin/env bash
# Which way of learning the decision is worth what? Trains on generated gestures: four estimators and
# three fixed policies with five seeds each, the trade-off over lambda with three, and a deeper
# network for the shares by depth. Then docs/estimators.md's tables and charts are made of it:
#   bench/estimators.sh PROGRAM DIR
#   build/release/bench/bench_estimators DIR docs/estimators
# PROGRAM is the adafuse command line. A run that DIR holds already is not repeated. One thread, so
# the times are of one core.
# SPDX-License-Identifier: MIT
set -euo pipefail
program=$(realpath "${1:?usage: bench/estimators.sh PROGRAM DIR}")
mkdir -p "${2:?usage: bench/estimators.sh PROGRAM DIR}"
cd "$2"
export OMP_NUM_THREADS=1
recipe="--fusion adafuse --stem-stride 2 --epochs 16"
agents="--policy-hidden 64"
rule="--lambda-rule epoch"  # from a third of the epochs on

{
  echo "machine: $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), one thread"
  echo "recipe:  adafuse train $recipe, learned: $agents $rule"
} >machine.txt

[ -d gestures ] || "$program" gestures --out gestures --train 900 --val 450 --size 16 --frames 8 --seed 1

# run NAME SEED OPTIONS...: trains and evaluates NAME-SEED.
run() {
  local out=$1-$2 seed=$2
  shift 2
  [ ! -f "$out/eval.json" ] || return 0
  echo "$(date +%H:%M:%S) $out"
  "$program" train --data gestures --out "$out.run" --overwrite $recipe --seed "$seed" "$@" >"$out.log"
  mkdir -p "$out"
  cp "$out.run/summary.json" "$out/"
  # The last model: the best one was chosen on these clips.
  "$program" eval --run "$out.run" --data gestures --checkpoint last --json >"$out/eval.json"
}

for seed in 0 1 2 3 4; do
  for estimator in gumbel soft-gumbel straight-through reinforce; do
    run "$estimator" "$seed" $agents $rule --estimator "$estimator"
  done
  run keep-all "$seed" --policy keep-all
  run random "$seed" --policy random:0.34,0.33,0.33
  run magnitude "$seed" --policy magnitude:0.34,0.33,0.33
done
for seed in 0 1 2; do
  run lambda-0 "$seed" $agents --lambda 0
  for lambda in 0.25 1 2; do run "lambda-$lambda" "$seed" $agents $rule --lambda "$lambda"; done
done
for seed in 0 1 2; do run depth "$seed" $agents $rule --model resnet20; done
echo done
