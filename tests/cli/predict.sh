#!/usr/bin/env bash
# predict: clips as folders, lists and GIFs; the same answers and work as eval's.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 18 --val 9 --size 16 --frames 4 --seed 1
# Class names that would colour a terminal: it never sees them so.
sed -i $'s/^/\x1b[31m/' data/classes.txt
works train --data data --out run --fusion adafuse --policy-hidden 4 --frames 4 --stem-stride 2 \
  --epochs 1 --batch 9 --seed 3

works predict run data/frames/val_000000
case $out in *val_000000*"% of dense MACs"*) ;; *) fail "predict of a folder: $out" ;; esac
grep -qF '"\x1B[31m' stdout.txt || fail "class names in quotes: $(cat stdout.txt)"
! grep -q $'\x1b' stdout.txt || fail "a class name reached the terminal"
works stream run data/frames/val_000000
! grep -q $'\x1b' stdout.txt || fail "a class name reached the terminal"
same "lines for a list" 10 "$(works predict run data/val.txt && wc -l <stdout.txt)"

# A list's top-1 and work are those of eval, whoever decides.
for policy in learned keep-all random:0.4,0.3,0.3 change:0.3; do
  works eval --run run --data data --policy $policy --json
  top1=$(value stdout.txt top1) fraction=$(value stdout.txt macs_fraction)
  works predict run data/val.txt --policy $policy --json --ledger
  same "top-1 with $policy" "$top1" "$(value stdout.txt top1)"
  [ $policy = learned ] && same "work with $policy" "$(printf %.6f "$fraction")" \
    "$(printf %.6f "$(sed -n '/"ledger"/,$s/.*"macs_fraction": \(.*\),/\1/p' stdout.txt | head -n 1)")"
done
works predict run data/val.txt --ledger
case $out in *layer1.0.policy_net*policy*all*) ;; *) fail "--ledger: $out" ;; esac

mistake "has 256 pixels, more than the 255 that are allowed" predict run data/val.txt --most-pixels 255
mistake "there is no such file" predict run nowhere
mistake 'holds no frames 00001.jpg, ... but directories, "frames" for one' predict run data
mkdir empty
mistake "empty: holds no frames 00001.jpg" predict run empty
mistake "is a picture (JPEG); a clip is a directory of pictures" predict run data/frames/val_000000/00001.jpg
mistake "is a safetensors file, which holds weights; expected a directory" predict run run/best.safetensors
head -c 300 /dev/zero >zeros
mistake "zeros: is no text; expected a directory" predict run zeros
: >nothing.txt
mistake "nothing.txt: expected at least one clip" predict run nothing.txt

# Fields are set apart by tabs, so that names with spaces stay whole.
mkdir "two words"
cp data/frames/val_000000/*.jpg "two words"
works predict run "two words"
same "a name with a space" '"two words"' "$(cut -f 1 stdout.txt)"
same "fields" 5 "$(awk -F '\t' '{print NF}' stdout.txt)"
mistake "--policy: sessions take" predict run data/val.txt --policy magnitude:0.4,0.3,0.3
mistake "--seed has no effect" predict run data/val.txt --seed 3
works train --data data --out dense --fusion none --frames 4 --stem-stride 2 --epochs 1 --batch 9
works predict dense data/val.txt
mistake "--policy has no effect" predict dense data/val.txt --policy keep-all
finish
