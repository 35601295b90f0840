#!/usr/bin/env bash
# Memory of training over ten thousand steps: resident kilobytes after a twentieth of the epochs, half way
# and near the end; fails when it grows by more than 1 MB. Minutes.
#
#   scripts/soak/training_memory.sh build/release       STEPS=10000 is the default
#
# SPDX-License-Identifier: MIT
set -eu
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
resident() { awk '/^VmRSS/ {print $2}' "/proc/$train/status"; }
epochs_done $((epochs / 20)) && start=$(resident)
epochs_done $((epochs / 2)) && middle=$(resident)
epochs_done $((epochs * 19 / 20)) && end=$(resident)
wait $train
echo "$STEPS steps: resident $start kB after a twentieth, $middle half way, $end near the end"
[ "$(wc -l <run/metrics.csv)" -eq $((epochs + 1)) ]
[ $((middle - start)) -le 1024 ] && [ $((end - start)) -le 1024 ]
