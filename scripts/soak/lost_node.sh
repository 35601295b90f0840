#!/usr/bin/env bash
# Trainings by two ranks on two nodes, of which one is cut off at a random moment: both ranks end soon after the time
# that they wait, the first says why, the launcher ends as well, and one rank goes on with the run. Needs root.
#
#   scripts/soak/lost_node.sh build/release        LOSSES=3 SEED=31 are the defaults
#
# SPDX-License-Identifier: MIT
set -euo pipefail
adafuse=$(realpath "$1")/examples/adafuse
. "$(dirname "${BASH_SOURCE[0]}")/../two_nodes.bash"
export OMP_NUM_THREADS=1 ADAFUSE_RANK_TIMEOUT=10
RANDOM=${SEED:-31}
work=$(mktemp -d)
trap 'remove_nodes; rm -rf "$work"' EXIT
cd "$work"
fail() {
  echo "lost_node: $*" >&2
  cat errors.txt >&2
  exit 1
}
ranks() { pgrep -c -f "^$adafuse train --data $work/data" || true; }

"$adafuse" gestures --out data --train 640 --val 64 > /dev/null
for ((i = 1; i <= ${LOSSES:-3}; ++i)); do
  make_nodes
  rm -rf run
  run_on_nodes "$adafuse" train --data "$work/data" --model resnet8 --stem-stride 2 --fusion adafuse --epochs 40 \
    --save-every 5 --out "$work/run" > output.txt 2> errors.txt &
  job=$!
  until [[ -e run/state.safetensors ]]; do sleep 0.1 && kill -0 $job || fail "the training did not begin"; done
  sleep "$((RANDOM % 3)).$((RANDOM % 10))"
  cut_wire
  cut=$SECONDS
  while (($(ranks) > 0)); do ((SECONDS - cut < 30)) || fail "ranks are left after 30 s" && sleep 0.2; done
  echo "loss $i: both ranks ended within $((SECONDS - cut)) s"
  grep -q 'waited 10 s for rank' errors.txt || fail "the first rank does not say for whom it waited"
  while kill -0 $job 2> /dev/null; do ((SECONDS - cut < 60)) || fail "mpirun is left after 60 s" && sleep 0.2; done
  wait $job && fail "the job ended well"
  echo "loss $i: mpirun ended within $((SECONDS - cut)) s"
  remove_nodes
  rows=$(wc -l < run/metrics.csv)
  timeout 20 "$adafuse" train --resume run --quiet > resumed.txt 2> errors.txt || (($? == 124)) ||
    fail "the run cannot be gone on with"
  (($(wc -l < run/metrics.csv) > rows)) || fail "one rank has added no epoch"
done
echo "${LOSSES:-3} losses of a node"
