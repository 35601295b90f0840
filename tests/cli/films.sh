#!/usr/bin/env bash
# Films: trained on, evaluated, predicted and streamed as they are; extracted, checked and listed.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

mkdir -p films/a films/b
: >films/a/1.mp4
run data extract films frames
case $err in
  *"built without FFmpeg's libraries"*)
    same "exit code without FFmpeg" 2 $status
    mistake "built without FFmpeg's libraries" train --data films --out run
    echo "skipped: the program reads no films"
    finish
    ;;
esac
command -v ffmpeg >/dev/null || {
  echo "skipped: there is no program ffmpeg to make films with"
  finish
}

# film FILE SOURCE [OPTIONS...]: a second of 10 frames.
film() {
  local file=$1 source=$2
  shift 2
  ffmpeg -v error -nostdin -y -f lavfi -i "$source=size=40x32:rate=10:duration=1" -threads 1 "$@" \
    -c:v libx264 -pix_fmt yuv420p -g 5 "$file" || fail "ffmpeg: $file"
}
for i in 1 2 3; do
  film films/a/$i.mp4 testsrc -vf "hue=h=$((i * 40))"
  film films/b/$i.mkv testsrc2 -vf "hue=h=$((i * 40))"
done

# Four commands, from films to a stream.
works train --data films --out run --model resnet8 --stem-stride 2 --fusion adafuse --policy-hidden 4 \
  --frames 4 --size 16 --epochs 1 --batch 2
case $out in *"films by class, split by name; 4 + 2 clips of 2 classes, 10 frames"*) ;;
*) fail "what train found: $out" ;; esac
works eval --run run --data films --json
top1=$(value stdout.txt top1)
[ -n "$top1" ] || fail "eval: $out"
works predict run films/a/1.mp4 films/b/2.mkv
same "lines of predict" 2 "$(wc -l <stdout.txt)"
works stream run films/a/1.mp4
same "lines of stream" 10 "$(wc -l <stdout.txt)"

# Frames of films are as good as films.
works data extract films frames --quality 100
same "extract" "6 films, 60 frames, in frames" "$out"
same "frames of a film" 10 "$(ls frames/a/2 | wc -l)"
mistake "expected a new or empty directory" data extract films frames
works data extract films/a/1.mp4 one --shorter-side 8 --most-pixels 9000 --threads 1
same "frames of one film" 10 "$(ls one | wc -l)"
works data check frames
same "check" "6 clips of 2 classes, 60 frames read" "$out"
works data list frames lists
same "lines of lists" "2 4 2" "$(echo $(wc -l <lists/classes.txt) $(wc -l <lists/train.txt) $(wc -l <lists/val.txt))"
works eval --run run --train-list lists/train.txt --val-list lists/val.txt --classes lists/classes.txt \
  --frames-root frames --json
mistake "lists name frame folders" data list films other

# check names what is wrong, all of it.
works data check films
mkdir -p bad/train/a bad/train/b bad/val/a
cp films/a/1.mp4 films/a/2.mp4 bad/train/a
cp films/b/1.mkv bad/train/b
head -c 1500 films/b/2.mkv >bad/train/b/2.mkv
cp films/a/1.mp4 bad/val/a/9.mp4
film bad/val/a/3.mp4 testsrc -vf scale=48:40
run data check bad
same "exit code of check" 2 $status
for text in "bad/train/b/2.mkv: truncated" "bad/val/a/9.mp4: is the same as bad/train/a/1.mp4" \
  "bad/val/a/3.mp4: is 40x48, most clips are 32x40" 'class "b" has no clip to validate on'; do
  case $out in *"$text"*) ;; *) fail "check: expected '$text' in: $out" ;; esac
done
same "check's error" "adafuse: bad: 4 problems" "$err"
mistake "truncated" train --data bad --out run2
mistake "truncated" predict run bad/train/b/2.mkv
mistake "truncated" stream run bad/train/b/2.mkv
mistake "pixels, more than" data extract films other --most-pixels 100
mistake "expected a film" data extract lists other
finish
