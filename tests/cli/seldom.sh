#!/usr/bin/env bash
# Options that no other script needs: each arrives where it counts.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 9 --val 9 --size 16 --frames 2 --threads 1
all="--data data --most-pixels 256"

# Training: each option is in config.json, under its own name.
network="--model resnet8 --frames 2 --stem-stride 2 --fusion adafuse --adaptive-stages 2,3 --consensus lstm \
  --lstm-hidden 8 --policy-quota 64 --policy-layers 3 --policy-pool max --policy-groups-of 2 --policy-both \
  --shared-policy --policy-sees now --actions keep,skip"
crop="--size 12 --shorter-side 14"
works train $all --out run $network $crop --batch 9 --epochs 1 --optimizer sgd --rate 0.01 --schedule cosine \
  --cost upper-bound --lambda 0.25 --clip-norm 5 --weight-decay 0.125 --temperature 0.75 --dropout 0.25 --flip
for pair in lstm_hidden=8 policy_quota=64 policy_layers=3 'policy_pool="max"' policy_groups_of=2 \
  policy_both=true shared_policy=true 'policy_sees="now"' 'actions="keep,skip"' 'consensus="lstm"' dropout=0.25 'optimizer="sgd"' \
  'schedule="cosine"' 'cost="upper-bound"' lambda=0.25 clip_norm=5.0 weight_decay=0.125 \
  temperature=0.75 size=12 shorter_side=14 flip=true; do
  same "${pair%%=*} of the run" "${pair#*=}" "$(value run/config.json ${pair%%=*})"
done
blocks="--frames 2 --stem-stride 2 --fusion adafuse --adaptive-blocks layer2.0,layer3.0 --policy-relative 0.5"
works train $all --out blocks $blocks --batch 9 --epochs 1

# The same network by its options alone: eval and forward read its weights, describe counts its parameters.
works eval --run run $all --json
top1=$(value stdout.txt top1) macs=$(value stdout.txt macs_per_clip)
works eval --weights run/best.safetensors $network $crop $all --first-frame 1 --name-template %05d.jpg --json
same "top-1 by weights alone" "$top1" "$(value stdout.txt top1)"
same "work by weights alone" "$macs" "$(value stdout.txt macs_per_clip)"
works eval --weights blocks/best.safetensors $blocks $all
mistake "more than the 255 that are allowed" eval --run run --data data --most-pixels 255
mistake "more than the 255 that are allowed" train --data data --out new --batch 9 --most-pixels 255
works describe $network --classes 9 --size 12 --json
same "parameters" "$(value run/summary.json parameters)" "$(value stdout.txt parameters)"
works describe $blocks --classes 9 --size 12 --json
same "parameters of some blocks" "$(value blocks/summary.json parameters)" "$(value stdout.txt parameters)"
header='{"clip":{"dtype":"F32","shape":[1,2,3,12,12],"data_offsets":[0,3456]}}'
while ((${#header} % 8)); do header+=' '; done
{
  printf '%b' "\\x$(printf %x ${#header})\\0\\0\\0\\0\\0\\0\\0"
  printf %s "$header"
  head -c 3456 /dev/zero
} >clip.safetensors
works forward $network --classes 9 --weights run/best.safetensors --input clip.safetensors --output a.safetensors \
  --threads 1
works forward $blocks --classes 9 --weights blocks/best.safetensors --input clip.safetensors \
  --output b.safetensors
grep -aq '"decisions.layer2.0"' b.safetensors || fail "a block that decides says nothing"
grep -aq '"decisions.layer1.0"' b.safetensors && fail "a block that does not decide says something"

# Sessions: another checkpoint, another seed of random choices, fewer threads, folders with holes.
works train $all --out two $blocks --batch 9 --epochs 2 --lambda-from 0
clip=data/frames/val_000000
for command in predict stream; do
  works $command two $clip --checkpoint last --most-pixels 256 --threads 1 --json
  cp two/last.safetensors kept.safetensors && rm two/last.safetensors
  mistake "two/last.safetensors" $command two $clip --checkpoint last
  mv kept.safetensors two/last.safetensors
  for seed in 1 2 1; do
    works $command two $clip --policy random:0.4,0.3,0.3 --seed $seed --json
    grep -oE '"macs_fraction": ?[0-9.e-]*' stdout.txt >$command-$seed.txt
  done
  cmp -s $command-1.txt $command-2.txt && fail "$command --seed changes nothing"
  cp -r $clip holes
  mv holes/00002.jpg holes/00007.jpg
  mistake "holes" $command two holes
  works $command two holes --allow-holes
  rm -r holes
done

# The report's data, by lists.
lists="--train-list data/train.txt --val-list data/val.txt --classes data/classes.txt --frames-root data/frames"
works report two --out page.html $lists --list-columns path,count,label --first-frame 1 --name-template %05d.jpg \
  --most-pixels 256 --threads 1
grep -q "Confusion" page.html || fail "a report by lists shows no clips"
mistake "more than the 255 that are allowed" report two --out new.html --data data --most-pixels 255

# Data.
works data check data --most-pixels 256
run data check data --most-pixels 255
same "exit code of data check --most-pixels" 2 $status
mkdir -p folders/left folders/right
for k in 0 1 2 3; do
  cp -r data/frames/train_00000$k folders/left/clip_$k
  cp -r data/frames/val_00000$k folders/right/clip_$k
done
works data list folders lists --most-pixels 256
finish
