#!/usr/bin/env bash
# Data in each layout trains as it is; frames are taken in the order of their numbers, holes are told.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 18 --val 9 --size 16 --frames 4 --seed 1
tiny="--frames 4 --stem-stride 2 --epochs 1 --batch 9 --seed 3"
works train --data data --out own $tiny
case $out in
  *"data: lists train.txt and val.txt; 18 + 9 clips of 9 classes, 4 frames, 16x16"*) ;;
  *) fail "what was found: $out" ;;
esac
case $out in *"resnet8, 4 frames of 16x16 a clip: "*" M MACs where nothing is skipped"*) ;;
  *) fail "what a clip costs: $out" ;;
esac

# trains_alike RUN OPTIONS...: the same clips in another layout train to the same numbers.
trains_alike() {
  local run=$1
  shift
  works train "$@" --out "$run" $tiny
  cmp -s own/metrics.csv "$run/metrics.csv" || fail "train $*: other numbers"
}
trains_alike lists --train-list data/train.txt --val-list data/val.txt --classes data/classes.txt \
  --frames-root data/frames
trains_alike template --data data --name-template %05d.jpg --first-frame 1

# mmaction2's: other names, from 0, with a column for the first frame.
mkdir -p films/rawframes
for clip in data/frames/*; do
  mkdir "films/rawframes/${clip##*/}"
  for t in 0 1 2 3; do
    cp "$clip/0000$((t + 1)).jpg" "films/rawframes/${clip##*/}/img_0000$t.jpg"
  done
done
awk '{ print NR "," $0 }' data/classes.txt >films/category.txt
for half in train val; do
  awk '{ print $1, 0, $2, $3 }' data/$half.txt >films/${half}_videofolder.txt
done
trains_alike columns --data films --list-columns path,start,count,label
mistake "films/train_videofolder.txt:1: expected at least 1 frame, got 0 (read as path count label" \
  train --data films --out new $tiny
sed -i 's/ 0 4 / 1 4 /' films/*_videofolder.txt
mistake "films/train_videofolder.txt:1: \"train_000000\" has 4 frames on disk, not 1" \
  train --data films --out new $tiny
works eval --run columns --data films --list-columns path,-,count,label --json
same "top1 of eval" "$(value columns/summary.json top1)" "$(value stdout.txt top1)"
mistake "--list-columns: expects path and label" eval --run columns --data films --list-columns path
mistake "--name-template: expects one number" eval --run own --data data --name-template '{:05}.jpg'
mistake "--first-frame: expects a number from 0" eval --run own --data data --first-frame -1
mistake "00002.jpg" train --data data --out new $tiny --first-frame 2
mistake "--val-list" train --train-list data/train.txt --out new $tiny
mistake "--frames-root: expects where" train --train-list data/train.txt --val-list data/val.txt \
  --out new $tiny

# Folders by class, split by name.
while read -r clip count label; do
  class=$(sed -n "$((label + 1))p" data/classes.txt)
  mkdir -p "classes/$class"
  cp -r "data/frames/$clip" "classes/$class/"
done < <(cat data/train.txt data/val.txt)
works train --data classes --out folders $tiny
case $out in *"classes: frame folders by class, split by name; 18 + 9 clips of 9 classes"*) ;;
  *) fail "folders by class: $out" ;;
esac
works eval --run folders --data classes --json
same "top1 of folders" "$(value folders/summary.json top1)" "$(value stdout.txt top1)"
mistake "--classes has no effect" train --data classes --out new $tiny --classes data/classes.txt

# Pictures of several sizes.
works gestures --out large --train 9 --val 9 --size 24 --frames 4
cp -r data sizes
cp large/frames/val_000003/* sizes/frames/val_000003/
mistake "sizes/frames/val_000003/00001.jpg: is 24x24, but sizes/frames/train_000000/00001.jpg is 16x16; --size" \
  train --data sizes --out new $tiny
# A model that saw one size brings others to it.
works eval --run own --data sizes
works train --data sizes --out cropped $tiny --size 16
case $out in *"16x16 (26 clips) and 24x24 (1 clip)"*) ;; *) fail "sizes: $out" ;; esac
works eval --run cropped --data sizes
mistake "--size: expects a side from 1 to 65535, got 0" train --data data --out new $tiny --size 0

# predict and stream: 8, 9, 10, 11 and not 10, 11, 8, 9; a hole is told, or allowed.
mkdir clip
for t in 1 2 3 4; do cp data/frames/val_000001/0000$t.jpg clip/$((t + 7)).jpg; done
for command in predict stream; do
  works $command own data/frames/val_000001 --json
  expected=$(grep -oE '"(class|score)": ?[^,]*' stdout.txt)
  works $command own clip --json
  same "$command in natural order" "$expected" "$(grep -oE '"(class|score)": ?[^,]*' stdout.txt)"
done
mv clip/9.jpg ninth.jpg
for command in predict stream; do
  mistake "clip/9.jpg: is missing; frames go on to 11.jpg" $command own clip
  works $command own clip --allow-holes
done
mistake "--allow-holes has no effect" stream own - --allow-holes
finish
