#!/usr/bin/env bash
# Numbers in the text of docs/reproduce.md, docs/differences.md and at the end of docs/paper_map.md are what the
# program says, or what it says multiplied; and what the paper and its authors say stands in a list here, with its source.
# SPDX-License-Identifier: MIT
here=$(realpath "$(dirname "$0")")
. "$here/lib.bash"
docs=${PAGES:-$here/../../docs}

# has PAGE TEXT: the page has this text.
has() {
  grep -qF -e "$2" "$docs/$1" || fail "docs/$1 lacks '$2'"
}

# counted KEY OPTIONS...: a number of `describe` at 224x224, 174 classes unless there are others.
classes=174
counted() {
  local key=$1
  shift
  works describe --size 224 --json --classes $classes "$@"
  value stdout.txt "$key"
}
rounded() { awk -v x="$1" -v by="$2" -v digits="$3" 'BEGIN {printf "%.*f", digits, x / by}'; }

shared="--policy-quota 196608 --shared-policy"
plain=$(counted parameters --model resnet50)
plain_macs=$(value stdout.txt macs_per_clip)
frame_macs=$(value stdout.txt macs_per_frame)
adaptive=$(counted parameters --model resnet50 --fusion adafuse $shared)
last=$(counted parameters --model resnet50 --fusion adafuse-tsm --adaptive-stages 4)
inception=$(counted parameters --model bninception --fusion adafuse --policy-hidden 128)
inception_macs=$(counted macs_per_clip --model bninception)
classes=400
classes400=$(counted parameters --model resnet50)
macs400=$(value stdout.txt macs_per_clip)

# ---- docs/reproduce.md: sizes, and times as multiples of what was measured ------------------------------------
mb() { rounded "$(($1 * 4))" 1000000 0; }
has reproduce.md "ResNet-50 $(mb "$plain") MB, AdaFuse ResNet-50 $(mb "$adaptive") MB, AdaFuse TSM+Last $(mb "$last") MB, AdaFuse BN-Inception $(mb "$inception") MB"
row=$(grep -F '| ResNet-50 inference, batch 8 |' "$docs/../bench/README.md")
one=$(sed -E 's/.*\| [0-9.]+ \([0-9]+ \/ ([0-9]+) ms\) \| [0-9.]+ \(.*/\1/' <<<"$row")
two=$(sed -E 's/.*\/ ([0-9]+) ms\) \|$/\1/' <<<"$row")
has reproduce.md "has $one ms with one thread and $two ms with two"
# estimate CLIPS MILLISECONDS: in minutes, from 70 on in hours.
estimate() {
  awk -v ms=$(($1 * $2)) 'BEGIN {m = ms / 60000; if (m < 70) printf "%.0f minutes", m; else printf "%.1f hours", m / 60}'
}
for clips in 1000 10000 25000; do
  has reproduce.md "| $(sed -E 's/([0-9]+)([0-9]{3})$/\1,\2/' <<<$clips) | $(estimate $clips "$one") | $(estimate $clips "$two") |"
done

# ---- docs/paper_map.md: its last table -----------------------------------------------------------------------
has paper_map.md "| 24.3 M | $(rounded "$plain" 1e6 2) M | 226 more classes: with 400 it is $(rounded "$classes400" 1e6 2) M |"
has paper_map.md "| 33.2 G | $(rounded "$plain_macs" 1e9 2) G | not known: with 400 classes it is still $(rounded "$macs400" 1e9 2) G |"
has paper_map.md "| 16.0 G | $(rounded "$inception_macs" 1e9 2) G |"

# ---- docs/differences.md: defaults, and lambda in two units ---------------------------------------------------
# default OPTION: what `train` takes where nothing is said.
default() { "$adafuse" train --help | sed -nE "s/^ +$1 [A-Z]+=([^ ]+).*/\1/p"; }
has differences.md "constant, $(default --temperature), \`--temperature\`"
has differences.md "| 0.5 | $(default --dropout) (\`models/model_config.hpp\`)"
has differences.md "their 0.125 is about $(awk -v macs="$frame_macs" 'BEGIN {printf "%.2f", 0.125 * macs / 1e9}') of ResNet-50's share"
hidden=$("$adafuse" train --help | grep -F 'hidden units of each agent')
case $hidden in
  *'2 * d where there are d decisions in resnet8, 14 and 20, 1024 in the others'*) ;;
  *) fail "the agents' default is no more what docs/differences.md says: $hidden" ;;
esac
has differences.md "by default 1024, and 2 * d in resnet8, 14 and 20"

# ---- And no other number with a decimal ------------------------------------------------------------------------
# Told, not counted: the number of the paper at arXiv; of the paper, section 4: tau, lambda, rates, dropout; of the
# authors' code: deviations.
told="2102.05775 0.67 0.125 0.01 0.02 0.5 0.001"
made="$(default --temperature) 0.51 $(estimate 25000 "$one") $(estimate 25000 "$two")"
for page in reproduce.md differences.md; do
  for number in $(grep -oE '(^|[^0-9A-Za-z_.])[0-9]+\.[0-9]+' "$docs/$page" | grep -oE '[0-9.]+$' | sort -u); do
    case " $told $made " in
      *" $number "*) ;;
      *) fail "docs/$page says $number, and nothing here says why" ;;
    esac
  done
done
finish
