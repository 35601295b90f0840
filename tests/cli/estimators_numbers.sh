#!/usr/bin/env bash
# What docs/estimators.md says in words is what its tables say; accuracy, cost and shares in these are what its pictures
# show, which bench_estimators drew of the same runs; data and options are those of the scripts in bench/.
# SPDX-License-Identifier: MIT
here=$(realpath "$(dirname "$0")")
. "$here/lib.bash"
. "$here/accounted.bash"
page estimators.md
pictures=$root/docs/estimators

# ---- Tables against pictures, before their rows are accounted for ---------------------------------------------------
# labels PICTURE: "NAME TOP1 COST" of each point.
labels() {
  sed -nE 's/.*font-weight="600">([^<]+)<.*/\1/p; s/.*>([0-9.]+) % at ([0-9.]+) %<.*/ \1 \2/p' "$pictures/$1" | tail -n +2 |
    paste -d '\0' - -
}
# whole NUMBER: as the pictures write it, without a zero behind the point.
whole() { echo "${1%.0}"; }
# points HEAD PICTURE: the table with this head says what the picture shows.
points() {
  local shown rows=0 row
  shown=$(labels "$2")
  while read -r row; do
    rows=$((rows + 1))
    grep -qxF "$row $(whole "$(cell "$1" "$row" "top-1, %")") $(whole "$(cell "$1" "$row" "MACs, % of dense")")" <<<"$shown" ||
      fail "estimators.md: docs/estimators/$2 shows another '$row'"
    holds "($(cell "$1" "$row" "keep, %") + $(cell "$1" "$row" "reuse, %") + $(cell "$1" "$row" "skip, %") - 100) ^ 2 < 0.03"
  done < <(awk -F' *[|] *' -v head="$1" '!/^\|/ {on = 0} on && !/^\|-/ {print $2} $2 == head {on = 1}' "$file")
  same "rows of '$1'" "$(wc -l <<<"$shown")" $rows
}
points "who decides" accuracy_cost.svg
points "weight of the cost" lambda.svg
# Bars of 250 units: keep, reuse and skip of a block, then its name.
blocks=$(sed -nE 's/.*width="53.28" height="([0-9.]+)".*/\1/p; s/.*>(layer[0-9.]+)<.*/\1/p' "$pictures/shares.svg" |
  paste -d ' ' - - - - | awk '{printf "%s %.1f %.1f %.1f\n", $4, $1 / 2.5, $2 / 2.5, $3 / 2.5}')
same "the shares of blocks" "$blocks" "$(sed -nE 's/^\| (layer[0-9.]+) \| ([0-9.]+) \| ([0-9.]+) \| ([0-9.]+) \|$/\1 \2 \3 \4/p' "$file")"

# The same runs of the film stand in README: mean and deviation of its seeds.
rows=$(sed -nE 's/^--seed [0-9]: ([0-9.]+) % at ([0-9.]+) % .*/\1 \2/p' "$root/docs/results/walking_film.txt")
mean() {
  awk -v at="$1" '{n++; s += $at; q += $at * $at} END {printf "%.1f ± %.1f", s / n, sqrt((q - s * s / n) / (n - 1))}' <<<"$rows"
}
says "| half-learned | $(mean 1) | $(mean 2) | $(wc -l <<<"$rows") |"
tsm=$(sed -nE 's/^--seed 0 --fusion tsm: ([0-9.]+) % .*/\1/p' "$root/docs/results/walking_film.txt")
says "| the temporal shift (\`--fusion tsm\`) | $tsm | 100 | 1 |"
# And those of the digits that a camera passes, with one seed.
pans=$(sed -nE 's/ ± 0\.0//g; s/^\| lambda-0 (.*) \+0\.0 /| lambda 0 \1 /; /^\| l/p' "$root/docs/results/lambda_rules_pans.txt")
while read -r row; do says "$row"; done <<<"$pans"

# Deviations over seeds, and runs that are too long for a look: what bench/bench_estimators and bench/lambda_rules.sh
# printed, at the commits that the page names.
while read -r row; do told "printed by these two" "$row"; done <<'ROWS'
| gumbel | 78.4 ± 0.6 | 28.7 ± 2.1 | 7.9 ± 0.3 | 12.4 ± 2.1 | 79.7 ± 1.8 | 5 |
| soft-gumbel | 74.7 ± 4.6 | 30.8 ± 3.2 | 7.3 ± 0.8 | 13.7 ± 2.5 | 79.0 ± 2.8 | 5 |
| straight-through | 78.4 ± 1.3 | 19.4 ± 0.9 | 5.3 ± 0.2 | 5.8 ± 0.6 | 88.8 ± 0.7 | 5 |
| reinforce | 68.9 ± 4.3 | 69.9 ± 5.0 | 33.5 ± 3.3 | 34.4 ± 4.7 | 32.1 ± 6.0 | 5 |
| keep-all | 36.6 ± 1.8 | 100.0 ± 0.0 | 100.0 ± 0.0 | 0.0 ± 0.0 | 0.0 ± 0.0 | 5 |
| random | 65.4 ± 1.3 | 61.3 ± 0.1 | 34.0 ± 0.1 | 33.0 ± 0.0 | 33.0 ± 0.1 | 5 |
| magnitude | 82.1 ± 2.8 | 64.8 ± 0.1 | 33.9 ± 0.0 | 33.0 ± 0.0 | 33.0 ± 0.0 | 5 |
| lambda 0 | 76.6 ± 1.8 | 85.1 ± 4.9 | 25.0 ± 3.7 | 62.1 ± 6.7 | 12.9 ± 3.2 | 3 |
| lambda 0.25 | 76.7 ± 2.2 | 48.3 ± 6.4 | 13.4 ± 0.9 | 29.5 ± 4.5 | 57.1 ± 3.7 | 3 |
| lambda 0.5 | 78.4 ± 0.6 | 28.7 ± 2.1 | 7.9 ± 0.3 | 12.4 ± 2.1 | 79.7 ± 1.8 | 5 |
| lambda 1 | 78.6 ± 1.2 | 18.9 ± 1.1 | 5.2 ± 0.5 | 4.7 ± 0.7 | 90.1 ± 0.9 | 3 |
| lambda 2 | 77.0 ± 1.1 | 14.7 ± 0.6 | 3.4 ± 0.6 | 2.2 ± 0.2 | 94.5 ± 0.7 | 3 |
| resnet20 | 73.3 ± 4.3 | 32.4 ± 2.9 | 10.2 ± 1.4 | 18.0 ± 1.9 | 71.9 ± 1.7 | 3 |
| lambda 0 | 73.7 ± 6.0 | 86.5 ± 2.1 | | 5 |
| epoch | 76.4 ± 5.0 | 37.9 ± 3.1 | +0.7 | 5 |
| left-chance | 76.6 ± 3.8 | 29.0 ± 3.0 | -1.0 | 5 |
| half-learned | 77.1 ± 3.1 | 27.8 ± 1.9 | -1.3 | 5 |
| learned | 75.7 ± 5.0 | 37.7 ± 4.0 | -0.3 | 5 |
| lambda 0 | 99.3 ± 1.0 | 80.6 ± 0.8 | | 5 |
| epoch | 99.2 ± 0.9 | 43.0 ± 3.4 | -0.3 | 5 |
| left-chance | 98.9 ± 0.5 | 36.4 ± 2.3 | -1.3 | 5 |
| half-learned | 99.8 ± 0.4 | 35.3 ± 2.9 | +0.0 | 5 |
| learned | 99.4 ± 0.8 | 43.2 ± 4.6 | -0.7 | 5 |
| learned | 98.3 ± 0.5 | 16.5 ± 0.7 | 3 |
ROWS
while read -r block keep reuse skip; do says "| $block | $keep | $reuse | $skip |"; done <<<"$blocks"

# ---- Who decides: what bench/estimators.sh does ---------------------------------------------------------------------
script=$root/bench/estimators.sh
# assigned NAME: a variable of the script.
assigned() { sed -nE "s/^$1=\"([^\"]*)\".*/\\1/p" "$script"; }
data=$(grep -- '--out gestures' "$script")
frames=$(option frames "$data") size=$(option size "$data")
learned=$(sed -nE 's/.*for estimator in (.*); do/\1/p' "$script" | wc -w)
fixed=$(sed -nE '/for seed in 0 1 2 3 4/,/^done/p' "$script" | grep -cE '^ +run [a-z-]+ "\$seed" --policy')
says "Here are ${in_words[learned]} of them"
says "beside ${in_words[fixed]} policies that learn nothing"
says "$(option train "$data") clips to train and $(option val "$data") to test, $frames frames of ${size}x$size"
says "${in_words[gesture_classes]} classes; single frames tell $frames_percent % of them at most"
says "stem of stride $(option stem-stride "$(assigned recipe) ")"
says "agents with $(option policy-hidden "$(assigned agents)") hidden units"
epochs=$(option epochs "$(assigned recipe)")
says "(\`adafuse train $(assigned recipe) $(assigned agents) $(assigned rule)\`: lambda $(default train --lambda)"
ordinals=(first second third fourth fifth sixth seventh)
says "from the ${ordinals[epochs / 3]} epoch on)"
told "docs/where_time_travels.md" "by two roads" "sees two frames"

# who NAME COLUMN
who() { cell "who decides" "$1" "$2"; }
cost="MACs, % of dense" top1="top-1, %"
quiet=$(calculated "1 - $(who straight-through "$cost") / $(who gumbel "$cost")" 3)
holds "$quiet > 0.3 && $quiet < 0.37 && $(who straight-through "$top1") == $(who gumbel "$top1")" \
  "without noise the network comes out a third cheaper"
gap=$(calculated "$(who gumbel "$top1") - $(who soft-gumbel "$top1")" 0)
says "The gap costs ${in_words[gap]} points"
works describe --fusion adafuse --stem-stride 2 --size "$size" --classes "$gesture_classes"
channels=$(sed -nE 's/.*policy_net +\[([0-9]+),3\].*/\1/p' stdout.txt | awk '{n += $1} END {print n}')
says "a clip has one loss and $((channels * frames)) choices"
for action in keep reuse skip; do
  holds "($(who reinforce "$action, %") - 100 / 3) ^ 2 < 4"
done
says "hardly left where it started, a third of each action"
says "$(calculated "$(who random "$top1")" 0) % are more than single frames can tell"
holds "$(who random "$top1") > $frames_percent"
says "has no memory, and $(calculated "$(who keep-all "$top1")" 0) %"
holds "$(who magnitude "$cost") > 2 * $(who gumbel "$cost")" "at more than twice the cost of Gumbel-softmax"
for row in gumbel soft-gumbel straight-through reinforce keep-all random; do
  holds "$(who magnitude "$top1") > $(who $row "$top1")"
done

# ---- What lambda buys ------------------------------------------------------------------------------------------------
# paid LAMBDA COLUMN
paid() { cell "weight of the cost" "lambda $1" "$2"; }
says "for ${in_words[$(labels lambda.svg | wc -l)]} values of lambda"
holds "$(paid 0 "$cost") / $(paid 2 "$cost") > 5.5 && $(paid 0 "$cost") / $(paid 2 "$cost") < 6.5 &&
  $(paid 1 "$top1") - $(paid 0 "$top1") < 2.2" "From lambda 0 to lambda 2 the cost falls to a sixth"

# ---- When lambda counts ----------------------------------------------------------------------------------------------
grep -qF 'whose default is a third of --epochs' <<<"$("$adafuse" train --help)" || fail "train --help: --lambda-from is no third"
says "lambda counts from a third of the epochs on"
says "all of lambda from a third of the epochs on"
rules=$root/include/adafuse/train/lambda_rule.hpp
grep -qF 'double margin = 0.25;' "$rules" && grep -qF 'std::min(1., 2 * learned())' "$rules" ||
  fail "docs/estimators.md and include/adafuse/train/lambda_rule.hpp say different rules"
says "once a quarter of the way"
says "**half-learned**, the default: lambda times twice the share of that way that was gone, all from a half on"
script=$root/bench/lambda_rules.sh
# clips SET OPTION: of a data set of the script.
clips() { option "$2" "$(grep -E "^ +$1\) " "$script")"; }
says "Generated gestures as above, with $(clips gestures val) clips to test"
same "the gestures to train on" "$(option train "$data")" "$(clips gestures train)"
says "$(clips digits train) clips to train and $(clips digits val) to test"
digits=$root/bench/moving_digits.py
classes=$(sed -nE 's/^CLASSES = (.*)/\1/p' "$digits" | tr -cd , | wc -c)
says "${in_words[classes + 1]} classes that consist of the same frames (left, right, up, down, shuffled)"
# shape SCRIPT: its frames.
shape() { sed -nE 's/^.*SIDE, FRAMES = (.*[^0-9])?([0-9]+), ([0-9]+)$/\3 frames of \2x\2/p' "$root/bench/$1"; }
says "$(shape moving_digits.py). Both with"
says "$(shape walking_film.py). The same command"
says "--fusion adafuse --epochs $(sed -nE 's/^ +--epochs ([0-9]+) .*/\1/p' "$script")\`, agents and lambda as they come"
film=$root/docs/results/walking_film.txt
says "$(sed -nE 's/^train: ([0-9]+) .*/\1/p' "$film") clips to train and $(sed -nE 's/^val: ([0-9]+) .*/\1/p' "$film") to test"
told "bench/walking_film.py" "of the film's last third"
classes=$(sed -nE 's/^CLASSES = (.*)/\1/p' "$root/bench/walking_film.py" | tr -cd , | wc -c)
says "${in_words[classes + 1]} classes that consist of the same frames (left, right, shuffled)"
says "$(clips '\*' train) clips to train (\`SETS=pans\`"
told "heads of tables" "worst seed against its lambda 0"
told "after gestures and digits" "A third, harder one"

# rule SET RULE COLUMN
rule() { cell "$1: lambda counts" "$2" "$3"; }
worst=0
for set in gestures digits; do
  for row in epoch left-chance half-learned learned; do
    lost=$(rule $set $row "worst seed against its lambda 0")
    worst=$(calculated "0 - ($lost) > $worst ? 0 - ($lost) : $worst" 1)
    holds "$(rule $set $row "$cost") < $(rule $set "lambda 0" "$cost") / 1.5"
  done
  holds "($(rule $set learned "$cost") - $(rule $set epoch "$cost")) ^ 2 < 0.3"
  for row in left-chance half-learned; do
    saved=$(calculated "1 - $(rule $set $row "$cost") / $(rule $set learned "$cost")" 3)
    holds "$saved > 0.15 && $saved < 0.27"
  done
done
says "no seed ends more than $worst points below the same seed with lambda 0"
says "\`learned\` costs what \`epoch\` does, by no number of epochs. \`left-chance\` and \`half-learned\` cost a sixth to a quarter less"
told "where those tables are from" "(Commit 55192aa, and 99e7324 for" "is 55192aa with the rule put in"

# ---- Shares by depth ---------------------------------------------------------------------------------------------------
says "resnet20, whose ${in_words[$(wc -l <<<"$blocks")]} blocks"
awk '{split(substr($1, 6), at, "."); s = at[1]
      if (at[2] == 0) {keep = $2; reuse = $3; skip = $4} else if ($2 > keep || $3 > reuse || $4 < skip) exit 1}' <<<"$blocks" ||
  fail "docs/estimators.md: a later block of a stage keeps or reuses more than its first"
says "in each stage the first block keeps and reuses most, and the last two blocks skip most"
works describe --model resnet20 --fusion adafuse --stem-stride 2 --size "$size" --classes "$gesture_classes"
side=$(sed -nE 's/^layer3.2.conv2 +\[[0-9]+,([0-9]+),.*/\1/p' stdout.txt)
says "with ${side}x$side maps in its last stage"
told "the paper's crops" "a ResNet-50 does on 224x224"
grep -qF 'cut = len(images) * 4 // 5' "$digits" || fail "bench/moving_digits.py no more cuts at four fifths"
says "of which the last fifth is for validation"
runs=0
for row in gumbel soft-gumbel straight-through reinforce keep-all random magnitude; do runs=$((runs + $(who $row seeds))); done
for lambda in 0 0.25 1 2; do runs=$((runs + $(paid $lambda seeds))); done
says "The ways to learn are $((runs + $(cell network resnet20 seeds))) runs"
nothing_left words
finish
