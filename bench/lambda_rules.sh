#!/usr/bin/env bash
# When should lambda count? Trains with each rule, and with lambda 0, on generated gestures, on digits
# that move and on people who walk, five seeds each, and prints the tables of docs/estimators.md:
#   bench/lambda_rules.sh PROGRAM IMAGES FILM DIR
# PROGRAM is the adafuse command line, IMAGES an IDX file of 28x28 pictures, gzipped, as MNIST is
# distributed, FILM what walking_film.py cuts. A run that DIR holds already is not repeated. One thread.
# SETS, RULES and SEEDS in the environment choose a part; pans is a fourth set, of a camera that pans.
# SPDX-License-Identifier: MIT
set -euo pipefail
usage="usage: bench/lambda_rules.sh PROGRAM IMAGES FILM DIR"
program=$(realpath "${1:?$usage}")
images=$(realpath "${2:?$usage}")
film=$(realpath "${3:?$usage}")
here=$(dirname "$(realpath "$0")")
mkdir -p "${4:?$usage}"
cd "$4"
export OMP_NUM_THREADS=1
sets=${SETS:-gestures digits film}
rules=${RULES:-epoch left-chance half-learned learned learned-squared}
seeds=${SEEDS:-0 1 2 3 4}

for set in $sets; do
  [ -d "$set" ] || case $set in
    gestures) "$program" gestures --out gestures --train 900 --val 300 --size 16 --frames 8 --seed 1 ;;
    digits) "$here/moving_digits.py" "$images" digits --train 500 --val 300 --seed 1 ;;
    film) "$here/walking_film.py" "$film" film ;;
    *) "$here/moving_digits.py" "$images" "$set" --kind "$set" --train 1000 --val 300 --seed 1 ;;
  esac
done

# run SET RULE SEED: leaves SET-RULE-SEED.
run() {
  local out=$1-$2-$3 rule="--lambda-rule $2"
  [ ! -f "$out/summary.json" ] || return 0
  [ "$2" != lambda-0 ] || rule="--lambda 0"
  echo "$(date +%H:%M:%S) $out" >&2
  "$program" train --data "$1" --out "$out" --overwrite --model resnet8 --stem-stride 2 --fusion adafuse \
    --epochs 12 --seed "$3" $rule >"$out.log"
}

# The last epoch's row of a run: validation top-1 and share of the dense MACs, in per cent.
last() { tail -n 1 "$1/metrics.csv" | awk -F, '{print $8, 100 * $12}'; }

for seed in $seeds; do
  for set in $sets; do
    for rule in lambda-0 $rules; do run "$set" "$rule" "$seed"; done
  done
done

for set in $sets; do
  echo "| $set: lambda counts | top-1, % | MACs, % of dense | worst seed against its lambda 0 | seeds |"
  echo "|---|---|---|---|---|"
  for rule in lambda-0 $rules; do
    for seed in $seeds; do
      echo "$(last "$set-$rule-$seed") $(last "$set-lambda-0-$seed")"
    done | awk -v rule="$rule" '
      {
        n++; top += $1; top2 += $1 * $1; cost += $2; cost2 += $2 * $2
        if (n == 1 || $1 - $3 < worst) worst = $1 - $3
      }
      function spread(sum, squares) {
        if (n == 1) return 0
        squares = (squares - sum * sum / n) / (n - 1)
        return squares > 0 ? sqrt(squares) : 0
      }
      END {
        printf "| %s | %.1f ± %.1f | %.1f ± %.1f | %+.1f | %d |\n", rule, top / n, spread(top, top2),
          cost / n, spread(cost, cost2), worst, n
      }'
  done
  echo
done
