#!/usr/bin/env bash
# Weights in and out: `convert` and `forward` on what PyTorch and this program wrote, and on what
# they must refuse.
# SPDX-License-Identifier: MIT
golden=$(realpath "$(dirname "$0")/../golden")
. "$(dirname "$0")/lib.bash"

# A trained run's model is safetensors too: a network with weights, and clips of its size.
works gestures --out data --train 9 --val 9 --size 16 --frames 3
works train --data data --out run --fusion adafuse --policy-hidden 4 --frames 3 --stem-stride 2 \
  --epochs 1 --batch 9
clip() { # clip FILE FRAMES SIZE: safetensors with `clip` [1,FRAMES,3,SIZE,SIZE], all zeros
  local bytes=$((4 * 3 * $2 * $3 * $3)) header
  header='{"clip":{"dtype":"F32","shape":[1,'$2',3,'$3','$3'],"data_offsets":[0,'$bytes']}}'
  while ((${#header} % 8)); do header+=' '; done
  { printf '%b' "\\x$(printf %x ${#header})\\0\\0\\0\\0\\0\\0\\0"; printf %s "$header"
    head -c "$bytes" /dev/zero; } >"$1"
}
clip in.safetensors 3 16
network="--model resnet8 --fusion adafuse --policy-hidden 4 --stem-stride 2 --classes 9"
forward="forward $network --weights run/best.safetensors --input in.safetensors"

works $forward --frames 3 --size 16 --output out.safetensors
grep -q '"logits"' out.safetensors || fail "no logits in the output"
grep -q '"decisions.layer3.0"' out.safetensors || fail "no decisions in the output"
works $forward --output again.safetensors
cmp -s out.safetensors again.safetensors || fail "--frames and --size are read off the clip"
works $forward --dtype float64 --output double.safetensors
grep -q '"F64"' double.safetensors || fail "--dtype float64 writes doubles"

# What was written by `convert` is read back alike.
works convert run/best.safetensors copy.safetensors
works ${forward/run\/best/copy} --output copied.safetensors
cmp -s out.safetensors copied.safetensors || fail "converted weights give other logits"
works convert "$golden/torch_files/checkpoint.pth.tar" new.safetensors
case $out in *"under another name"*"left over"*) ;; *) fail "convert reports: $out" ;; esac
grep -q '"fc.weight"' new.safetensors || fail "convert gives names of this project"
works convert --keep-names "$golden/torch_files/checkpoint.pth.tar" kept.safetensors
grep -q '"module.new_fc.weight"' kept.safetensors || fail "--keep-names keeps names"

# A head for other classes begins anew, and the report says so.
works ${forward/--classes 9/--classes 5} --output five.safetensors
case $out in *"another number of classes"*'"fc.weight"'*) ;; *) fail "report: $out" ;; esac

mistake "does not have --frames 4" $forward --frames 4 --output new.out
mistake "does not have --size 24" $forward --size 24 --output new.out
mistake 'lacks' ${forward/--model resnet8/--model resnet14} --output new.out
mistake 'expects' ${forward/--policy-hidden 4/--policy-hidden 5} --output new.out
mistake "got 'float16'" $forward --dtype float16 --output new.out
mistake "no tensor \"clip\"" forward $network --weights run/best.safetensors \
  --input run/best.safetensors --output new.out
mistake "--classes is required" forward --weights a --input b --output c
mistake "ends in .safetensors" convert run/best.safetensors copy.pth
mistake "cannot" convert nothing.pth copy2.safetensors
echo "not weights" >text.pth
mistake "text.pth" convert text.pth copy2.safetensors
finish
