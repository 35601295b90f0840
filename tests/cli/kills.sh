#!/usr/bin/env bash
# Each call that writes a run may be the last one: it fails, or the process is killed at it. No file is
# torn, the earlier run or the new one is there, and the next run finds its way from what is left.
# SPDX-License-Identifier: MIT
preload=$(realpath "$3")
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 9 --val 9 --size 8 --frames 2
tiny="train --data data --out run --overwrite --frames 2 --stem-stride 2 --epochs 1 --batch 9 --threads 1"
works $tiny --seed 1
mv run kept

# seed_of RUN: of the run that is there, if its six files are (and perhaps the state, which goes last, and the
# report, which comes last); eval reads the model to its last byte.
seed_of() {
  if [ "$(ls "$1" 2>/dev/null | grep -vcE '^(state.safetensors|report.html)$')" -eq 6 ] && "$adafuse" eval --run "$1" --data data \
    --threads 1 >/dev/null 2>eval.txt; then
    value "$1/config.json" seed
  else
    echo "none: $(ls -A "$1" 2>&1 | tr '\n' ' ') $(cat eval.txt)"
  fi
}

# ends CALL HOW AT: one run over an earlier one; leaves what happened in $outcome.
ends() {
  rm -rf run run.new
  cp -r kept run
  LD_PRELOAD=$preload FAIL_CALL=$1 FAIL_HOW=$2 FAIL_AT=$3 FAIL_PATH=run \
    "$adafuse" $tiny --seed 2 >stdout.txt 2>stderr.txt
  status=$?
  outcome=$(seed_of run)
  case $status/$2/$outcome in
    0/*/2 | 2/*/[12] | 137/kill*/[12]) ;;
    *) fail "$1 $3, $2${NO_SWAP+, no swap}: exit code $status, seed $outcome: $(cat stderr.txt)" ;;
  esac
}

# A device full, or a kill in the middle of a write; what the disk does not take; names.
counts="write:28 write:kill fsync:5 rename:5 rename:killed"
for each in $counts; do
  for at in 1 4 7 10 13 16; do ends "${each%:*}" "${each#*:}" $at; done
done
for how in 5 kill killed; do
  ends swap $how 1
  [ $status -ne 0 ] || fail "the preloaded library does not work: a failing swap did not fail"
  # From what was left, whatever it is, the next run goes on.
  works $tiny --seed 3
  same "the run that follows swap $how" 3 "$(seed_of run)"
  [ -e run.new ] && fail "something is left after the run that follows swap $how"
done
rm -rf run
cp -r kept run
export NO_SWAP=1 # from here on as on a file system that has no swap
LD_PRELOAD=$preload works $tiny --seed 2
same "without a swap" 2 "$(seed_of run)"
[ -e run.new ] && fail "something is left without a swap"
finish
