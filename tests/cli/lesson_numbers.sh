#!/usr/bin/env bash
# Whole numbers and vectors in the prose of docs/adafuse_by_hand.md and docs/derivations.md are the inputs of their
# programs, or follow from what these print. tests/docs/lesson_pages_test.cpp compares tables and decimals, and works out
# the arithmetic that is written with an equals sign.
# SPDX-License-Identifier: MIT
here=$(realpath "$(dirname "$0")")
. "$here/lib.bash"
. "$here/accounted.bash"

# ---- docs/adafuse_by_hand.md -----------------------------------------------------------------------------------------
page adafuse_by_hand.md '/^\|/d; s/[-(]*[0-9][-+*\/(). 0-9]*[-+*\/] [-+*\/(). 0-9]* = -?[0-9]+(\.[0-9]+)?//g'
program=$root/examples/18_adafuse_by_hand.cpp
printed=${program%.cpp}.expected.txt
# constant NAME: of the program.
constant() { sed -nE "s/^const double .*\<$1 = ([0-9.]+)[,;].*/\\1/p" "$program"; }
# row NAME N: the N-th row, from 0, of a matrix of the program: "1, 2".
row() { sed -nE "/^const double $1\[/,/;/p" "$program" | grep -oE '\{[-0-9, ]+\}' | sed -n "$(($2 + 1))p" | tr -d '{}'; }
# matrix_row NAME N: as the page writes it.
matrix_row() { row "$1" "$2" | tr -d ,; }
tau=$(constant tau) lambda=$(constant lambda) base=$(constant base) up=$(constant up) down=$(constant down)
bias=$(sed -nE 's/^const double bias\[2\] = \{0, ([0-9]+)\};.*/\1/p' "$program")
says "x_0 = ($(row x 0)) x_1 = ($(row x 1)) U = [$(matrix_row conv 0)] W = [ $(matrix_row classes 0)] b = (0, $bias ln 2) tau = $tau lambda = $lambda [$(matrix_row conv 1)] [$(matrix_row classes 1)]"
says "): (0, 0, $(row x 0)) at t = 0 and ($(row x 0), $(row x 1)) at t = 1"
for channel in 0 1; do
  says "channel $channel: skip ($(row agent_rows $((3 * channel)))), reuse ($(row agent_rows $((3 * channel + 1)))), keep ($(row agent_rows $((3 * channel + 2))))"
done
says "So with tau = $tau s is proportional to 2^($(calculated "1 / $tau" 0) (logit + noise))"

# exponents PLACE [MORE]: (logit + noise) / tau of its three actions, as the program prints them; MORE for keep's logit.
exponents() {
  awk -F' *[|] *' -v place="$1" -v more="${2-0}" -v tau="$tau" '
    $2 == place && $3 ~ /^(skip|reuse|keep)$/ && ++n <= 3 {printf "%s%g", (n > 1 ? ", " : ""), ($4 + $5 + (n == 3) * more) / tau}' "$printed"
}
known=$(exponents "t = 1, channel 0")
powers=$(awk -F', ' '{printf "%g, %g, %g", 2 ^ $1, 2 ^ $2, 2 ^ $3}' <<<"$known")
says "exponents ($known), so ($powers) out of"
says "in units of ln 2 is ($known), so keep has"
says "The exponents are ($(exponents "t = 0, channel 0" 2)): keep is chosen"
says "channel 0 at t = 0 by 2 ln 2, that one alone"

# z CHANNEL: its mean over the two frames; maps MAP: of a row of the table of maps.
maps() { cell where "$1" "$2" "$printed"; }
z() { calculated "($(maps "t = 0, channel $1" "z by formula") + $(maps "t = 1, channel $1" "z by formula")) / 2" 0; }
answer() { awk -v row="$(row classes "$1")" -v a="$(z 0)" -v b="$(z 1)" 'BEGIN {split(row, w, ", "); print w[1] * a + w[2] * b}'; }
says "The mean of z is ($(z 0), $(z 1)), so W gives ($(answer 0), $(answer 1)) and b makes it ($(answer 0), $(answer 1) + ln $(calculated "2 ^ $bias" 0))"
right=$(calculated "1 / (1 + 2 ^ $bias * exp($(answer 1) - $(answer 0)))" 1)
wrong=$(calculated "1 - $right" 1)
says "probabilities ($right, $wrong), and the cross-entropy is ln $(calculated "1 / $right" 0)"
same "the cross-entropy" "$(calculated "-log($right)" 5)" "$(cell what cross-entropy "by formula" "$printed")"
says "dL/do = ($right, $wrong) - (1, 0) = (-$wrong, $wrong)"
says "The answer is wrong with probability $wrong"
says "Computing a channel takes $up (its row of U), reading it takes $down (its column of W)"
says "cost = $base - sum over channels of mean_t [$up (1 - keep_t)(1 - reuse_(t+1)) + $down skip_t]"
says "each saving is $up, in one of two frames"
says "$up is what computing or reading takes"
says "skip_t -$down / 2 reuse_t $up / 2 (1 - keep_(t-1)), nothing at t = 0"
says "keep_t $up / 2 (1 - reuse_(t+1)), reuse_2 = 0"
says "z is y_0, the number $(maps "t = 0, channel 0" y)"
says "Keep multiplies y_1 = $(maps "t = 1, channel 0" y) and"
says "Reuse multiplies y_0 = $(maps "t = 0, channel 0" y) and"
saved=$(calculated "-$lambda * $down / 2" 1)
says "skip $saved. What was not chosen"
says "Skip saves a reading: $saved"
dz=$(cell "dL/d" "z, t = 1, channel 0" "by formula" "$printed")
says "Back to z: $dz"
says "Now z_0 = ($(maps "t = 0, channel 0" y), $(maps "t = 0, channel 1" y)), the answer turns to class 0"
holds "$(cell "exercise 1" cost value "$printed") - $(cell what cost "by formula" "$printed") == 1" "one reading more is charged"
gained=$(calculated "$lambda * $up / 2" 1)
says "The cost's part of G is ($saved, $gained, $gained), for skip, reuse, keep"
read -r least most < <(awk -F' *[|] *' '/^\| exercise 4/ {on = 1} on && $2 ~ /^(skip|reuse|keep)$/ {print $7} /^$/ {on = 0}' "$printed" |
  sort -g | sed -n '1p;$p' | tr '\n' ' ')
says "the sizes are $least to $most of the exact ones"
part() { cell "exercise 5" "lambda's part, $1" "by formula" "$printed"; }
holds "($(part reuse) / $(part keep) - 2) ^ 2 < 1e-9" "is pressed twice as hard"
told "definitions" "the block's convolution, 1x1" "v_(-1) = 0" "y_(-1) = 0" "one of them 1, the others 0" "3x3 convolutions" \
  "[j = k]: 1 where they are equal, else 0" "gradient is below 0" "the sum is 0.)" "biases all 0" "Skip gives 0" \
  "z is 0, as with skip" "skip_t 0 and the cost" "behind the last frame there is nobody, reuse_2 = 0" "units of ln 2" "multiples of ln 2" \
  "(1 - keep_0) in place of (1 - keep_1)" "and reads 1 - keep with"
told "indices: two frames, two channels, two classes" "t = 0" "t = 1" "hannel 0" "hannel 1" "class 0" "frame 0"
nothing_left

# ---- docs/derivations.md ---------------------------------------------------------------------------------------------
# Equations stand in lines of their own, and are derived.
page derivations.md '/^(\||    )/d'
program=$root/examples/20_derivations.cpp
told "formulas" "u uniform between 0 and 1" "added up to 1, and e exp(-e)" "whose integral is 1" \
  "skip (w = 0) and keep (w = 1)" "l + noise is above 0" "of the noise s (1 - s) / tau is a spike of area 1" \
  "at that place, p (1 - p)" "whose slopes 0 and 3 have a mean of 3/2" "Where (1 - keep_t)(1 - reuse_(t+1)) comes from" \
  "Weights are 0 or 1, so \"not a\" is 1 - a" "reuse_T = 0 where frames are 0 to T - 1" "which are no 0 or 1" "y_(-1) is 0"
told "the program's three losses, at w of 0 and 1" "all 0 for skip and 1 for keep"
likely=$(sed -nE 's/^.*double chance = ([0-9.]+),.*/\1/p' "$program")
says "p = $likely:"
says "The paper's $(default train --temperature) stands between"
grep -qE '^\| exercise 4 ' "$printed" || fail "$printed has no exercise 4"
says "[exercise 4](adafuse_by_hand.md#exercises)"
told "the program's two prices" "computing it costs 1 a frame, reading it 1"
told "indices" "t = 0"
nothing_left
finish
