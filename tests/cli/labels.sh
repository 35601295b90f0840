#!/usr/bin/env bash
# Clips of several labels: trained on with a loss for each class, judged by mAP, gone on with.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 18 --val 9 --size 8 --frames 2
cp -r data one
for half in train val; do
  awk '{ print $1 "," $2 "," $3 ";" ($3 + 3) % 9 }' one/$half.txt >$half.csv
  awk '{ print $0, ($3 + 3) % 9 }' one/$half.txt >data/$half.txt
done
tiny="--frames 2 --stem-stride 2 --epochs 2 --batch 9 --seed 3"
works train --data data --out run --fusion adafuse --policy-hidden 4 $tiny
case $out in *"18 + 9 clips of 9 classes, up to 2 a clip, 2 frames"*) ;; *) fail "found: $out" ;; esac
case $out in *"best: top-1 "*" %, mAP "*) ;; *) fail "result: $out" ;; esac
same "the last column" val_map "$(head -n 1 run/metrics.csv | sed 's/.*,//')"
grep -q '"several_labels": true' run/config.json || fail "the run does not say that labels are several"

# The same clips as CSV, with labels in one field.
works train --train-list train.csv --val-list val.csv --classes data/classes.txt --frames-root data/frames \
  --list-columns path,count,labels --out csv --fusion adafuse --policy-hidden 4 $tiny
cmp -s run/metrics.csv csv/metrics.csv || fail "CSV of several labels: other numbers"

# mAP of metrics.csv, of eval, and counted anew from the scores.
works eval --run run --data data --checkpoint last --scores scores.csv
case $out in *"mAP  "*"binary, the sum over the classes"*"class "*" AP "*) ;; *) fail "eval: $out" ;; esac
case $out in *"class mean"*) fail "eval: a mean accuracy of classes" ;; esac
works eval --run run --data data --checkpoint last --json
if grep -q '"confusion"\|mean_class_accuracy' stdout.txt; then fail "eval --json: confusion of several labels"; fi
map_of_eval=$(value stdout.txt map)
works probe --run run --data data --checkpoint last --json
same "probe: clips, and the mAP of eval" "9 $map_of_eval" "$(value stdout.txt clips) $(value stdout.txt map)"
same "probe: two classes a clip" 2.0 "$(awk '/"val_share"/ {s += $2} END {printf "%.1f", s}' stdout.txt)"
grep -q '^train_\|swipe_left;' scores.csv || fail "scores: no clip of two classes"
map=$(tail -n +2 scores.csv | awk -F, '
  NR == FNR { name[NR] = $0; next }
  { n += 1; has[n] = ";" $2 ";"; for (k = 1; k <= 9; ++k) score[n, k] = $(5 + k) }
  END {
    for (k = 1; k <= 9; ++k) {
      sum = positives = 0
      for (i = 1; i <= n; ++i) if (index(has[i], ";" name[k] ";")) {
        above = found = 0
        for (j = 1; j <= n; ++j) if (score[j, k] >= score[i, k]) {
          above += 1
          found += index(has[j], ";" name[k] ";") > 0
        }
        sum += found / above
        positives += 1
      }
      if (positives) { total += 100 * sum / positives; classes += 1 }
    }
    printf "%.3f", total / classes
  }' data/classes.txt -)
same "mAP of the scores" "$map" "$(value stdout.txt map | awk '{ printf "%.3f", $1 }')"
same "mAP of metrics.csv" "$map" "$(tail -n 1 run/metrics.csv | awk -F, '{ printf "%.3f", $NF }')"
grep -q '>mAP<' run/report.html || fail "report: no mAP"
same "predict: right answers" "$(value stdout.txt top1 | awk '{ printf "%.2f", $1 }')" \
  "$("$adafuse" predict run data/val.txt --checkpoint last | sed -n 's/^top-1 \(.*\) % of 9 clips/\1/p')"

# What is defined by one label a clip is refused.
mistake "has no meaning where clips have several labels" train --data data --out new $tiny --label-smoothing 0.1
mistake "class-weights: has no meaning" train --data data --out new $tiny --class-weights balanced
mistake "--confusion has no effect: clips have several labels" eval --run run --data data --confusion c.csv

# One label a clip: no column, and mAP of each class against the others.
works train --data one --out single $tiny
same "columns of one label" macs_fraction "$(head -n 1 single/metrics.csv | sed 's/.*,//')"
if grep -q several single/config.json; then fail "one label: several_labels in config.json"; fi
works eval --run single --data one
case $out in *"class mean "*"mAP  "*) ;; *) fail "eval of one label: $out" ;; esac
works eval --run single --data data --json
same "a model of one label takes the first" "$(value single/summary.json top1)" "$(value stdout.txt top1)"
finish
