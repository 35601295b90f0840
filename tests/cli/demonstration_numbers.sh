#!/usr/bin/env bash
# What README, docs/site.md and docs/where_time_travels.md say of the demonstration, of the film and of the networks that
# were trained on them is what docs/results holds, what the program takes where nothing is said, or what the scripts that
# make data and pages have.
# SPDX-License-Identifier: MIT
here=$(realpath "$(dirname "$0")")
. "$here/lib.bash"
. "$here/accounted.bash"
results=$root/docs/results

# nth FILE KEY N: the N-th number of this key in a list of objects.
nth() { sed -nE "s/^ *\"$2\": ([^,]+),?$/\1/p" "$1" | sed -n "$3p"; }
percent() { calculated "100 * $1" 1; }
train=$(default gestures --train)
val=$(default gestures --val)
frames=$(default gestures --frames)
size=$(default gestures --size)

# film NAME: a constant of the script that cuts the film.
film() { sed -nE "s/^WIDTH, HEIGHT, SIDE, FRAMES = [0-9]+, [0-9]+, ([0-9]+), ([0-9]+)$/$1/p" "$root/bench/walking_film.py"; }
film_frames="$(film '\2') frames of $(film '\1')x$(film '\1')"
film_classes=$(sed -nE 's/^CLASSES = (.*)/\1/p' "$root/bench/walking_film.py" | tr -cd , | wc -c)
same "classes of the film" 2 "$film_classes" # a comma less than classes: a third

# ---- README.md: the demonstration --------------------------------------------------------------------------------
page README.md '1,/^## See it/d; /^## Train your own/,$d'
told "scripts/setup, which installs its packages" "On Debian 12"
told "the licence of the film" "Apache-2.0"
says "draws $(sed -E 's/([0-9]{3})$/,\1/' <<<$((train + val))) short clips"
networks=$(grep -c '"model"' "$results/demo.json")
says "trains ${in_words[networks]} networks on them"
says "all ${in_words[networks]} models are left"
says "$told_by_frames of $gesture_classes answers is the most it can get"
share=$(nth "$results/demo.json" macs_fraction 4)
holds "$share > 0.2 && $share < 0.25" "computes less than a quarter of what the frame-wise network computes"
told "docs/where_time_travels.md" "by two roads" "from two frames"
row=1
for title in "TSN (frame by frame)" "TSM (temporal shift)" "AdaFuse, random choice" "AdaFuse"; do
  top1=$(calculated "$(nth "$results/demo.json" top1 $row)" 1)
  macs=$(calculated "$(nth "$results/demo.json" macs_per_clip $row) / 1e6" 2)
  share=$(percent "$(nth "$results/demo.json" macs_fraction $row)")
  seconds=$(calculated "$(nth "$results/demo.json" train_seconds $row)" 0)
  bold=""
  [ "$title" != AdaFuse ] || bold="**"
  says "| $bold$title$bold | $bold$top1 %$bold | $bold$macs M$bold | $bold${share/100.0/100} %$bold | $seconds s |"
  row=$((row + 1))
done
told "where and when docs/results/demo.json was made" "Commit 0df2ad0, two cores of an AMD EPYC, Zen 5, g++ 12" \
  "the run took 2 minutes 15"
models=$results/site_models.json
# model LAMBDA: its number in the list.
model() { sed -nE 's/^ *"lambda": ([^,]+),$/\1/p' "$models" | awk -v lambda="$1" '$1 == lambda {print NR}'; }
model_row() { echo "$(calculated "$(nth "$models" top1 "$1")" 1) % $2 $(percent "$(nth "$models" macs_fraction "$1")") %"; }
says "$(model_row "$(model 0)" and) with \`--lambda 0\`"
says "$(model_row "$(model 0.5)" and) with \`--lambda-rule learned\`"
told "what is drawn" "The table, two pictures"

# ---- README.md: the film -----------------------------------------------------------------------------------------
says "$film_frames. All classes consist of the same frames, so single ones tell a third"
# stored PATTERN: what the first line of docs/results/walking_film.txt with it has in its brackets.
stored() { sed -nE "s/^$1.*/\1/p" "$results/walking_film.txt"; }
says "$(stored 'train: ([0-9]+) clips') clips to train, $(stored 'val: ([0-9]+) clips') of the film's last third to validate on"
for seed in 0 1 2 3 4; do
  says "| $seed | $(stored "--seed $seed: ([0-9.]+ %) at") | $(stored "--seed $seed: .* at ([0-9.]+ %) of dense") |"
done
tsm="--seed 0 --fusion tsm: "
says "| 0, \`--fusion tsm\` (the temporal shift) | $(stored "$tsm([0-9.]+ %) at") | $(stored "$tsm.* at ([0-9]+)\.0 %") % |"
says "($(default train --epochs) epochs, lambda $(default train --lambda); one thread; commit 251ba67, AMD EPYC, Zen 5"
nothing_left words

# ---- docs/rooms/data.md ------------------------------------------------------------------------------------------
page rooms/data.md
says "gets $told_by_frames of $gesture_classes right at most"
nothing_left

# ---- docs/site.md ------------------------------------------------------------------------------------------------
page site.md
lambdas=$(sed -nE 's/^ *lambdas=\((.*)\)$/\1/p' "$root/scripts/site")
count=$(wc -w <<<"$lambdas")
same "models in docs/results/site_models.json" "$count" "$(grep -c '"lambda"' "$models")"
says "in place of the ${in_words[count]}: AdaFuse"
says "The ${in_words[count]} are trained as the demonstration's AdaFuse, with \`--lambda-rule learned\` where lambda is not 0"
recipe=$(sed -nE '/"\$adafuse" train --data/,/--quiet/p' "$root/scripts/site")
same "the site's epochs" "$(default train --epochs)" "$(sed -nE 's/.*--epochs ([0-9]+) .*/\1/p' <<<"$recipe")"
says "(seed $(sed -nE 's/.*--seed ([0-9]+) .*/\1/p' <<<"$recipe"), one thread, AVX-512)"
for lambda in $lambdas; do
  says "| $lambda | $(model_row "$(model "$lambda")" '|') |"
done
works describe --fusion adafuse --stem-stride 2 --size "$size" --classes "$gesture_classes" --json
says "a model of $(calculated "4 * $(value stdout.txt parameters) / 1e6" 1) MB for each lambda"
told "WebKit: the first with vectors in WebAssembly" "Safari before 16.4"
# tested TEXT: stands in the test of the site.
tested() { grep -qF -e "$1" "$root/tests/browser/site.mjs" || fail "tests/browser/site.mjs lacks $1"; }
tested "width: 375"
says "at 375 pixels"
tested "i % 20 === 0"
says "every twentieth"
tested "widest > 1e-9"
says "equal to 1e-9 of the dense network's"
tested "TIE = 1e-4"
says "the two largest logits must be closer than 1e-4"
nothing_left words

# ---- docs/where_time_travels.md: what bench/where_time_travels.py does not write ----------------------------------
page where_time_travels.md '/^<!-- [a-z-]+ -->/,/^<!-- end of/d'
told "the method" "by two roads" "reads two frames" "in two ways" "what is reused at t = 0" "deviation (n - 1)"
options=$(grep -cE '^\| `--(actions|policy-sees) ' "$file")
says "${in_words[options]^} options train another network"
says "single frames tell $frames_percent % of the classes at most"
same "what single frames tell, in the sentences that are written there" "Single frames tell $frames_percent %" \
  "$(grep -oE 'Single frames tell [0-9.]+ %' "$file" | sort -u)"
says "Single frames tell a third of the classes"
says "($train + $val clips of $frames frames, ${size}x$size)"
draws=$(sed -nE 's/.*"--draws", type=int, default=([0-9]+)\).*/\1/p' "$root/tests/golden/probe_check.py")
says "both take the mean of ${in_words[draws]} draws"
nothing_left words
finish
