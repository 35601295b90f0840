#!/usr/bin/env bash
# An earlier run stays until a new one is complete, and a directory has one writer.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"
set -m # so that what runs in the background hears an interrupt

works gestures --out data --train 18 --val 9 --size 16 --frames 4
tiny="train --data data --frames 4 --stem-stride 2 --epochs 1 --batch 9"
works $tiny --out run --seed 1
cp -r run kept
intact() { diff -r kept run >diff.txt || fail "$1: the earlier run has changed: $(cat diff.txt)"; }

mistake "run: holds a run already; --overwrite replaces it" $tiny --out run
intact "without --overwrite"

# A run that ends badly leaves the earlier one, and says where its own files are.
run $tiny --out run --overwrite --schedule constant --rate 1e30
same "exit code of a run that ends badly" 2 $status
case $err in
  *"the files in run.new hold the last good model, run the earlier run"*) ;;
  *) fail "a run that ends badly says: $err" ;;
esac
intact "after a bad end"
[ -f run.new/last.safetensors ] || fail "a run that ends badly keeps its own files"

# Interrupted, it leaves both; its own are a run like any other.
"$adafuse" train --data data --out run --overwrite --frames 4 --stem-stride 2 --epochs 100000 \
  --batch 9 >train.log 2>&1 &
pid=$!
for _ in $(seq 600); do
  grep -q "^ *3 " train.log && break
  sleep 0.1
done
run $tiny --out run --overwrite
same "exit code of a second writer" 2 $status
case $err in *"run.new: is being written by process $pid on "*) ;; *) fail "second writer: $err" ;; esac
intact "while a new run grows"
kill -INT $pid
wait $pid
intact "after an interrupt"
grep -q "it grows in run.new" train.log || fail "nobody was told where the new run grows"
works eval --run run --data data
works eval --run run.new --data data

# Complete, it takes the place, and nothing is left beside it.
works $tiny --out run --overwrite --seed 2
same "what is there" "data kept run" "$(find . -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort | tr '\n' ' ' | sed 's/ $//')"
same "files of a run" 7 "$(ls -A run | wc -l)"
same "seed" 2 "$(value run/config.json seed)"
works eval --run run --data data

# Two that begin in the same new directory.
"$adafuse" train --data data --out both --frames 4 --stem-stride 2 --epochs 100000 --batch 9 \
  >train.log 2>&1 &
pid=$!
for _ in $(seq 600); do
  [ -f both/metrics.csv ] && break
  sleep 0.1
done
for option in "" --overwrite; do
  run $tiny --out both $option
  case $status/$err in 2/*"both: is being written by process $pid on "*) ;; *) fail "two: $err" ;; esac
done
kill -KILL $pid
wait $pid
mistake "both: holds a run already" $tiny --out both
works $tiny --out both --overwrite
same "files of a run" 7 "$(ls -A both | wc -l)"
finish
