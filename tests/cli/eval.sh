#!/usr/bin/env bash
# What eval says of a model, in lines, in JSON and in files.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 9 --val 9 --size 8 --frames 2
tiny="--frames 2 --stem-stride 2 --epochs 1 --batch 9"
works train --data data --out run --fusion adafuse --policy-hidden 4 --lambda-from 0 $tiny
works train --data data --out dense $tiny

works eval --run run --data data --confusion confusion.csv --scores scores.csv --decisions out.safetensors
for text in "top-5" "class mean" "GFLOPs a clip" "cheapest clips" "dearest clips" '"swipe_left"'; do
  case $out in *"$text"*) ;; *) fail "eval: no '$text' in: $out" ;; esac
done
same "confusion: lines" 10 "$(wc -l <confusion.csv)"
same "confusion: clips" 9 "$(tail -n +2 confusion.csv | cut -d, -f2- | tr ',' '\n' | awk '{s += $1} END {print s}')"
same "scores: lines" 10 "$(wc -l <scores.csv)"
same "scores: their sum" 1.000 "$(sed -n 2p scores.csv | cut -d, -f6- | tr ',' '\n' | awk '{s += $1} END {printf "%.3f", s}')"
grep -aq '"decisions.layer3.0"' out.safetensors || fail "no decisions in out.safetensors"
grep -aq '"predicted"' out.safetensors || fail "no answers in out.safetensors"

works eval --run run --data data --json
for key in top1 top5 mean_class_accuracy gflops_per_clip dense_gflops_per_clip classes confusion cheapest \
  dearest frames; do
  grep -q "^  \"$key\": " stdout.txt || fail "eval --json: no $key"
done
right=$(tail -n +2 confusion.csv | awk -F, '{s += $(NR + 1)} END {print s + 0}')
same "top1 and the diagonal" "$(awk "BEGIN {printf \"%.4f\", 100 * $right / 9}")" \
  "$(value stdout.txt top1 | awk '{printf "%.4f", $1}')"
same "macs of all clips" "$(tail -n +2 scores.csv | awk -F, '{s += $4} END {printf "%.0f", s / NR}')" \
  "$(value stdout.txt macs_per_clip | awk '{printf "%.0f", $1}')"

mistake "--decisions has no effect" eval --run dense --data data --decisions new.safetensors
mistake "is the same file as run/best.safetensors" eval --run run --data data --scores run/best.safetensors
mistake "is named for two outputs" eval --run run --data data --scores a.csv --confusion ./a.csv
mistake "there is no directory" eval --run run --data data --scores none/a.csv
mistake "is a directory" eval --run run --data data --scores run
finish
