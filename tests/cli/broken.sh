#!/usr/bin/env bash
# --skip-broken: clips that cannot be read are left out, told and kept with the run.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 20 --val 10 --size 8 --frames 2
cp -r data whole
for half in train val; do sed -i '/_00000[12] /d' whole/$half.txt; done
rm data/frames/train_000001/00002.jpg data/frames/val_000001/00001.jpg
for clip in train_000002 val_000002; do
  head -c 200 data/frames/$clip/00002.jpg >short.jpg
  mv short.jpg data/frames/$clip/00002.jpg
done
tiny="--frames 2 --stem-stride 2 --epochs 2 --batch 9 --seed 3"
mistake "train_000001/00002.jpg: is missing" train --data data --out new $tiny
works train --data whole --out whole-run $tiny
works train --data data --out run $tiny --skip-broken
case $out in
  *"18 + 8 clips of 9 classes"*"4 of 30 clips cannot be read and are left out:
  data/frames/train_000001/00002.jpg: is missing"*) ;;
  *) fail "what was left out: $out" ;;
esac
same "clips in left_out.txt" 4 "$(wc -l <run/left_out.txt)"
grep -q '^data/frames/val_000002/00002.jpg: ' run/left_out.txt || fail "left_out.txt: no val_000002"
for file in metrics.csv last.safetensors; do
  cmp -s whole-run/$file run/$file || fail "$file: other than that of the data without broken clips"
done
[ -e whole-run/left_out.txt ] && fail "a run that left nothing out has left_out.txt"

# Any number of threads, and over an earlier run.
works train --data data --out run $tiny --skip-broken --threads 1 --overwrite
cmp -s whole-run/metrics.csv run/metrics.csv || fail "one thread: other numbers"
works eval --run run --data data --skip-broken --json
same "top1 of eval" "$(value run/summary.json top1)" "$(value stdout.txt top1)"
grep -q '"left_out": \[' stdout.txt || fail "eval --json: no left_out"
mistake "is missing" eval --run run --data data
mistake "is missing" report run --data data
works report run --data data --skip-broken

# A run that was left sees the same clips, or is refused.
set -m # so that what runs in the background hears an interrupt
"$adafuse" train --data data --out left ${tiny/epochs 2/epochs 100000} --skip-broken >left.log 2>&1 &
pid=$!
for _ in $(seq 600); do
  [ -f left/metrics.csv ] && [ "$(wc -l <left/metrics.csv)" -ge 2 ] && break
  sleep 0.05
done
kill -TERM $pid
wait $pid
same "exit code of a run that was stopped" 143 $?
cp data/frames/train_000003/00002.jpg data/frames/train_000001/
mistake "the data have changed: the run began with 18 training clips, got 19" train --resume left
rm data/frames/train_000001/00002.jpg
"$adafuse" train --resume left >left.log 2>&1 &
pid=$!
rows=$(wc -l <left/metrics.csv)
for _ in $(seq 600); do
  [ "$(wc -l <left/metrics.csv)" -gt "$rows" ] && break
  sleep 0.05
done
kill -TERM $pid
wait $pid
same "exit code of a run that went on" 143 $?
mistake "--skip-broken has no effect with --resume" train --resume left --skip-broken

head -c 100 data/frames/val_000003/00001.jpg >half.jpg
for clip in data/frames/val_*; do cp half.jpg "$clip/00001.jpg"; done
mistake "no clip to validate on can be read; the first of" train --data data --out new $tiny --skip-broken
finish
