#!/usr/bin/env bash
# A stranger's first session: gestures, train, eval, describe, and the files that are left.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

tiny="--frames 4 --stem-stride 2 --epochs 2 --batch 9"
works gestures --out data --train 18 --val 9 --size 16 --frames 4 --seed 1
same "classes" 9 "$(wc -l <data/classes.txt)"
same "training list" 18 "$(wc -l <data/train.txt)"
same "first line" "val_000000 4 0" "$(head -n 1 data/val.txt)"
same "frames" $((27 * 4)) "$(find data/frames -name '0000[1-4].jpg' | wc -l)"

works train --data data --out run --fusion adafuse --policy-hidden 4 $tiny --seed 3
case $out in *best:*"of dense"*) ;; *) fail "train: no result in: $out" ;; esac
same "files of a run" "best.safetensors config.json last.safetensors metrics.csv report.html run.json summary.json" \
  "$(ls run | tr '\n' ' ' | sed 's/ $//')"
same "keys of summary.json" \
  "model fusion policy top1 macs_per_clip macs_fraction parameters train_seconds clips_per_second" \
  "$(sed -n 's/^  "\(.*\)":.*/\1/p' run/summary.json | tr '\n' ' ' | sed 's/ $//')"
same "model" '"resnet8"' "$(value run/summary.json model)"
same "fusion" '"adafuse"' "$(value run/summary.json fusion)"
same "policy" '"learned"' "$(value run/summary.json policy)"
same "columns of metrics.csv" \
  "epoch,rate,train_loss,train_cross_entropy,train_cost,train_top1,val_cross_entropy,val_top1,keep,reuse,skip,macs_fraction" \
  "$(head -n 1 run/metrics.csv)"
same "rows of metrics.csv" 3 "$(wc -l <run/metrics.csv)"
same "seed in config.json" 3 "$(value run/config.json seed)"
same "epochs in config.json" 2 "$(value run/config.json epochs)"

works eval --run run --data data --json
same "top1 of eval" "$(value run/summary.json top1)" "$(value stdout.txt top1)"
same "macs_per_clip of eval" "$(value run/summary.json macs_per_clip)" "$(value stdout.txt macs_per_clip)"
works eval --run run --data data
case $out in *top-1*"by the paper's formula"*layer3.0*) ;; *) fail "eval: $out" ;; esac
works eval --run run --data data --checkpoint last --split train --batch 4
works eval --run run --data data --policy keep-all
works eval --run run --data data --policy random:0.5,0.3,0.2 --seed 4
works eval --run run --data data --sample --seed 4

# A random policy is drawn again as in training.
works train --data data --out random --fusion adafuse --policy random:0.4,0.3,0.3 $tiny --seed 8
same "policy" '"random:0.4,0.3,0.3"' "$(value random/summary.json policy)"
works eval --run random --data data --json
same "macs_per_clip of a random policy" "$(value random/summary.json macs_per_clip)" \
  "$(value stdout.txt macs_per_clip)"

# Nor does the size of the batch change what is drawn; and a policy by magnitude draws nothing.
top1=$(value stdout.txt top1)
works eval --run random --data data --batch 2 --json
same "top1 in batches of two" "$top1" "$(value stdout.txt top1)"
works train --data data --out magnitude --fusion adafuse --policy magnitude:0.4,0.3,0.3 $tiny
works eval --run magnitude --data data --json
same "macs_per_clip by magnitude" "$(value magnitude/summary.json macs_per_clip)" \
  "$(value stdout.txt macs_per_clip)"

# Every kind of agent and way to learn, written down and read back.
for estimator in soft-gumbel straight-through reinforce; do
  works train --data data --out variant --overwrite --fusion adafuse --policy-relative 0.5 --policy-layers 3 \
    --policy-pool max --policy-groups-of 4 --policy-both --estimator $estimator --cost-loss squared \
    --cost-target 0.4 --detach-history $tiny
  works eval --run variant --data data --json
  same "top1 with $estimator" "$(value variant/summary.json top1)" "$(value stdout.txt top1)"
done
works train --data data --out draws --fusion adafuse --estimator reinforce --draws 3 --agent-clip-norm 1 $tiny
same "draws" 3 "$(value draws/config.json draws)"
same "agents' largest norm" 1.0 "$(value draws/config.json agent_clip_norm)"
works train --data data --out change --fusion adafuse --policy change:0.4 $tiny
works eval --run change --data data --json
same "top1 by change" "$(value change/summary.json top1)" "$(value stdout.txt top1)"
works eval --run variant --data data
case $out in *layer3.0.conv2*) ;; *) fail "eval: no second decision in: $out" ;; esac

# Agents that see less, remember more or may choose less: metrics.csv counts no excluded action (its column is 0), and sessions
# classify as evaluation does.
for kind in "--policy-sees now --actions keep,skip" "--policy-sees none --actions keep,reuse" \
  "--policy-sees memory --actions keep,skip"; do
  works train --data data --out ablated --overwrite --fusion adafuse $kind $tiny
  column=$([[ $kind == *keep,skip ]] && echo 10 || echo 11)
  same "shares of what $kind excludes" "0 0" \
    "$(tail -n 2 ablated/metrics.csv | cut -d , -f $column | awk '{ print $1 + 0 }' | paste -sd ' ')"
  works eval --run ablated --data data --json
  same "top1 with $kind" "$(value ablated/summary.json top1)" "$(value stdout.txt top1)"
  same "macs_per_clip with $kind" "$(value ablated/summary.json macs_per_clip)" "$(value stdout.txt macs_per_clip)"
  works predict ablated data/frames/val_000000 data/frames/val_000001 --json
  works stream ablated data/frames/val_000000 --json
  works probe --run ablated --data data
done
works describe --fusion adafuse --policy-sees now --actions keep,skip
case $out in *"linears 2, average pooling, groups of 1, without history, choose among keep,skip"*) ;;
  *) fail "describe: $out" ;;
esac
works describe --fusion adafuse --policy-sees memory
case $out in *layer1.0.policy_net*" 7984 "*" 7680"*"an LSTM and one linear, average pooling, groups of 1"*) ;;
  *) fail "describe: $out" ;;
esac
works describe --fusion adafuse --policy-sees memory --policy-hidden 5 --json
same "units of the first memory" 5 "$(value stdout.txt memory | head -n 1)"
works describe --fusion adafuse --policy-sees none
case $out in *layer1.0.policy_net*" 48 "*"logits are parameters, groups of 1"*) ;; *) fail "describe: $out" ;; esac

# Agents fit their network unless told, lambda counts by what was learned unless told: and both are
# written down.
works train --data data --out variant --overwrite --fusion adafuse $tiny
same "size of agents" 2.0 "$(value variant/config.json policy_relative)"
same "rule" '"half-learned"' "$(value variant/config.json lambda_rule)"
works eval --run variant --data data
for rule in learned learned-squared left-chance epoch; do
  works train --data data --out variant --overwrite --fusion adafuse $tiny --lambda-rule $rule
  same "rule" "\"$rule\"" "$(value variant/config.json lambda_rule)"
done
works train --data data --out variant --overwrite --fusion adafuse $tiny --lambda-from 1
same "rule of --lambda-from" '"epoch"' "$(value variant/config.json lambda_rule)"

# Threads change nothing; neither does a second run into the same directory.
works train --data data --out run1 --fusion adafuse-tsm --policy-hidden 4 $tiny --threads 1
works train --data data --out run2 --fusion adafuse-tsm --policy-hidden 4 $tiny --threads 2
works train --data data --out run3 --fusion adafuse-tsm --policy-hidden 4 $tiny --threads 3
cmp run1/metrics.csv run2/metrics.csv || fail "two threads change metrics.csv"
cmp run1/metrics.csv run3/metrics.csv || fail "three threads change metrics.csv"
cp run1/metrics.csv kept.csv
works train --data data --out run1 --overwrite --fusion adafuse-tsm --policy-hidden 4 $tiny
cmp run1/metrics.csv kept.csv || fail "a second run differs"

for fusion in none tsm; do
  works train --data data --out dense --overwrite --fusion $fusion $tiny
  same "policy of $fusion" '"none"' "$(value dense/summary.json policy)"
  same "macs_fraction of $fusion" 1.0 "$(value dense/summary.json macs_fraction)"
done

# Nobody wants control characters in a log.
for file in gestures train; do
  case $file in
    gestures) works gestures --out data --train 18 --val 9 --size 16 --frames 4 --seed 1 ;;
    train) works train --data data --out run --overwrite --fusion adafuse --policy-hidden 4 $tiny ;;
  esac
  LC_ALL=C grep -q '[[:cntrl:]]' stdout.txt && fail "$file: control characters in what is no terminal"
done

works describe --fusion adafuse --stem-stride 2 --policy-hidden 64 --classes 9 --size 32
case $out in *layer3.0.policy_net*"MACs a frame"*"vector path"*) ;; *) fail "describe: $out" ;; esac
works describe --fusion adafuse --classes 9 --size 32 --json
case $out in *'"linears": ['*32,*32,*48*64,*96*128,*192*) ;; *) fail "describe --json: $out" ;; esac
works describe --fusion adafuse --policy-layers 3 --policy-pool max --policy-groups-of 4 \
  --policy-relative 2 --policy-both
case $out in *layer1.0.policy_net2*"linears 3, max pooling, groups of 4, two in each block"*) ;;
  *) fail "describe: $out" ;;
esac
works describe --fusion adafuse --stem-stride 2 --policy-hidden 64 --classes 9 --size 32 --json
case $out in *'"agents": ['*'"linears": ['*32,*64,*48*) ;; *) fail "describe --json: $out" ;; esac
# Stem, three stages, classifier; then the agents: hidden (2c + 3c') for each block.
same "MACs of resnet8" $((110592 + 1179648 + 917504 + 917504 + 576 + 64 * (80 + 128 + 256))).0 \
  "$(value stdout.txt macs_per_frame)"
finish
