#!/usr/bin/env bash
# A sweep over lambdas and seeds: each run is what train makes of the same options, what is complete
# stays, what was stopped goes on, and the page draws all of it.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"
set -m # so that what runs in the background hears an interrupt

works gestures --out data --train 9 --val 9 --size 8 --frames 2
one="--data data --fusion adafuse --policy-hidden 4 --frames 2 --stem-stride 2 --epochs 1 --batch 9"

mistake "--out is required" sweep $one
mistake "--lambdas: expects numbers from 0, got -1" sweep $one --out new --lambdas 0,-1
mistake "--lambdas: expects a number, got 'x'" sweep $one --out new --lambdas 0,x
mistake "--lambdas: 0.5 is there twice" sweep $one --out new --lambdas 0.5,1,0.5
mistake "--seeds: expects whole numbers from 0 or ranges, as in 0..4, got '0...3'" \
  sweep $one --out new --seeds 0...3
mistake "--seeds: the range 4..0 is empty" sweep $one --out new --seeds 4..0
mistake "--seeds: 1 is there twice" sweep $one --out new --seeds 0..2,1
mistake "--seeds: at most 1000" sweep $one --out new --seeds 0..18446744073709551615
mistake "--lambda, did you mean --lambdas?" sweep $one --out new --lambda 1
mistake "cost-target: a share" sweep $one --out new --lambdas 0,1 --cost-target 2
mistake "--lambda has no effect with --fusion none" sweep --data data --out new --fusion none
mistake "data: is there and holds no sweep" sweep $one --out data

# Two lambdas and two seeds. What is told of lambda does not count where lambda is 0.
works sweep $one --out sweep --lambdas 0,0.5 --seeds 0..1 --cost-loss squared --threads 1
same "what a sweep leaves" \
  "lambda-0.5_seed-0 lambda-0.5_seed-1 lambda-0_seed-0 lambda-0_seed-1 report.html sweep.csv sweep.json" \
  "$(ls -A sweep | tr '\n' ' ' | sed 's/ $//')"
for part in "run 4 of 4: lambda 0.5, seed 1" "lambda      runs     top-1 deviation" "report: sweep/report.html"; do
  case $out in *"$part"*) ;; *) fail "sweep does not say '$part'" ;; esac
done
works train $one --out alone --lambda 0.5 --seed 1 --cost-loss squared --threads 1
for file in config.json metrics.csv best.safetensors; do
  cmp -s alone/$file sweep/lambda-0.5_seed-1/$file || fail "a run of the sweep has another $file"
done
same "rows of sweep.csv" "lambda,seed,top1,macs_fraction,macs_per_clip 0,0, 0,1, 0.5,0, 0.5,1," \
  "$(sed '2,$s/^\([^,]*,[^,]*,\).*/\1/' sweep/sweep.csv | tr '\n' ' ' | sed 's/ $//')"
grep -q "Sweep sweep" sweep/report.html || fail "the page has no sweep"
for number in $(sed 1d sweep/sweep.csv | cut -d, -f 3); do
  grep -qF "$number" sweep/report.html || fail "the page has no $number"
done

# The same command again changes nothing; more seeds are added; other options are another sweep.
kept=$(find sweep/lambda-* -type f -printf '%p %T@\n' | sort)
cp sweep/sweep.csv before.csv
works sweep $one --out sweep --lambdas 0,0.5 --seeds 0..1 --cost-loss squared
same "runs that are complete" "$kept" "$(find sweep/lambda-* -type f -printf '%p %T@\n' | sort)"
cmp sweep/sweep.csv before.csv || fail "the table has changed"
works sweep $one --out sweep --lambdas 0 --seeds 2 --cost-loss squared
same "rows with one more seed" "0,0 0,1 0,2 0.5,0 0.5,1" \
  "$(sed 1d sweep/sweep.csv | cut -d, -f 1,2 | tr '\n' ' ' | sed 's/ $//')"
same "rows that were there" "$(cat before.csv)" "$(grep -v ^0,2, sweep/sweep.csv)"
mistake "--batch is [\"8\"], the sweep in sweep began with [\"9\"]" \
  sweep ${one/--batch 9/--batch 8} --out sweep --cost-loss squared
mistake "--cost-loss is not given, the sweep in sweep began with [\"squared\"]" sweep $one --out sweep

# A sweep that was stopped goes on with the same command, in the epoch in which it was.
long="${one/--epochs 1/--epochs 30} --threads 1"
"$adafuse" sweep $long --lambdas 1 --seeds 3,4 --out left >start.txt 2>stopped.txt &
pid=$!
for _ in $(seq 600); do
  [ "$(wc -l <start.txt)" -ge 5 ] && break
  sleep 0.01
done
kill -INT $pid
wait $pid
same "exit code of a sweep that is stopped" 130 $?
same "lines of a sweep that is stopped" 1 "$(wc -l <stopped.txt)"
grep -qE "^adafuse: stopped (after step 1 of 1 in epoch [0-9]+ of 30|between two runs); the same command goes on$" \
  stopped.txt || fail "a sweep that is stopped says: $(cat stopped.txt)"
mistake "--epochs is [\"2\"], the sweep in left began with [\"30\"]" \
  sweep ${long/--epochs 30/--epochs 2} --out left
works sweep $long --lambdas 1 --seeds 3,4 --out left
works train $long --lambda 1 --seed 3 --out never_left
for file in config.json metrics.csv best.safetensors; do
  cmp -s never_left/$file left/lambda-1_seed-3/$file || fail "a run that went on has another $file"
done

# In a report of several runs, the sweep's curve stands beside the others' points.
works train --data data --frames 2 --stem-stride 2 --epochs 1 --batch 9 --out dense
works report sweep dense --out both.html
grep -q "Sweep sweep" both.html || fail "the page of several has no sweep"
same "sections" 7 "$(grep -c '<section' both.html)"
rm sweep/report.html
works report sweep
[ -f sweep/report.html ] || fail "a sweep's page is not in its directory"
mistake "is the same file as sweep/sweep.csv" report sweep --out sweep/sweep.csv
finish
