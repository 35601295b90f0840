#!/usr/bin/env bash
# A report on runs, with and without data: one file, whose tables have the numbers of metrics.csv and
# of eval --json.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 9 --val 9 --size 8 --frames 2
tiny="--frames 2 --stem-stride 2 --epochs 2 --batch 9"
works train --data data --out run --fusion adafuse --policy-hidden 4 --lambda-from 0 $tiny
works train --data data --out dense $tiny

# shown PAGE NUMBER: whether a cell of a table keeps this number.
shown() { grep -qF "<data value=\"$2\">" "$1" || fail "$1 has no number $2"; }

works report run --data data --out page.html
for number in $(tail -n +2 run/metrics.csv | tr ',' ' '); do shown page.html "$number"; done
for key in top1 macs_per_clip macs_fraction parameters train_seconds; do
  shown page.html "$(value run/summary.json $key)"
done
works eval --run run --data data --json
for key in top1 top5 mean_class_accuracy macs_per_clip macs_fraction accuracy keep reuse skip; do
  shown page.html "$(value stdout.txt $key)"
done
for part in "layer3.0" "Confusion matrix" "swipe_left" "data-actions=" "Ledger" "The dearest clips" "<svg"; do
  grep -qF "$part" page.html || fail "page.html has no $part"
done
grep -qE '(src|href)="https?:' page.html && fail "page.html refers to the network"

# Several runs on one page, and without data.
works report run dense --data data --out both.html
shown both.html "$(value dense/summary.json macs_per_clip)"
same "sections" 3 "$(grep -c '<section' both.html)"
works report dense --out bare.html
grep -qF "adafuse report RUN --data DIR" bare.html || fail "bare.html does not say how to see more"
[ -f dense/report.html ] || fail "training leaves no report"
rm dense/report.html
works report dense --data data
[ -f dense/report.html ] || fail "one run's page is not in its directory"
works train --data data --out dense --overwrite $tiny

# Names are escaped.
cp -r data '<evil>'
sed -i '1s/.*/<script>alert(1)<\/script> \& "1"/' '<evil>/classes.txt'
works train --data '<evil>' --out '<b>run' $tiny
works report '<b>run' --data '<evil>' --out evil.html
grep -qE '<script>alert|<b>' evil.html && fail "a name is not escaped"
grep -qF '&lt;script&gt;alert(1)' evil.html || fail "a class's name is not shown"

mistake "several runs need --out" report run dense
mistake "--most-pixels has no effect" report run --most-pixels 9
mistake "none/config.json" report none
mistake "its classes are not those that run was trained on" report run --data '<evil>' --out new.html
mistake "is the same file as run/metrics.csv" report run --out run/metrics.csv
mistake "there is no directory" report run --out none/page.html
mistake "is a directory" report run --out data
echo "0,1" >>dense/metrics.csv
mistake "dense/metrics.csv:4: expected 12 columns, got 2" report dense
finish
