#!/usr/bin/env bash
# A model with a number that is none is refused by who would run it, and passed on by who converts it.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 9 --val 9 --size 16 --frames 4
works train --data data --out run --frames 4 --stem-stride 2 --epochs 1 --batch 9

# with_last_number BITS: a copy of the run whose best model ends with another number, of fc.weight or
# whatever comes last.
with_last_number() {
  rm -rf broken
  cp -r run broken
  local bytes
  bytes=$(stat -c %s run/best.safetensors)
  printf '%b' "$1" | dd of=broken/best.safetensors bs=1 seek=$((bytes - 4)) conv=notrunc status=none
}
clip=data/frames/val_000000
for number in nan:'\x00\x00\xc0\x7f' inf:'\x00\x00\x80\x7f'; do
  with_last_number "${number#*:}"
  for command in "eval --run broken --data data" "predict broken $clip" "stream broken $clip"; do
    mistake 'broken/best.safetensors: tensor "' $command
    case $err in *": element "*" is ${number%:*}") ;; *) fail "$command: $err" ;; esac
  done
  rm -f copy.safetensors
  works convert broken/best.safetensors copy.safetensors
  cmp -s copy.safetensors broken/best.safetensors || fail "convert passes bits on"
done

# Weights that are finite, and so large that what they make is not: no class is named.
with_last_number '\x99\x76\x96\x7e' # 1e38
head -c $((9 * 4 * 64)) /dev/zero | tr '\0' '\177' >large # 0x7f7f7f7f = 3.4e38
header=$(head -c 8 run/best.safetensors | od -An -tu8 | tr -d ' ')
offset=$(head -c $((8 + header)) run/best.safetensors | tail -c "$header" |
  sed 's/.*"fc.weight":{[^}]*"data_offsets":\[\([0-9]*\),.*/\1/')
dd if=large of=broken/best.safetensors bs=1 seek=$((8 + header + offset)) conv=notrunc status=none
mistake 'evaluate: clip "val_000000": the logit of class ' eval --run broken --data data
mistake '"data/frames/val_000000": the logit of class ' predict broken $clip
mistake 'frame 0: the logit of class ' stream broken $clip
finish
