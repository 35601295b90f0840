#!/usr/bin/env bash
# Starting from weights: fine-tuning on other classes reaches what nothing does not; what tunes a
# training is written down; and a checkpoint is evaluated without a run.
# SPDX-License-Identifier: MIT
golden=$(realpath "$(dirname "$0")/../golden")
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 360 --val 180 --size 16 --frames 4 --seed 1
# part NAME FIRST LAST: a data set of some of the classes.
part() {
  mkdir "$1" && ln -s ../data/frames "$1/frames"
  sed -n "$(($2 + 1)),$(($3 + 1))p" data/classes.txt >"$1/classes.txt"
  for list in train val; do
    awk -v first="$2" -v last="$3" '$3 >= first && $3 <= last { print $1, $2, $3 - first }' \
      data/$list.txt >"$1/$list.txt"
  done
}
part swipes 0 4
part turns 5 8
network="--fusion tsm --frames 4 --stem-stride 2"

# A network of other classes, in torchvision's names, and a new head: three epochs are enough.
works train --data swipes --out source $network --epochs 12 --batch 16
works convert source/best.safetensors weights.safetensors
tune="train --data turns $network --epochs 3 --batch 8 --head-rate 5"
works $tune --out nothing
works $tune --out tuned --weights weights.safetensors
case $out in
  *"weights.safetensors: 45 tensors loaded"*"new: the head; the file's is for 5 classes"*'passed over: 2 tensors of the file: "fc.bias" "fc.weight"'*) ;;
  *) fail "train --weights says: $out" ;;
esac
awk -v tuned="$(value tuned/summary.json top1)" -v nothing="$(value nothing/summary.json top1)" \
  'BEGIN { exit !(tuned >= 58 && nothing < 58) }' ||
  fail "tuned to $(value tuned/summary.json top1), from nothing $(value nothing/summary.json top1)"
same "name of the weights" '"weights.safetensors"' "$(value tuned/config.json weights)"
case $(value tuned/config.json weights_crc32) in
  '"'[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]'"') ;;
  *) fail "no CRC-32 in config.json" ;;
esac

# Agents are new where the file has none.
tiny="train --data turns --frames 4 --stem-stride 2 --epochs 1 --batch 16"
works $tiny --fusion adafuse-tsm --policy-hidden 4 --weights weights.safetensors --out agents
case $out in *"tensors of agents, which the file lacks"*) ;; *) fail "no agents in: $out" ;; esac

# All that tunes, in one run; and it can be evaluated when the file is gone.
cp weights.safetensors gone.safetensors
works $tiny --fusion tsm --out all --weights gone.safetensors --freeze layer1,bn1 --partial-bn \
  --head-rate 5 --bias-rate 2 --label-smoothing 0.1 --class-weights balanced --ema 0.5 --accumulate 2 \
  --early-stopping 1 --pixels bgr255
for row in head_rate=5.0 bias_rate=2.0 label_smoothing=0.1 'class_weights="balanced"' ema=0.5 \
  accumulate=2 early_stopping=1 partial_bn=true bgr=true; do
  same "${row%=*} in config.json" "${row#*=}" "$(value all/config.json "${row%=*}")"
done
rm gone.safetensors
works eval --run all --data turns --json

# A checkpoint without its run is what the run says.
weights="eval --weights tuned/best.safetensors --model resnet8 $network --data turns"
works eval --run tuned --data turns --json
top1=$(value stdout.txt top1) entropy=$(value stdout.txt cross_entropy)
works $weights --json
same "top1 of a checkpoint" "$top1" "$(value stdout.txt top1)"
awk -v a="$entropy" -v b="$(value stdout.txt cross_entropy)" \
  'BEGIN { exit !((a - b) ^ 2 < 1e-10) }' || fail "cross-entropy of a checkpoint"
works $weights
case $out in
  *"tuned/best.safetensors: 47 tensors loaded"*"by the paper's formula"*"by its upper bound"*) ;;
  *) fail "eval --weights says: $out" ;;
esac
works eval --weights agents/best.safetensors --frames 4 --stem-stride 2 --fusion adafuse-tsm \
  --policy-hidden 4 --data turns --json
works $weights --pixels bgr255 --size 12 --shorter-side 14 --json
[ "$entropy" != "$(value stdout.txt cross_entropy)" ] || fail "--pixels and --size change nothing"

# The paper's recipe is a set of defaults.
works train --data turns $network --recipe paper --epochs 1 --batch 16 --size 16 --out paper
case $out in *"recipe paper: starts from nothing, the paper from ImageNet"*) ;; *) fail "recipe: $out" ;; esac
for row in 'optimizer="sgd"' 'schedule="step"' rate=0.02 weight_decay=0.0005 bias_rate=2.0 dropout=0.5 \
  clip_norm=20.0 epochs=1 batch=16 size=16; do
  same "${row%=*} of the recipe" "${row#*=}" "$(value paper/config.json "${row%=*}")"
done

# What does not fit is refused before anything is written.
new="train --data turns --out new --frames 4 --stem-stride 2 --batch 16"
mistake "lacks \"layer1.1." $new --model resnet14 --weights weights.safetensors
mistake 'checkpoint.pth.tar: tensor "module.bn1.bias"' \
  $new --weights "$golden/torch_files/checkpoint.pth.tar"
mistake "nowhere.pth" $new --weights nowhere.pth
mistake "turns/classes.txt" $new --weights turns/classes.txt
mistake "tuned: holds" ${new/--out new/--out tuned} --weights weights.safetensors
mistake "--freeze requires --weights" $new --freeze layer1
mistake "--partial-bn requires --weights" $new --partial-bn
mistake "has no part 'layr1'" $new --weights weights.safetensors --freeze layr1
mistake "head-rate: must be positive, got 0" $new --head-rate 0
mistake "bias-rate: must be positive, got -1" $new --bias-rate -1
mistake "label-smoothing: must be in [0, 1), got 1" $new --label-smoothing 1
mistake "ema: the decay must be in [0, 1), got 1" $new --ema 1
mistake "--ema: expects a decay in (0, 1), got 0" $new --ema 0
mistake "a batch of 16 clips does not make 3 equal parts" $new --accumulate 3
mistake "accumulate: must be positive, got 0" $new --accumulate 0
mistake "--early-stopping" $new --early-stopping 0
mistake "expects a number for each of 4 classes, got 2" $new --class-weights 1,2
mistake "expects balanced, or a positive number" $new --class-weights balance
mistake "got 'papers'" $new --recipe papers
mistake "got 'bgr'" $new --pixels bgr
mistake "--run excludes --weights" eval --run tuned --weights weights.safetensors --data turns
mistake "--model has no effect with --run" eval --run tuned --model resnet8 --data turns
mistake "--pixels has no effect with --run" eval --run tuned --pixels rgb --data turns
mistake "--checkpoint has no effect with --weights" $weights --checkpoint last
mistake "its head is not this network's for 5 classes: the file's is for 4 classes" \
  ${weights/data turns/data swipes}
mistake "it has no agents, or others than the options say" \
  ${weights/--fusion tsm/--fusion adafuse-tsm}
finish
