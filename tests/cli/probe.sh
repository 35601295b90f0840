#!/usr/bin/env bash
# probe: a row for each way to decide, as lines and as JSON; which of them are eval's; what is refused.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 18 --val 9 --size 8 --frames 2
tiny="--frames 2 --stem-stride 2 --epochs 1 --batch 9"
works train --data data --out run --fusion adafuse --policy-hidden 4 --lambda-from 0 --seed 3 $tiny
works train --data data --out dense $tiny

works probe --run run --data data
for text in "classified by" "its own decisions " "another clip's decisions " "the majority's decisions " \
  "everything kept " "everything kept, norms estimated again " "decisions alone, a linear classifier " \
  "the commonest class " "estimates are made of 18 training clips" "ridge 1" '"swipe_left"'; do
  case $out in *"$text"*) ;; *) fail "probe: no '$text' in: $out" ;; esac
done

rows() { # FILE KEY: the values of all rows, in their order
  sed -n '/"rows": \[/,/^  \]/ s/^ *"'"$2"'": \([^,]*\),*$/\1/p' "$1"
}
works probe --run run --data data --json
cp stdout.txt probe.json
same "rows" "own another-clip majority keep-all keep-all-estimated decisions-alone commonest-class" \
  "$(rows probe.json probed | tr -d '"' | tr '\n' ' ' | sed 's/ $//')"
same "clips" "9" "$(rows probe.json clips | sort -u)"
same "seed" 3 "$(value probe.json seed)"
same "top1 of the commonest class" 11.1 "$(rows probe.json top1 | awk 'NR == 7 {printf "%.1f", $1}')"
same "MACs of the commonest class" 0.0 "$(rows probe.json macs_fraction | awk 'NR == 7 {printf "%.1f", $1}')"
works eval --run run --data data --json
same "own: top1 of eval" "$(value stdout.txt top1)" "$(rows probe.json top1 | sed -n 1p)"
same "own: MACs of eval" "$(value stdout.txt macs_fraction)" "$(rows probe.json macs_fraction | sed -n 1p)"
works eval --run run --data data --policy keep-all --json
same "keep-all: mAP of eval" "$(value stdout.txt map)" "$(rows probe.json map | sed -n 4p)"
same "keep-all: MACs of eval" "$(value stdout.txt macs_fraction)" \
  "$(rows probe.json macs_fraction | sed -n 4p)"

# The same digits for any number of threads; another ridge and seed are taken.
works probe --run run --data data --json --threads 3
cmp -s probe.json stdout.txt || fail "probe: other digits on three threads"
works probe --run run --data data --json --ridge 1e6 --seed 8 --batch 4 --checkpoint last
same "seed as given" 8 "$(value stdout.txt seed)"
same "ridge as given" 1000000.0 "$(value stdout.txt ridge)"
[ "$(rows probe.json map | sed -n 6p)" != "$(rows stdout.txt map | sed -n 6p)" ] || fail "--ridge has no effect"

# Lists and folders as eval takes them.
works probe --run run --train-list data/train.txt --val-list data/val.txt --classes data/classes.txt \
  --frames-root data/frames --list-columns path,count,label --name-template '%05d.jpg' --first-frame 1 \
  --most-pixels 64 --skip-broken --json
same "of lists" "$(rows probe.json map)" "$(rows stdout.txt map)"
grep -q '"left_out"' stdout.txt || fail "probe --skip-broken --json: no left_out"

mistake "dense decides nothing" probe --run dense --data data
mistake "--run is required" probe --data data
mistake "--data is required" probe --run run
mistake "expects the directory of a run" probe --run run/best.safetensors --data data
mistake "--ridge: expects a number from 0, got -1" probe --run run --data data --ridge -1
mistake "batch_size is at least 1" probe --run run --data data --batch 0
mistake "there is no such directory" probe --run run --data nowhere
works gestures --out single --train 9 --val 9 --size 8 --frames 2
sed -i 1q single/val.txt
mistake "at least 2 to validate on" probe --run run --data single
finish
