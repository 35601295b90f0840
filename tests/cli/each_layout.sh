#!/usr/bin/env bash
# Each layout of docs/data.md that layouts.sh has not: a small folder of it trains as it is, to the
# numbers of the same clips in another one.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 9 --val 9 --size 8 --frames 2
tiny="--frames 2 --stem-stride 2 --epochs 1 --batch 9 --seed 3"
works train --data data --out own $tiny

# trains_alike DIR: as `data`; at the end it is no longer there.
trains_alike() {
  works train --data "$1" --out run $tiny --overwrite
  cmp -s own/metrics.csv run/metrics.csv || fail "$1: other numbers"
  rm -rf "$1"
}

# name CLIP DIR FIRST TEMPLATE: the frames of a clip as this printf names them.
name() {
  mkdir -p "$2/$1"
  for t in 0 1; do
    # shellcheck disable=SC2059
    cp "data/frames/$1/0000$((t + 1)).jpg" "$2/$1/$(printf "$4" $((t + $3)))"
  done
}

# How frames are called, each folder in its own way; pictures are known by their content.
templates=("0 %06d.jpg" "1 %06d.png" "0 img_%05d.JPG" "1 image_%05d.jpeg" "0 frame%d.bmp" "1 %d.webp")
mkdir names nine
cp data/*.txt names && cp data/*.txt nine
number=0
for clip in data/frames/*; do
  template=${templates[number % 6]}
  name "${clip##*/}" names/frames "${template%% *}" "${template#* }"
  name "${clip##*/}" nine/frames 9 %d.jpg # 9 before 10
  number=$((number + 1))
done
trains_alike names
mistake "1.jpg: is missing: frames begin with 9" train --data nine --out new $tiny
works train --data nine --out nine-run $tiny --first-frame 9
cmp -s own/metrics.csv nine-run/metrics.csv || fail "from 9: other numbers"

# Lists and classes with byte order marks and Windows' line ends.
mkdir marked
ln -s ../data/frames marked/frames
for file in train.txt val.txt classes.txt; do
  { printf '\357\273\277' && sed 's/$/\r/' data/$file; } >marked/$file
done
trains_alike marked

# The lists of the field.
list() { # list NAME FORMAT < clips: a line for each clip, from its number, path, label and class
  awk -v format="$2" 'NR == FNR { class[FNR - 1] = $0; next }
    { line = format
      gsub("PATH", $1, line); gsub("LABEL", $3, line); gsub("CLASS", class[$3], line); print line }' \
    data/classes.txt - >"$1"
}
field() { # field DIR FRAMES TRAIN VAL FORMAT
  mkdir "$1"
  ln -s ../data/frames "$1/$2"
  list "$1/$3" "$5" <data/train.txt
  list "$1/$4" "$5" <data/val.txt
}
field tsn rawframes train_videofolder.txt val_videofolder.txt "PATH 2 LABEL"
awk '{ print NR, $0 }' data/classes.txt >tsn/classInd.txt
trains_alike tsn
field kinetics jpegs mini_train_videofolder.txt mini_val_videofolder.txt "PATH 2 LABEL"
awk '{ print NR - 1 "," $0 }' data/classes.txt >kinetics/minik_classInd.txt
trains_alike kinetics
field v1 20bn-something-something-v1 something-something-v1-train.csv \
  something-something-v1-validation.csv "PATH;CLASS"
cp data/classes.txt v1/something-something-v1-labels.csv
trains_alike v1
field jester 20bn-jester-v1 jester-v1-train.csv jester-v1-validation.csv "PATH;CLASS"
cp data/classes.txt jester/jester-v1-labels.csv
trains_alike jester
field v2 20bn-something-something-v2 train.json validation.json '{"id": "PATH", "template": "CLASS"},'
for file in v2/train.json v2/validation.json; do
  sed -i '1s/^/[/; $s/,$/]/' $file
done
awk '{ printf "%s\"%s\": \"%d\"", NR == 1 ? "{" : ", ", $0, NR - 1 } END { print "}" }' \
  data/classes.txt >v2/labels.json
trains_alike v2
field csv frames train.csv validate.csv "PATH,2,LABEL"
cp data/classes.txt csv/classes.txt
trains_alike csv

# Folders by class below train and val.
while read -r half clip _ label; do
  class=$(sed -n "$((label + 1))p" data/classes.txt)
  mkdir -p "halves/$half/$class"
  cp -r "data/frames/$clip" "halves/$half/$class/"
done < <(sed 's/^/train /' data/train.txt && sed 's/^/valid /' data/val.txt)
works train --data halves --out halves-run $tiny
case $out in *"halves: frame folders by class; 9 + 9 clips of 9 classes, 2 frames"*) ;;
  *) fail "folders below train and valid: $out" ;;
esac

# A hole is told before anything is written.
rm halves/train/*/train_000004/00001.jpg
mistake "train_000004/00001.jpg: is missing: frames begin with 2" train --data halves --out new $tiny

# WebP: read, or one line. (A lossless picture of 1x1, to which no network is trained.)
printf 'RIFF\032\000\000\000WEBPVP8L\015\000\000\000\057\000\000\000\020\007\020\021\021\210\210\376\007\000' >00001.webp
rm halves/train/*/train_000004/*
for picture in 00001.webp 00002.webp; do cp 00001.webp "$(echo halves/train/*/train_000004)/$picture"; done
mistake "00001.webp: is " train --data halves --out new $tiny
finish
