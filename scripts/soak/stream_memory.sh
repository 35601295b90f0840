#!/usr/bin/env bash
# Memory of `adafuse stream` while frames go through a pipe: resident kilobytes near the beginning, half
# way and at the end; fails when it grows (level_memory.sh). Minutes.
#
#   scripts/soak/stream_memory.sh build/release       FRAMES=100000 is the default
#
# SPDX-License-Identifier: MIT
set -eu
source "$(dirname "${BASH_SOURCE[0]}")/level_memory.sh"
adafuse=$(realpath "$1/examples/adafuse")
FRAMES=${FRAMES:-100000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$adafuse" gestures --out data --train 18 --val 9 --size 32 --frames 4 --seed 1 >log.txt
"$adafuse" train --data data --out run --model resnet8 --fusion adafuse --frames 4 --stem-stride 2 \
  --epochs 1 --batch 9 --seed 3 >log.txt

mkfifo frames
: >answers.txt
"$adafuse" stream run - --raw 32x32 --json --ledger-every $((FRAMES / 10)) --threads 1 <frames >answers.txt &
stream=$!
head -c $((32 * 32 * 3 * FRAMES)) /dev/urandom >frames &

# answers N: waits until so many frames have been answered.
answers() {
  while [ "$(wc -l <answers.txt)" -lt "$1" ] && kill -0 $stream 2>/dev/null; do sleep 0.05; done
}
answers $((FRAMES / 20)) && start=$(resident $stream)
answers $((FRAMES / 2)) && middle=$(resident $stream)
answers $((FRAMES * 19 / 20)) && end=$(resident $stream)
wait $stream
grep -q "\"summary\":{\"frames\":$FRAMES," answers.txt
level "$FRAMES frames" "$start" "$middle" "$end"
