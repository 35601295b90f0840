#!/usr/bin/env bash
# What train chooses where no network is named, what it prints while it trains, and where a run says that
# it comes from.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

run --version
case $status/$err/$out in 0//"adafuse "[0-9]*.[0-9]*.[0-9]*) ;; *) fail "--version: $out$err" ;; esac
version=$(echo "$out" | cut -d ' ' -f 2)

# Nothing but data: pictures of several sizes, fewer than a batch.
works gestures --out data --train 9 --val 9 --size 24 --frames 4 --seed 1
works gestures --out small --train 9 --val 9 --size 16 --frames 4
cp small/frames/val_000003/* data/frames/val_000003/
works train --data data --out run --epochs 2
same "first line" "opening data" "$(head -n 1 stdout.txt)"
expected="chosen: frames of 24x24 and other sizes scaled and cropped to 24x24; resnet8 (9 clips), stem stride 2\
 (24 pixels); fusion adafuse; 2 epochs in batches of 8; --model NAME chooses nothing"
same "what was chosen" "$expected" "$(grep ^chosen stdout.txt)"
case $out in *"24x24 (17 clips) and 16x16 (1 clip)"*) ;; *) fail "what was found: $out" ;; esac
grep -q "^expected: about [0-9].* for epochs 1 to 2, 1 step each, [0-9]* clips/s$" stdout.txt ||
  fail "how long it takes: $out"
same "fusion" '"adafuse"' "$(value run/summary.json fusion)"
same "size of agents" 2.0 "$(value run/config.json policy_relative)"
for pair in "size 24" "stem_stride 2" "batch 8" "epochs 2"; do
  same "$pair" "${pair#* }" "$(value run/config.json ${pair% *})"
done

# Lines: opening, found, chosen, cost, expected, head, an epoch each, best, report. No control characters.
same "lines when not on a terminal" 10 "$(wc -l <stdout.txt)"
LC_ALL=C grep -q '[[:cntrl:]]' stdout.txt && fail "control characters in what is no terminal"
works train --data data --out quiet --epochs 2 --quiet
same "lines of --quiet" "best: report:" "$(cut -d ' ' -f 1 stdout.txt | tr '\n' ' ' | sed 's/ $//')"
cmp -s run/metrics.csv quiet/metrics.csv || fail "--quiet changes metrics.csv"
mistake "holds a run already" train --data data --out quiet --quiet
if command -v script >/dev/null; then
  script -qec "stty cols 60; '$adafuse' train --data data --out terminal --epochs 2" /dev/null >terminal.txt
  grep -q "1/1  loss .*top-1 .*cost" <(tr '\r' '\n' <terminal.txt) || fail "a terminal shows: $(cat terminal.txt)"
  long=$(tr '\r' '\n' <terminal.txt | sed 's/\x1B\[K//' | grep " loss .* cost" | awk 'length > 59')
  same "lines longer than a terminal of 60 columns" "" "$long"
  cmp -s run/metrics.csv terminal/metrics.csv || fail "a terminal changes metrics.csv"
fi

# What is said stays; a network that is named is all that is not chosen.
works train --data data --out said --overwrite --size 16 --fusion tsm --batch 3 --epochs 1
case $out in *"chosen: resnet8 (9 clips), stem stride 1 (16 pixels); --model"*) ;; *) fail "chosen: $out" ;; esac
for pair in "size 16" "stem_stride 1" "batch 3" 'fusion "tsm"'; do
  same "$pair" "${pair#* }" "$(value said/config.json ${pair% *})"
done
for option in "--model resnet8" "--stem-stride 1" "--recipe own"; do
  mistake "fill one batch of 32" train --data small --out new $option
done
works train --data small --out named --model resnet8 --batch 9 --epochs 1
case $out in *chosen*) fail "a named network: $out" ;; esac
for pair in "size 0" "stem_stride 1" 'fusion "none"'; do
  same "$pair" "${pair#* }" "$(value named/config.json ${pair% *})"
done
mistake "val_000003/00001.jpg: is 16x16" train --data data --out new --model resnet8 --batch 9

# What was cut from one source is on one side.
for class in a b; do
  mkdir -p one/$class
  cp -r small/frames/val_000003 one/$class/walk_clip1
done
mistake "one: there are no clips to validate on: by their names all were cut from one source" \
  train --data one --out new

# Films of several sizes, by four commands that say nothing of the network.
command -v ffmpeg >/dev/null && for i in 1 2; do
  mkdir -p films/a films/b
  for class in a b; do
    ffmpeg -v error -nostdin -y -f lavfi -i "testsrc=size=$((30 + 10 * i))x32:rate=8:duration=1" -threads 1 \
      -c:v libx264 -pix_fmt yuv420p films/$class/$i.mp4 || fail "ffmpeg: films/$class/$i.mp4"
  done
done
[ -d films ] && run data check films && [ $status -eq 2 ] && case $err in *"built without"*) rm -r films ;; esac
if [ -d films ]; then
  works train --data films --out of_films --epochs 1
  case $out in *"chosen: frames of 32x"*" and other sizes scaled and cropped to 32x32; resnet8 (2 clips)"*) ;;
    *) fail "films: $out" ;;
  esac
  works eval --run of_films --data films
  works report of_films --data films
  works stream of_films films/a/1.mp4
fi

# Where a run comes from; no time of it is in another file.
same "version" "\"$version\"" "$(value run/run.json version)"
same "data" "\"$(pwd)/data\"" "$(value run/run.json data)"
same "directory" "\"$(pwd)\"" "$(value run/run.json directory)"
for key in started processor threads vector_path commit; do
  [ -n "$(value run/run.json $key)" ] || fail "run.json has no $key"
done
same "command" '"train", "--data", "data", "--out", "run", "--epochs", "2"' \
  "$(tr -d '\n' <run/run.json | sed 's/.*"command": \[ *"[^"]*", *//; s/ *\].*//; s/,  */, /g')"
cmp -s run/config.json quiet/config.json || fail "equal runs have other config.json"
cmp -s run/last.safetensors quiet/last.safetensors || fail "equal runs have other weights"
finish
