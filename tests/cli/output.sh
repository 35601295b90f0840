#!/usr/bin/env bash
# What could not be printed or written is an error; a reader that has left is none.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 18 --val 9 --size 16 --frames 4
tiny="--frames 4 --stem-stride 2 --epochs 1 --batch 9"
works train --data data --out run --fusion adafuse --policy-hidden 4 $tiny

# full ARGUMENTS...: prints to a device that is full.
full() {
  "$adafuse" "$@" >/dev/full 2>stderr.txt
  same "exit code of adafuse $* > /dev/full" 2 $?
  grep -q "^adafuse: standard output: cannot write" stderr.txt ||
    fail "adafuse $* > /dev/full: says '$(cat stderr.txt)'"
}
full --help
for command in gestures train eval probe describe predict stream forward convert demo; do
  full $command --help
done
full describe
full describe --json
full gestures --out data2 --train 9 --val 9 --size 16 --frames 4
full train --data data --out full $tiny
[ -f full/summary.json ] || fail "a run goes on when nobody can read of it"
full eval --run run --data data
full eval --run run --data data --json
full probe --run run --data data
full probe --run run --data data --json
full predict run data/frames/val_000000
full predict run data/val.txt --json
full stream run data/frames/val_000000
full stream run data/frames/val_000000 --json --ledger
full convert run/best.safetensors copy.safetensors
[ -f copy.safetensors ] || fail "what convert had to write is written"

# Started with standard output closed, nothing printed goes into a file that is opened later.
"$adafuse" convert run/best.safetensors closed.safetensors >&- 2>stderr.txt
same "exit code with standard output closed" 2 $?
cmp -s copy.safetensors closed.safetensors || fail "a closed standard output changes what is written"
"$adafuse" convert run/best.safetensors closed.safetensors >stdout.txt 2>&- <&- ||
  fail "without standard input and error"

# A reader that leaves is nobody's fault, whether SIGPIPE is heard or not.
for signal in DFL IGN; do
  (
    [ $signal = IGN ] && trap '' PIPE
    { "$adafuse" describe --model resnet50 --json 2>stderr.txt && sleep 0; } | head -n 1 >stdout.txt
  )
  [ -s stderr.txt ] && fail "with SIGPIPE $signal, a reader that leaves: $(cat stderr.txt)"
done

# No output takes the place of what is read, under any name.
cp run/best.safetensors in.safetensors
ln -s in.safetensors link.safetensors
ln in.safetensors hard.safetensors
for name in in.safetensors ./in.safetensors link.safetensors hard.safetensors; do
  mistake "is the same file as" convert in.safetensors $name
  mistake "is the same file as" convert $name in.safetensors
  for inputs in "--weights in.safetensors --input x" "--weights x --input in.safetensors"; do
    mistake "is the same file as" forward --classes 9 $inputs --output $name
  done
done

# More than there is memory for: how much, and which number is to blame.
large() {
  local number=$1
  shift
  (
    ulimit -v 16000000
    mistake "not enough memory: " "$@"
    case $err in *"the largest number given is $number") ;; *) fail "$*: $err" ;; esac
    [ $failures -eq 0 ]
  ) || failures=$((failures + 1))
}
if ! grep -q __asan_init "$adafuse"; then # which needs terabytes of addresses
  large "--classes 2000000000" describe --classes 2000000000
  large "--policy-hidden 2000000000" describe --fusion adafuse --policy-hidden 2000000000
  large "--lstm-hidden 500000" describe --consensus lstm --lstm-hidden 500000
fi
finish
