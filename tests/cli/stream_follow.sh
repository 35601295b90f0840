#!/usr/bin/env bash
# stream: broken frames, a directory that grows, and Ctrl-C.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 18 --val 9 --size 16 --frames 4 --seed 1
works train --data data --out run --fusion adafuse --policy-hidden 4 --frames 4 --stem-stride 2 \
  --epochs 1 --batch 9 --seed 3
mkdir long
for i in $(seq 8); do cp data/frames/val_00000$((i % 5))/0000$((i % 4 + 1)).jpg long/$i.jpg; done
works stream run long
expected=$(cut -sf 1-3 stdout.txt)

# A broken frame is an error, or left out: then the stream is that of the others.
mkdir broken
cp long/*.jpg broken
head -c 300 long/3.jpg >broken/3.jpg
"$adafuse" stream run broken >stdout.txt 2>stderr.txt && fail "a broken frame was taken"
grep -q "broken/3.jpg: truncated" stderr.txt || fail "broken frame: $(cat stderr.txt)"
works stream run broken --skip-broken
skipped=$(cut -sf 2-3 stdout.txt)
same "numbers of frames" "0 1 3 4 5 6 7" "$(echo $(cut -sf 1 stdout.txt))"
grep -q "1 broken frames left out" stdout.txt || fail "--skip-broken: $out"
rm broken/3.jpg
works stream run broken --allow-holes
same "the stream of the others" "$skipped" "$(cut -sf 2-3 stdout.txt)"

# A directory that grows: a frame that is being written is waited for.
mkdir grows
"$adafuse" stream run grows --follow --idle 2 >followed.txt 2>stderr.txt &
for i in 1 2 3; do cp long/$i.jpg grows; done
head -c 300 long/4.jpg >grows/4.jpg
sleep 0.2
cp long/4.jpg grows
for i in 5 6 7 8; do cp long/$i.jpg grows/part && mv grows/part grows/$i.jpg; done
wait $! || fail "--follow: $(cat stderr.txt)"
same "a directory that grows" "$expected" "$(cut -sf 1-3 followed.txt)"

# A frame that stays broken, and a hole, are told.
head -c 300 long/8.jpg >grows/9.jpg
run stream run grows --follow --idle 1.5
same "exit code for a broken frame" 2 $status
case $err in *"grows/9.jpg: truncated"*) ;; *) fail "broken frame: $err" ;; esac
mv grows/9.jpg grows/10.jpg
run stream run grows --follow --idle 3
case $err in *"grows/9.jpg: is missing; \"10.jpg\" is there"*) ;; *) fail "hole: $err" ;; esac

# Ctrl-C finishes the frame, and prints the ledger.
set -m # so that what runs in the background hears an interrupt
"$adafuse" stream run long --follow --json --ledger >followed.txt 2>stderr.txt &
pid=$!
for _ in $(seq 600); do
  [ "$(grep -c '"frame":' followed.txt)" -ge 8 ] && break
  sleep 0.05
done
kill -INT $pid
wait $pid
same "exit code of an interrupted stream" 130 $?
same "errors of an interrupted stream" "" "$(cat stderr.txt)"
same "last lines of an interrupted stream" "ledger summary" \
  "$(echo $(tail -n 2 followed.txt | sed 's/^{"\([a-z]*\)".*/\1/'))"
finish
