#!/usr/bin/env bash
# The demonstration, far too small to prove anything, leaves all that it promises.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works demo --out demo --train 36 --val 9 --epochs 1 --seed 3 --threads 2
same "what the demo leaves" \
  "accuracy_cost.svg adafuse adafuse-random decisions.svg gestures report.html summary.json tsm tsn" \
  "$(ls demo | tr '\n' ' ' | sed 's/ $//')"
same "rows" 4 "$(grep -c '"macs_fraction"' demo/summary.json)"
same "first character" "[" "$(head -c 1 demo/summary.json)"
for title in "TSN (frame by frame)" "TSM (temporal shift)" "AdaFuse, random choice" "top-1" "seconds"; do
  case $out in *"$title"*) ;; *) fail "demo: no '$title' in its table" ;; esac
done
for picture in accuracy_cost decisions; do
  grep -q "<svg" demo/$picture.svg || fail "demo/$picture.svg is no SVG"
done
case $out in *"report: demo/report.html"*) ;; *) fail "demo does not say where its report is" ;; esac
for part in "AdaFuse, random choice" "the most that single frames can tell" "Confusion" "data-actions="; do
  grep -qF "$part" demo/report.html || fail "demo/report.html has no $part"
done
cp demo/tsm/metrics.csv before.csv
mistake "demo: holds a demonstration already; --overwrite" demo --out demo --train 36 --val 9 --epochs 1
works demo --out demo --train 36 --val 9 --epochs 1 --seed 3 --overwrite
[ -e demo.new ] && fail "something is left beside the demonstration"
same "hidden files" "" "$(find demo -name '.*')"
cmp demo/tsm/metrics.csv before.csv || fail "a second demonstration differs"
finish
