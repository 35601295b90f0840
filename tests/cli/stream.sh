#!/usr/bin/env bash
# stream: pictures and raw RGB, and what shifts in time must be told.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

# answers: the class of each frame in what was printed.
answers() { cut -sf 2 stdout.txt; }

works gestures --out data --train 18 --val 9 --size 16 --frames 4 --seed 1
tiny="--policy-hidden 4 --frames 4 --stem-stride 2 --epochs 1 --batch 9 --seed 3"
works train --data data --out run --fusion adafuse $tiny
works train --data data --out shifted --fusion adafuse-tsm $tiny
clip=data/frames/val_000000

works stream run $clip
same "a line for each frame and one about all" 5 "$(wc -l <stdout.txt)"
grep -qE "^4 frames, [0-9.]+ a second, median [0-9.]+ ms a frame, [0-9.]+ % of dense MACs$" stdout.txt ||
  fail "summary: $out"
case $out in 0*"ms"*"% of dense MACs"*) ;; *) fail "stream: $out" ;; esac

# After its last frame a stream has seen the clip.
works predict run $clip --json
class=$(value stdout.txt class)
works stream run $clip --json
same "class after the clip" "$class" "$(sed -n 's/^{"frame":3,"class":\([^,]*\),.*/\1/p' stdout.txt)"
same "JSON lines" 5 "$(grep -c '^{.*}$' stdout.txt)"
grep -q '^{"summary":{"frames":4,"broken":0,.*"consensus":"last:4"}}$' stdout.txt || fail "summary: $out"
# One frame is enough for who is sure of anything; frames that are like the first are passed over.
works stream run $clip --exit-confidence 0
same "frames until it is sure" 0 "$(echo $(cut -sf 1 stdout.txt))"
works stream run $clip --exit-confidence 1 --json
grep -q '^{"summary":{"frames":4,.*"consensus":"last:4"}}$' stdout.txt || fail "never sure: $out"
works stream run $clip --exit-confidence 0 --json
grep -q '^{"summary":{"frames":1,.*"sure":true}}$' stdout.txt || fail "sure: $out"
works stream run $clip --frame-change inf --json
grep -q '^{"summary":{"frames":1,.*"passed_over":3}}$' stdout.txt || fail "passed over: $out"
works stream run $clip --policy change:0.5
works stream shifted $clip --future wait --exit-confidence 0
same "frames until it is sure, late" 0 "$(echo $(cut -sf 1 stdout.txt))"
mistake "a score from 0 to 1, got -1" stream run $clip --exit-confidence -1
mistake "at least 0, got nan" stream run $clip --frame-change nan
works stream run $clip --json --ledger-every 2
same "frames of the ledgers" "2 4" "$(echo $(sed -n 's/^{"ledger":{"frames":\([0-9]*\),.*/\1/p' stdout.txt))"

works stream shifted $clip --future wait
same "late, but a line for each frame" "0 1 2 3" "$(echo $(cut -sf 1 stdout.txt))"
works stream shifted $clip --future zero --consensus last:2 --ledger
case $out in *temporal_shift*) ;; *) fail "--ledger: $out" ;; esac
works stream run $clip --consensus fading:0.5 --policy keep-all

# A letter for each channel of each block: 16, 32 and 64 of resnet8.
letters() { sed -n 's/.*"'$1'":"\([krs]*\)".*/\1/p' stdout.txt; }
works stream run $clip --decisions --policy keep-all --json
same "channels of layer1.0 in four frames" "16 16 16 16" "$(echo $(letters layer1.0 | awk '{ print length }'))"
same "kept channels of layer3.0" "$(printf 'k%.0s' $(seq 64))" "$(letters layer3.0 | sort -u)"
works stream run $clip --decisions --policy random:0,0.5,0.5
same "a field for each block" 8 "$(head -n 1 stdout.txt | awk -F '\t' '{ print NF }')"
grep -q k <<<"$(cut -sf 6- stdout.txt | sed 's/layer[0-9.]* //g')" && fail "kept: $(cat stdout.txt)"
mistake "--decisions has no effect beside --future wait" stream shifted $clip --future wait --decisions

head -c $((16 * 16 * 3 * 3)) /dev/zero >black.rgb
"$adafuse" stream run - --width 16 --height 16 <black.rgb >stdout.txt || fail "raw RGB"
same "raw frames" 3 "$(answers | wc -l)"
black=$(answers)
"$adafuse" stream run - --raw 16x16 <black.rgb >stdout.txt || fail "--raw"
same "--raw" "$black" "$(answers)"

# YUV4MPEG2 says its size: grey frames of the darkest luma.
y4m() {
  printf 'YUV4MPEG2 W16 H16 F10:1 Ip Cmono\n'
  for _ in 1 2 3; do printf 'FRAME\n' && head -c 256 /dev/zero | tr '\0' '\020'; done
}
y4m | tee whole.y4m | "$adafuse" stream run - >stdout.txt || fail "YUV4MPEG2"
same "YUV4MPEG2" "$black" "$(answers)"
head -c 700 whole.y4m | "$adafuse" stream run - >stdout.txt 2>stderr.txt && fail "half a frame was taken"
grep -q "standard input: frame 2 ends after" stderr.txt || fail "half a frame: $(cat stderr.txt)"
head -c 700 whole.y4m | "$adafuse" stream run - --skip-broken >stdout.txt || fail "--skip-broken on a pipe"
grep -q "^2 frames.*, 1 broken frames left out$" stdout.txt || fail "--skip-broken: $(cat stdout.txt)"
head -c 1000 /dev/zero | "$adafuse" stream run - --width 16 --height 16 >stdout.txt 2>stderr.txt &&
  fail "half a frame was taken"
grep -q "frame 1 ends after 232 of 768 bytes" stderr.txt || fail "half a frame: $(cat stderr.txt)"

mistake "--future wait gives its answers late" stream shifted $clip
mistake "--future has no effect" stream run $clip --future wait
mistake "--width has no effect" stream run $clip --width 3
run stream run - </dev/null
same "what standard input should be" \
  'adafuse: standard input: expected YUV4MPEG2, got ""; raw rgb24 needs --raw WIDTHxHEIGHT' "$err"
mistake "--raw: expects WIDTHxHEIGHT" stream run - --raw 16
mistake "has no effect beside --raw" stream run - --raw 16x16 --width 16
mistake "needs --width and --height, or --raw" stream run - --width 16
mistake "--idle has no effect without --follow" stream run $clip --idle 1
mistake "--follow has no effect on a pipe" stream run - --follow
mistake "--ledger-every" stream run $clip --ledger-every 0
mistake "is a picture (JPEG); expected a film" stream run $clip/00001.jpg
: >film.mp4
mistake "--follow has no effect on a film" stream run film.mp4 --follow
mistake "--skip-broken has no effect on a film" stream run film.mp4 --skip-broken
mistake "expects all, last:T or fading:K" stream run $clip --consensus some
mistake "at least one frame" stream run $clip --consensus last:0
mistake "expected a film, a directory of frames, or -" stream run nowhere

# What it forgets: by default as many frames back as the model was trained with.
mkdir long
for i in $(seq 8); do cp data/frames/val_00000$((i % 5))/0000$((i % 4 + 1)).jpg long/$i.jpg; done
works stream run long
forgets=$(cut -sf 1-3 stdout.txt)
works stream run long --consensus last:4
same "default consensus" "$forgets" "$(cut -sf 1-3 stdout.txt)"
works stream run long --consensus all
[ "$forgets" != "$(cut -sf 1-3 stdout.txt)" ] || fail "--consensus all forgets"
finish
