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

# Frame by frame: with rules that leave nothing out the same answers and work; others cost less.
works eval --run run --data data --json
whole_top1=$(value stdout.txt top1) whole_macs=$(value stdout.txt macs_per_clip | awk '{printf "%.3f", $1}')
works eval --run run --data data --exit-confidence 1 --frame-change 0 --json
same "top1 frame by frame" "$whole_top1" "$(value stdout.txt top1)"
same "work frame by frame" "$whole_macs" "$(value stdout.txt macs_per_clip | awk '{printf "%.3f", $1}')"
same "frames looked at" 2.0 "$(value stdout.txt frames_per_clip)"
for rule in "--exit-confidence 0" "--frame-change inf"; do
  works eval --run run --data data $rule --json
  same "frames looked at with $rule" 1.0 "$(value stdout.txt frames_per_clip)"
  awk "BEGIN {exit !($(value stdout.txt macs_per_clip) < $whole_macs)}" || fail "eval $rule costs as much"
done
works eval --run dense --data data --exit-confidence 0.5
case $out in *"frames a clip  "*" looked at, "*" ms a clip"*) ;; *) fail "eval --exit-confidence: $out" ;; esac
works eval --run run --data data --policy change:0
case $out in *"100 %   0 %   0 %"*) ;; *) fail "a threshold of 0 keeps everything: $out" ;; esac
works eval --run run --data data --policy change:inf
case $out in *"  50 %  50 %   0 %"*) ;; *) fail "an infinite threshold reuses the second of two frames: $out" ;; esac
mistake "a score from 0 to 1, got 1.5" eval --run run --data data --exit-confidence 1.5
mistake "at least 0, got -1" eval --run run --data data --frame-change -1
mistake "change:t takes a threshold, got 'change:x'" eval --run run --data data --policy change:x
mistake "a threshold is at least 0, got -1" eval --run run --data data --policy change:-1
mistake "of one view of each clip" eval --run run --data data --exit-confidence 0.5 --clips 2
mistake "--sample has no effect frame by frame" eval --run run --data data --exit-confidence 0.5 --sample
mistake "--decisions has no effect frame by frame" eval --run run --data data --frame-change 0.5 --decisions new
mistake "--policy: sessions take" eval --run run --data data --frame-change 0.5 --policy magnitude:0.4,0.3,0.3
works train --data data --out shifted --fusion tsm $tiny
mistake "does not go frame by frame" eval --run shifted --data data --exit-confidence 0.5

mistake "--decisions has no effect" eval --run dense --data data --decisions new.safetensors
mistake "is the same file as run/best.safetensors" eval --run run --data data --scores run/best.safetensors
mistake "is named for two outputs" eval --run run --data data --scores a.csv --confusion ./a.csv
mistake "there is no directory" eval --run run --data data --scores none/a.csv
mistake "is a directory" eval --run run --data data --scores run
finish
