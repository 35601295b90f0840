#!/usr/bin/env bash
# Films: trained on, evaluated, predicted and streamed as they are; extracted, checked and listed.
# SPDX-License-Identifier: MIT
library=${3:+$(realpath "$3")}
. "$(dirname "$0")/lib.bash"

mkdir -p films/a films/b
: >films/a/1.mp4
: >films/b/1.mkv
run data extract films frames
case $err in
  *"built without FFmpeg's libraries"*)
    same "exit code without FFmpeg" 2 $status
    mistake "built without FFmpeg's libraries" train --data films --out run
    echo "skipped: the program reads no films"
    finish
    ;;
esac
# FFmpeg's libraries are loaded with the first film, by a module beside the program.
case $(ldd "$adafuse") in *libav*) fail "the program links FFmpeg's libraries" ;; esac
mkdir -p alone
ln "$adafuse" alone/adafuse 2>/dev/null || cp "$adafuse" alone/adafuse
refuses() {
  local text
  if text=$(alone/adafuse "$@" 2>&1 >stdout.txt); then fail "$*: films without the module"; fi
  case $text in
    "adafuse: films/a/1.mp4: is a film, and what reads films cannot be loaded: "*adafuse_films.so*) ;;
    *) fail "$*: $text" ;;
  esac
  same "lines of the error" 1 "$(wc -l <<<"$text")"
}
refuses data extract films frames
[ ! -e frames ] || fail "extract wrote without the module"
if [ -n "$library" ]; then
  cp "$library" alone/adafuse_films.so
  refuses data extract films/a/1.mp4 frames
fi
mistake "films/a/1.mp4: expected a film" data extract films/a/1.mp4 frames
rm -r alone

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
same "frames of stream" 10 "$(cut -sf 1 stdout.txt | wc -l)"

# Frames of films are as good as films.
works data extract films frames --quality 100
same "extract" "6 films, 60 frames, in frames" "$out"
same "frames of a film" 10 "$(ls frames/a/2 | wc -l)"
mistake "expected a new or empty directory" data extract films frames
for threads in 1 3 7; do
  works data extract films frames$threads --quality 100 --threads $threads
  diff -r frames frames$threads >diff.txt || fail "extract with $threads threads: $(head -n 3 diff.txt)"
done
works data extract films/a/1.mp4 one3 --quality 100 --threads 3
diff -r frames/a/1 one3 >diff.txt || fail "extract of one film: $(head -n 3 diff.txt)"
works data extract films/a/1.mp4 one --shorter-side 8 --most-pixels 9000 --threads 1
same "frames of one film" 10 "$(ls one | wc -l)"
works data check frames
same "check" "6 clips of 2 classes, 60 frames read" "$out"
works data list frames lists
same "lines of lists" "2 4 2" "$(echo $(wc -l <lists/classes.txt) $(wc -l <lists/train.txt) $(wc -l <lists/val.txt))"
works eval --run run --train-list lists/train.txt --val-list lists/val.txt --classes lists/classes.txt \
  --frames-root frames --json

# Lists of films: the split that train found.
works data list films flists
same "list of films" "films: films by class, split by name; 4 + 2 clips" "$out"
same "lines of lists of films" "2 4 2" \
  "$(echo $(wc -l <flists/classes.txt) $(wc -l <flists/train.txt) $(wc -l <flists/val.txt))"
works eval --run run --train-list flists/train.txt --val-list flists/val.txt --classes flists/classes.txt \
  --frames-root films --json
same "top-1 by lists of films" "$top1" "$(value stdout.txt top1)"
sed 's/ 10 / 11 /' flists/val.txt >flists/longer.txt
mistake "has 10 frames, not 11" eval --run run --train-list flists/train.txt --val-list flists/longer.txt \
  --classes flists/classes.txt --frames-root films

# What a run's files cannot hold is told before there are any.
strange=$(printf 'frames\377')
ln -s frames "$strange"
mistake "--data: expected a name in UTF-8, got \"frames\\xFF\"" train --data "$strange" --out run3
[ ! -e run3 ] || fail "train wrote before it looked at the name of --data"
mkdir -p strange
cp -r frames/a strange/a
cp -r frames/b "strange/$strange"
mistake "class: expected a name in UTF-8" train --data strange --out run3
[ ! -e run3 ] || fail "train wrote before it looked at the names of the classes"

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
