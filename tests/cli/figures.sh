#!/usr/bin/env bash
# The figures of the authors' modules, to every digit that is known: parameters in millions and
# multiply-accumulates of one frame in billions, for 174 classes at 224x224.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

# figures PARAMETERS MACS OPTIONS...: "-" where a figure is not known.
figures() {
  local parameters=$1 macs=$2
  shift 2
  works describe --classes 174 --size 224 --json "$@"
  [ "$parameters" = - ] || same "parameters of $*" "$parameters" \
    "$(value stdout.txt parameters | awk '{printf "%.4f", $1 / 1e6}')"
  [ "$macs" = - ] || same "MACs of $*" "$macs" \
    "$(value stdout.txt macs_per_frame | awk '{printf "%.4f", $1 / 1e9}')"
}

shared="--policy-quota 196608 --shared-policy"
figures 23.8646 4.0875 --model resnet50
figures 11.2658 1.8137 --model resnet18
figures 37.6866 4.1186 --model resnet50 --fusion adafuse $shared
figures 37.6866 4.1186 --model resnet50 --fusion adafuse-tsm $shared
figures 17.5943 1.8209 --model resnet18 --fusion adafuse $shared
figures 20.2090 1.8226 --model resnet18 --fusion adafuse
figures 39.0827 4.1027 --model resnet50 --fusion adafuse-tsm --adaptive-stages 4
# Variants of the agents, by hand. layer4.1 of resnet18: 512 -> 512 channels; one linear is
# 1024 * 1536 + 1536 more parameters than none; three in groups of 8 with 2 * 64 hidden units are
# 1024 * 128 + 128 * 128 + 128 * 192, their biases 448, two norms 512.
last="--model resnet18 --fusion adafuse --adaptive-blocks layer4.1"
figures "$(awk 'BEGIN {printf "%.4f", 11.265774 + (1024 * 1536 + 1536) / 1e6}')" 1.8152 \
  $last --policy-layers 1
figures "$(awk 'BEGIN {printf "%.4f", 11.265774 + (128 * (1024 + 128 + 192) + 448 + 512) / 1e6}')" \
  - $last --policy-layers 3 --policy-groups-of 8 --policy-relative 2
# Two agents where there was one.
figures "$(awk 'BEGIN {printf "%.4f", 11.265774 + 2 * (1024 * 1536 + 1536) / 1e6}')" 1.8168 \
  $last --policy-layers 1 --policy-both
figures 10.4486 - --model bninception
figures 14.4987 - --model bninception --fusion adafuse --policy-hidden 128
figures 42.7101 2.0677 --model bninception --fusion adafuse
finish
