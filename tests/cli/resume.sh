#!/usr/bin/env bash
# A run that was killed, stopped, or met a full disk goes on with --resume, and ends byte-identical to
# one that was never left. KILLS: how many kills at random moments (scripts/soak/kills.sh takes 50).
# SPDX-License-Identifier: MIT
preload=$(realpath "$3")
. "$(dirname "$0")/lib.bash"
set -m # so that what runs in the background hears an interrupt
RANDOM=${SEED:-28}

works gestures --out data --train 18 --val 9 --size 8 --frames 2
tiny="train --data data --fusion adafuse --policy-hidden 4 --frames 2 --stem-stride 2 --batch 9 \
  --epochs 4 --estimator reinforce --threads 1 --save-every 1"
works $tiny --out whole

# identical RUN: to the run that was never left, but for times; and nothing else is there.
identical() {
  for file in config.json metrics.csv last.safetensors best.safetensors; do
    cmp -s whole/$file "$1/$file" || fail "$2: $file differs"
  done
  same "$2: summary.json" "$(grep -v seconds whole/summary.json | grep -v clips_per)" \
    "$(grep -v seconds "$1/summary.json" | grep -v clips_per)"
  same "$2: files" "$(ls -A whole | tr '\n' ' ')" "$(ls -A "$1" | tr '\n' ' ')"
  [ -e "$1.new" ] && fail "$2: $1.new is left"
}

# begin_or_resume WHAT...: begins a run, or goes on with what is left of it, through "$@".
begin_or_resume() {
  if [ -f run.new/state.safetensors ] || { [ -f run/state.safetensors ] && [ ! -d run.new ]; }; then
    "$@" "$adafuse" train --resume run --threads 1
  else
    "$@" "$adafuse" $tiny --out run --overwrite
  fi >stdout.txt 2>stderr.txt
}

# Kills at random moments: inside of a call that writes, or at any time. Every other run replaces an
# earlier one.
calls=(write fsync rename)
most=(2800 50 25) # of each in a run
for kill in $(seq "${KILLS:-5}"); do
  rm -rf run run.new
  [ $((kill % 2)) -eq 0 ] && cp -r whole run
  how=kill
  [ $((RANDOM % 2)) -eq 0 ] && how=killed
  which=$((RANDOM % 3))
  call=${calls[which]} at=$((1 + RANDOM % ${most[which]}))
  if [ $((RANDOM % 3)) -eq 0 ]; then
    moment=$((RANDOM % 400))
    what="kill $kill after $moment ms"
    begin_or_resume timeout -s KILL $((moment / 1000)).$(printf %03d $((moment % 1000)))
  else
    what="kill $kill at $call $at, $how"
    begin_or_resume env LD_PRELOAD="$preload" FAIL_CALL=$call FAIL_HOW=$how FAIL_AT=$at FAIL_PATH=run
  fi
  begin_or_resume env || fail "$what: the run that goes on: $(cat stderr.txt)"
  identical run "$what"
done

# A full disk: one line, exit code 2, and what was saved before stays.
for at in 200 800 2600; do
  rm -rf run
  begin_or_resume env LD_PRELOAD="$preload" FAIL_CALL=write FAIL_HOW=28 FAIL_AT=$at FAIL_PATH=state
  same "exit code on a full disk" 2 $?
  same "lines on a full disk" 1 "$(wc -l <stderr.txt)"
  case $(cat stderr.txt) in
    *"No space left"*"the run can go on from what was saved before"*) ;;
    *) fail "a full disk says: $(cat stderr.txt)" ;;
  esac
  begin_or_resume env || fail "after a full disk: $(cat stderr.txt)"
  identical run "after a full disk at $at"
done

# Ctrl-C and SIGTERM finish the step, save, and say how to go on; twice, and over an earlier run.
long="train --data data --frames 2 --stem-stride 2 --batch 9 --threads 1 --epochs 120"
works $long --out long
mv whole tiny
mv long whole
start() {
  "$adafuse" "$@" >start.txt 2>stopped.txt &
  pid=$!
  for _ in $(seq 600); do
    grep -q "^epoch " start.txt && break
    sleep 0.01
  done
}
stopped() {
  wait $pid
  same "exit code after SIG$1" "$2" $?
  same "lines after SIG$1" 1 "$(wc -l <stopped.txt)"
  grep -q "^adafuse: stopped after step [12] of 2 in epoch [0-9]* of 120; .adafuse train --resume run. goes on$" \
    stopped.txt || fail "SIG$1 says: $(cat stopped.txt)"
}
rm -rf run
cp -r whole run
start $long --out run --overwrite
kill -INT $pid
stopped INT 130
[ -f run/summary.json ] || fail "the earlier run has gone"
start train --resume run
run train --resume run
same "exit code of a second writer" 2 $status
case $err in *"run.new: is being written by process $pid on "*) ;; *) fail "second writer: $err" ;; esac
kill -TERM $pid
stopped TERM 143

# What is refused, and changes nothing.
for option in "--epochs 5" "--seed 1" "--out other" --overwrite "--model resnet20"; do
  mistake "${option% *} has no effect with --resume" train --resume run $option
done
mistake "--save-every" train --resume run --save-every 0
mistake "nowhere: holds no run" train --resume nowhere
cp -r data other
sed -i '$d' other/train.txt
mistake "the run began with 18 training clips, got 17" train --resume run --data other
cp data/train.txt other/train.txt
sed -i '1s/ [0-9]*$/ 7/' other/val.txt
mistake "the 9 validation clips differ" train --resume run --data other
sed -i '1s/^/x/' other/classes.txt
mistake "classes differ in name" train --resume run --data other
cp run.new/config.json kept.json
sed -i 's/"epochs": 120/"epochs": 300/' run.new/config.json
mistake '"epochs" is 300, the run began with 120' train --resume run
cp kept.json run.new/config.json

# The data may have moved.
mv data moved
mistake "data: there is no such directory" train --resume run
works train --resume run --data moved
identical run "stopped twice"
works train --resume run
same "a finished run" "run is finished: there is nothing to go on with" "$out"
identical run "finished"
finish
