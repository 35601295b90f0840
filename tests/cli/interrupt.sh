#!/usr/bin/env bash
# Interrupted in mid-training, a run keeps the last epoch that it finished, and can be begun anew.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"
set -m # so that what runs in the background hears an interrupt

works gestures --out data --train 90 --val 9 --size 16 --frames 4
"$adafuse" train --data data --out run --fusion adafuse --policy-hidden 4 --frames 4 --stem-stride 2 \
  --epochs 100000 --batch 9 --lambda-rule epoch >train.log 2>&1 &
pid=$!
for _ in $(seq 600); do
  [ -f run/metrics.csv ] && [ "$(wc -l <run/metrics.csv)" -ge 3 ] && break
  sleep 0.1
done
kill -INT $pid
wait $pid
status=$?
same "exit code of an interrupted run" 130 "$status"
[ "$(wc -l <run/metrics.csv)" -ge 3 ] || fail "no epochs were finished"
[ -f run/summary.json ] && fail "an interrupted run has a summary"
same "columns of the last row" 11 "$(tail -n 1 run/metrics.csv | tr -cd ',' | wc -c)"
works eval --run run --data data --checkpoint last
# Lambda counts after a third of the epochs, so there is no best model yet.
mistake "--checkpoint last" eval --run run --data data

mistake "run: holds a run already" train --data data --out run --frames 4
works train --data data --out run --overwrite --frames 4 --stem-stride 2 --epochs 1 --batch 9
same "rows of the run that follows" 2 "$(wc -l <run/metrics.csv)"
same "leftovers" 7 "$(ls -A run | wc -l)"
finish
