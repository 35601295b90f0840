#!/usr/bin/env bash
# What docs/peers.md says in words is what its tables say, which tests/docs/peers_test.cpp compares with the stored
# results; its data, network and options are those of these results and of bench/peers.sh.
# SPDX-License-Identifier: MIT
here=$(realpath "$(dirname "$0")")
. "$here/lib.bash"
. "$here/accounted.bash"

page peers.md '/^<!-- (table|knee|hidden) -->/,/^<!-- end -->/d'
results=$root/docs/peers/results.json
data=$(value "$results" data)
recipe=$(value "$results" recipe)
agents=$(grep '^agents=' "$root/bench/peers.sh")
frames=$(option frames "$data")
size=$(option size "$data")

# method NAME: its share of MACs; accurate NAME: its top-1.
method() { cell method "$1" "MACs run, % of dense"; }
accurate() { cell method "$1" "top-1, %"; }
ada="AdaFuse, lambda 0.5"

says "$(option train "$data") clips to train and $(option val "$data") to test, $frames frames of ${size}x$size"
says "${in_words[gesture_classes]} classes. Single frames tell $frames_percent % of them at most"
says "(\`${recipe//\"/}\`), agents with $(option policy-hidden "$agents") hidden units"
says "network without agents on all $frames frames"
# The same model stands in all three tables.
times="$(cell method "$ada" "ms a clip") $(cell lambda 0.5 "ms a clip") $(cell "hidden units" 64 "ms a clip")"
read -r least _ most < <(tr ' ' '\n' <<<"$times" | sort -g | tr '\n' ' ')
holds "$most / $least > 1.5 && $most / $least <= 2" "the same model, measured twice, differed by up to a factor of two"
seeds=$(cell method "$ada" seeds)
says "A row of ${in_words[seeds]} seeds"
says "as far as ${in_words[seeds]} seeds and these clips tell"

tsn="TSN: frame by frame, no policy" tsm="TSM: the temporal shift"
holds "$(accurate "$tsm") > $(accurate "channels by magnitude, a third each, trained so") && $(method "$tsm") == 100 &&
  $(accurate "$tsn") < $(accurate "TSN, 4 of 8 frames, evenly chosen") &&
  $(accurate "$tsn") < $(accurate "reuse by change, threshold 0.5, trained so")" \
  "The temporal shift is the most accurate, at full cost. TSN, which does not see order, is the least accurate"
late="AdaFuse, early exit at 0.9"
holds "$(method "$late") / $(method "$ada") > 0.5 && $(method "$late") / $(method "$ada") < 0.6 &&
  $(accurate "$late") - $(accurate "$ada") < 1 && $(accurate "$ada") - $(accurate "$late") < 1" \
  "Early exit saves almost half of AdaFuse's MACs at the same accuracy"
for budget in 30 15; do
  drawn=$(method "AdaFuse, a budget of $budget %, choices drawn")
  likely=$(method "AdaFuse, a budget of $budget %, lambda 4")
  holds "$drawn > $budget - 1 && $drawn < $budget + 1 && $likely < $drawn"
done
says "A budget is met by drawn choices. The likeliest choices cost less"
many="channels by magnitude, a third each, trained so"
holds "$(accurate "$many") > $(accurate "$ada") && $(method "$many") / $(method "$ada") > 1.7 &&
  $(method "$many") / $(method "$ada") < 2.3" \
  "Channels by magnitude are more accurate than AdaFuse at lambda 0.5, and cost about twice as much"
lot="channels by lot, a third each, trained so" change="reuse by change, threshold 0.5, trained so"
holds "$(accurate "$lot") < $(accurate "$ada") && $(method "$lot") > $(method "$ada") && $(method "$change") > 95 &&
  $(accurate "$change") < $(accurate "$ada") - 10" "Channels by lot are worse in both. Reuse by change saves next to nothing"
for row in "REINFORCE, learned baseline" "REINFORCE, leave-one-out of 4 draws" \
  "REINFORCE, the same, agents clipped at 1"; do
  holds "$(method "$row") / $(method "$ada") > 1.7 && $(method "$row") / $(method "$ada") < 2.3 &&
    $(accurate "$row") < $(accurate "$ada")"
done
says "REINFORCE costs about twice as much as Gumbel-softmax here, and is less accurate"

told "the page and the results" "a test compares the two"
told "papers, by year" "(Ghodrati et al., 2021)" "(Parger et al., 2022)"
says "\`eval --frames $((frames / 2))\` looks at every second frame"
says "With a lambda of $(sed -nE 's/.*trained budget-0.3 .*--lambda ([0-9]+) .*/\1/p' "$root/bench/peers.sh") it outweighs"
draws=$(sed -nE 's/.*trained draws .*--draws ([0-9]+).*/\1/p' "$root/bench/peers.sh")
says "\`--draws $draws\` draws each clip's choices ${in_words[draws]} times"
says "the clip's other ${in_words[draws - 1]};"

# knee LAMBDA COLUMN
knee() { cell lambda "$1" "$2"; }
best=$(knee 1 "top-1, %")
for lambda in 2 4 8; do
  holds "$(knee $lambda "top-1, %") < $best"
done
holds "$best > $(knee 0.5 "top-1, %")"
saved=100
for lambda in 0.5 1 2 4; do
  share="MACs run, % of dense"
  next=$(calculated "$(knee $lambda "$share") - $(knee "$(calculated "2 * $lambda" 0)" "$share")" 1)
  holds "$next < $saved"
  saved=$next
done
says "From lambda 2 on accuracy is lower, and each doubling saves less"
says "\`train --policy-hidden H\`, lambda $(default train --lambda)"
nothing_left words
finish
