#!/usr/bin/env bash
# README's table of the real film: cuts the clips, trains AdaFuse with five seeds and the temporal shift with one, and
# prints what docs/results/walking_film.txt holds:
#   bench/walking_film.sh PROGRAM FILM DIR >docs/results/walking_film.txt
# PROGRAM is the adafuse command line, FILM is vtest.avi. A run that DIR holds already is not repeated. One thread.
# SPDX-License-Identifier: MIT
set -euo pipefail
usage="usage: bench/walking_film.sh PROGRAM FILM DIR"
program=$(realpath "${1:?$usage}")
film=$(realpath "${2:?$usage}")
here=$(dirname "$(realpath "$0")")
mkdir -p "${3:?$usage}"
cd "$3"
export OMP_NUM_THREADS=1
if [ ! -d walking ]; then
  "$here/walking_film.py" "$film" walking.new >clips.txt
  mv walking.new walking
fi
echo "machine: $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), one thread"
cat clips.txt
for options in "--seed 0" "--seed 1" "--seed 2" "--seed 3" "--seed 4" "--seed 0 --fusion tsm"; do
  out=run${options// /}
  [[ $options == *--fusion* ]] && fusion="" || fusion="--fusion adafuse"
  [ -f "$out/summary.json" ] || "$program" train --data walking --out "$out" --overwrite --quiet --model resnet8 \
    --stem-stride 2 $fusion $options >/dev/null
  tail -n 1 "$out/metrics.csv" |
    awk -F, -v options="$options" '{printf "%s: %.1f %% at %.1f %% of dense, last epoch\n", options, $8, 100 * $12}'
done
