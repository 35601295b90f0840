#!/usr/bin/env bash
# stream: pictures and raw RGB, and what shifts in time must be told.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 18 --val 9 --size 16 --frames 4 --seed 1
tiny="--policy-hidden 4 --frames 4 --stem-stride 2 --epochs 1 --batch 9 --seed 3"
works train --data data --out run --fusion adafuse $tiny
works train --data data --out shifted --fusion adafuse-tsm $tiny
clip=data/frames/val_000000

works stream run $clip
same "a line for each frame" 4 "$(wc -l <stdout.txt)"
case $out in 0*"ms"*"% of dense MACs"*) ;; *) fail "stream: $out" ;; esac

# After its last frame a stream has seen the clip.
works predict run $clip --json
class=$(value stdout.txt class)
works stream run $clip --json
same "class after the clip" "$class" "$(grep '"class"' stdout.txt | tail -n 1 | sed 's/.*: \(.*\),/\1/')"

works stream shifted $clip --future wait
same "late, but a line for each frame" 4 "$(wc -l <stdout.txt)"
works stream shifted $clip --future zero --consensus last:2 --ledger
case $out in *temporal_shift*) ;; *) fail "--ledger: $out" ;; esac
works stream run $clip --consensus fading:0.5 --policy keep-all

head -c $((16 * 16 * 3 * 3)) /dev/zero >black.rgb
"$adafuse" stream run - --width 16 --height 16 <black.rgb >stdout.txt || fail "raw RGB"
same "raw frames" 3 "$(wc -l <stdout.txt)"
head -c 1000 /dev/zero | "$adafuse" stream run - --width 16 --height 16 >stdout.txt 2>stderr.txt &&
  fail "half a frame was taken"
grep -q "frame 1 ends after 232 of 768 bytes" stderr.txt || fail "half a frame: $(cat stderr.txt)"

mistake "--future wait gives its answers late" stream shifted $clip
mistake "--future has no effect" stream run $clip --future wait
mistake "--width has no effect" stream run $clip --width 3
mistake "needs --width and --height" stream run -
mistake "expects all, last:T or fading:K" stream run $clip --consensus some
mistake "at least one frame" stream run $clip --consensus last:0
mistake "expected a film, a directory of frames, or -" stream run nowhere
finish
