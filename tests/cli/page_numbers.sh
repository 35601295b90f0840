#!/usr/bin/env bash
# Numbers in the text of docs/reproduce.md, docs/differences.md and docs/paper_map.md are what the program says, or what
# it says multiplied; and what the paper and its authors say is told here, with its source.
# SPDX-License-Identifier: MIT
here=$(realpath "$(dirname "$0")")
. "$here/lib.bash"
. "$here/accounted.bash"

# counted KEY OPTIONS...: a number of `describe` at 224x224, 174 classes unless there are others.
classes=174
counted() {
  local key=$1
  shift
  works describe --size 224 --json --classes $classes "$@"
  value stdout.txt "$key"
}
# in_units NUMBER UNIT DIGITS
in_units() { calculated "$1 / $2" "$3"; }

shared="--policy-quota 196608 --shared-policy"
plain=$(counted parameters --model resnet50)
plain_macs=$(value stdout.txt macs_per_clip)
frame_macs=$(value stdout.txt macs_per_frame)
frames=$(value stdout.txt frames)
adaptive=$(counted parameters --model resnet50 --fusion adafuse $shared)
last=$(counted parameters --model resnet50 --fusion adafuse-tsm --adaptive-stages 4)
inception=$(counted parameters --model bninception --fusion adafuse --policy-hidden 128)
inception_macs=$(counted macs_per_clip --model bninception)
classes=400
classes400=$(counted parameters --model resnet50)
macs400=$(value stdout.txt macs_per_clip)

# ---- docs/reproduce.md: sizes, and times as multiples of what was measured ------------------------------------
page reproduce.md
bytes=4 # of a float
mb() { in_units "$(($1 * bytes))" 1000000 0; }
says "a network's weights, $bytes bytes each"
says "ResNet-50 $(mb "$plain") MB, AdaFuse ResNet-50 $(mb "$adaptive") MB, AdaFuse TSM+Last $(mb "$last") MB, AdaFuse BN-Inception $(mb "$inception") MB"
says "\`parameters\` times $bytes"
most=$(sed -nE 's/.*cache_bytes = std::size_t\{([0-9]+)\} << 30;.*/\1/p' "$root/include/adafuse/data/loader.hpp")
says "at most $most GB of them is kept"
says "on $frames pictures, which is a clip of $frames frames"
row=$(grep -F '| ResNet-50 inference, batch 8 |' "$root/bench/README.md")
one=$(sed -E 's/.*\| [0-9.]+ \([0-9]+ \/ ([0-9]+) ms\) \| [0-9.]+ \(.*/\1/' <<<"$row")
two=$(sed -E 's/.*\/ ([0-9]+) ms\) \|$/\1/' <<<"$row")
says "has $one ms with one thread and $two ms with two"
told "bench/README.md, of that row" "(AMD EPYC, Zen 5)"
# estimate CLIPS MILLISECONDS: in minutes, from 70 on in hours.
estimate() {
  awk -v ms=$(($1 * $2)) 'BEGIN {m = ms / 60000; if (m < 70) printf "%.0f minutes", m; else printf "%.1f hours", m / 60}'
}
for clips in 1000 10000 25000; do
  says "| $(sed -E 's/([0-9]+)([0-9]{3})$/\1,\2/' <<<$clips) | $(estimate $clips "$one") | $(estimate $clips "$two") |"
done
nothing_left

# ---- docs/paper_map.md: its texts, and its last table ---------------------------------------------------------
# Commands, and what stands in backticks, are run by paper_map.sh; shares of rows that link to estimators.md are compared
# by tests/docs/peers_test.cpp.
page paper_map.md 's/\(estimators.md#who-decides\): [0-9.]+ % at [0-9.]+ % of dense//'
told "the paper, its front page" "ICLR 2021 (arXiv 2102.05775)"
told "the paper, its sections and figures" "(section 3)" "(section 4, appendix)" "Figure 1:" "Figure 2:" "Figure 5,"
told "the paper, section 3" "a 2D-CNN on each frame" "0 where skipped"
told "the paper, section 4" "-34, -50 and -101" "the rate falls by 10 at epochs 20 and 40" "clipped to a norm of 20"
grep -qF 'resnet18, resnet34, resnet50, resnet101,' <<<"$("$adafuse" train --help)" || fail "train --help: --model has no four ResNets"
same "the default clipping" 20 "$(default train --clip-norm)"
told "the norm above" "norms above 20 are 20 afterwards"
told "the method" "zero at t = 0"
data=$(value "$root/docs/peers/results.json" data)
same "the size in docs/peers/results.json" "$(option size "$data")" \
  "$(sed -nE 's/.*gestures --out gestures .*--size ([0-9]+) .*/\1/p' "$root/bench/estimators.sh")"
says "of generated gestures of $(option size "$data")x$(option size "$data")"
says "one epoch of $(sed -nE 's/.*`adafuse gestures --out data --train ([0-9]+) .*/\1/p' "$file") clips learns nothing"
lambdas=$(grep '^| lambda [0-9]' "$docs/estimators.md" | sed -E 's/^\| lambda ([0-9.]+) .*/\1/' | sort -g | uniq)
says "there from $(head -n 1 <<<"$lambdas") to $(tail -n 1 <<<"$lambdas")"
small="--stem-stride 2 --size 32 --classes 9 --json"
works describe $small
mean_macs=$(value stdout.txt macs_per_clip)
works describe $small --consensus lstm
lstm=$(calculated "$(value stdout.txt macs_per_clip) / $mean_macs - 1" 3)
holds "$lstm > 0.33 && $lstm < 0.4" "the LSTM costs more than a third of this small network"
printed="the paper, its tables of results"
says "counted here, 174 classes"
told "$printed" "| 24.3 M |" "| 33.2 G |" "| 16.0 G |"
says "$(in_units "$plain" 1e6 2) M | $((400 - 174)) more classes: with 400 it is $(in_units "$classes400" 1e6 2) M |"
says "TSN ResNet-50, MACs of $frames frames"
says "$(in_units "$plain_macs" 1e9 2) G | not known: with 400 classes it is still $(in_units "$macs400" 1e9 2) G |"
says "TSN BN-Inception, MACs of $frames frames"
says "$(in_units "$inception_macs" 1e9 2) G | not known: the difference goes the other way |"
nothing_left

# ---- docs/differences.md: defaults, and lambda in two units ---------------------------------------------------
page differences.md
says "constant, $(default train --temperature), \`--temperature\`"
says "| $(default train --dropout) (\`models/model_config.hpp\`)"
says "is about $(calculated "0.125 * $frame_macs / 1e9" 2) of ResNet-50's share"
hidden=$("$adafuse" train --help | grep -F 'hidden units of each agent')
case $hidden in
  *'2 * d where there are d decisions in resnet8, 14 and 20, 1024 in the others'*) ;;
  *) fail "the agents' default is no more what docs/differences.md says: $hidden" ;;
esac
says "by default 1024, and 2 * d in resnet8, 14 and 20"
# numbered VALUES: the actions in their order, as include/adafuse/fusion/action.hpp numbers them.
numbered() { sed -nE "$1" "$root/include/adafuse/fusion/action.hpp" | sort -k2 | tr '\n' ' ' | sed -E 's/ $//; s/ ([a-z])/, \1/g'; }
paper_order=$(numbered 's/.*enum class Action : .*\{ keep = ([0-9]), reuse = ([0-9]), skip = ([0-9]) \};/keep \1\nreuse \2\nskip \3/p')
says "| order of the actions | $paper_order | $(numbered 's/.*\.name = "([a-z]+)", \.logit = ([0-9]),.*/\1 \2/p') in every tensor"
told "the paper, its front page" "arXiv 2102.05775"
told "the authors' repository" "(commit 91c3a5d)"
told "the paper, section 4: tau" "| temperature | 0.67 |" "| temperature in BN-Inception | 0.67 |"
told "the method" "reuse at t = 0"
authors="the authors' code, its text and its options"
told "$authors: ops/batenet.py" "log of p, at least 1e-8" "0.67 in their recipes" \
  "5 unless an option says so" "(2c, 3c')" "divides by G twice, so any G above 1 stops with an error" \
  "an option: 1x1 or 3x3" "BN-Inception's 1x1 branches" "a depthwise 3x3 convolution"
told "$authors: bn_inception_ada.py" "0.67, whatever the option says"
told "$authors: main_gate.py, zz_train.sh" "their 0.125" "(GFLOPs / base - target)^2" "0 is the paper's loss" \
  "rate 0.01 or 0.02, tenths at epochs 20 and 40 of 50" "counts from epoch 0 in their recipes" \
  "| normal, deviation 0.001 | as every linear" "| normal, deviation 0.001, bias 0 |" "before the classifier | 0.5"
told "$authors: ops/dataset.py, ops/models_gate.py" "shorter side to 256, the middle 224x224" \
  "0 to 255, minus 104, 117, 128" "of fewer than 3 frames"
nothing_left
finish
