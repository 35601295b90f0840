#!/usr/bin/env bash
# Memory of training over ten thousand steps: resident kilobytes after a twentieth of the epochs, half way
# and near the end; fails when it grows (level_memory.sh). Minutes.
#
#   scripts/soak/training_memory.sh build/release       STEPS=10000 is the default
#
# SPDX-License-Identifier: MIT
set -eu
source "$(dirname "${BASH_SOURCE[0]}")/level_memory.sh"
adafuse=$(realpath "$1/examples/adafuse")
STEPS=${STEPS:-10000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$adafuse" gestures --out data --train 180 --val 9 --size 16 --frames 4 --seed 1 >log.txt
epochs=$((STEPS / 20)) # of twenty batches
"$adafuse" train --data data --out run --model resnet8 --fusion adafuse --frames 4 --stem-stride 2 \
  --epochs $epochs --batch 9 --seed 3 --threads 1 --quiet >log.txt &
train=$!

# epochs_done N: waits until so many epochs have a row.
epochs_done() {
  while [ ! -f run/metrics.csv ] || [ "$(wc -l <run/metrics.csv)" -le "$1" ]; do
    kill -0 $train 2>/dev/null || { echo "training ended before epoch $1" >&2; exit 1; }
    sleep 0.05
  done
}
epochs_done $((epochs / 20)) && start=$(resident $train)
epochs_done $((epochs / 2)) && middle=$(resident $train)
epochs_done $((epochs * 19 / 20)) && end=$(resident $train)
wait $train
[ "$(wc -l <run/metrics.csv)" -eq $((epochs + 1)) ]
level "$STEPS steps" "$start" "$middle" "$end"
