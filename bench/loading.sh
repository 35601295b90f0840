#!/usr/bin/env bash
# Which share of a training's processor time is loading, once frames are in the cache?
#   bench/loading.sh PROGRAM BENCH_LOADING DIR
# PROGRAM is the adafuse command line, BENCH_LOADING the program of that name, DIR a new directory to work
# in. Draws gestures and trains on them for two epochs and for six: a quarter of the difference is an epoch
# after the first. Beside it stands what bench_loading takes for one, the median of ROUNDS (11) times four.
# OPTIONS are those of the training.
# SPDX-License-Identifier: MIT
set -euo pipefail
usage="usage: bench/loading.sh PROGRAM BENCH_LOADING DIR"
program=$(realpath "${1:?$usage}")
loading=$(realpath "${2:?$usage}")
mkdir "${3:?$usage}"
cd "$3"
options=${OPTIONS:---model resnet8 --stem-stride 2 --fusion adafuse}
median() { sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

"$program" gestures --out gestures >/dev/null
# seconds EPOCHS: processor seconds of a training.
seconds() {
  local TIMEFORMAT='%U %S'
  { time "$program" train --data gestures --out run --overwrite --epochs "$1" $options >train.log; } 2>&1 |
    awk '{ print $1 + $2 }'
}
for ((round = 0; round < ${TRAININGS:-3}; ++round)); do
  echo "$(seconds 2) $(seconds 6)" | awk '{ print ($2 - $1) / 4 }'
done | median >training
for ((round = 0; round < ${ROUNDS:-11}; ++round)); do
  "$loading" --data gestures --epochs 5
done >loading
echo "first epoch: $(awk '$1 == 0 { print $3 }' loading | median) s of loading"
awk '$1 > 0 { print $3 }' loading | median >later
echo "later epochs: $(cat later) s of loading, $(cat training) s of training with loading," \
  "$(paste later training | awk '{ printf "%.1f", 100 * $1 / $2 }') %"
