#!/usr/bin/env bash
# Ranks under mpirun: they train what one process trains, again with the same bits, stop together, go on in
# another number, and end together when one is killed. What they do not share is told before the first step.
# KILLS: how many kills (scripts/soak/ranks.sh takes 20). ADAFUSE_MPIRUN: mpirun with its options, up to -n.
# SPDX-License-Identifier: MIT
preload=$(realpath "$3")
. "$(dirname "$0")/lib.bash"
set -m # so that what runs in the background hears an interrupt
RANDOM=${SEED:-31}
limit=${LIMIT:-30} # seconds from a kill to the end

works gestures --out data --train 18 --val 9 --size 8 --frames 2
tiny="train --data data --fusion adafuse --policy-hidden 4 --frames 2 --stem-stride 2 --batch 6 \
  --epochs 2 --estimator reinforce --rate 1e-3 --dropout 0.1 --threads 1"
works $tiny --out one --sync-bn auto

if [ -n "${ADAFUSE_WITHOUT_MPI:-}" ]; then
  OMPI_COMM_WORLD_SIZE=2 mistake "2 processes were started together, and this program was built without MPI" $tiny --out two
fi
[ -n "${ADAFUSE_MPIRUN:-}" ] || {
  echo "not run under mpirun: MPI is missing, switched off, or this is a build with a sanitizer"
  [ $failures -eq 0 ] && exit 77
  finish
}

# ranks N ARGUMENTS...: as run, by N ranks.
ranks() {
  local n=$1
  shift
  $ADAFUSE_MPIRUN "$n" "$adafuse" "$@" >stdout.txt 2>stderr.txt
  status=$?
  out=$(cat stdout.txt)
  err=$(cat stderr.txt)
}

# shared N ARGUMENTS...: exit code 0, and nothing on stderr.
shared() {
  ranks "$@"
  [ $status -eq 0 ] || fail "$1 ranks, ${*:2}: exit code $status: $err"
  [ -z "$err" ] || fail "$1 ranks, ${*:2}: wrote to stderr: $err"
}

# told TEXT N ARGUMENTS...: an error that the ranks tell together: one line of theirs, which has TEXT.
told() {
  local text=$1 n=$2
  shift 2
  ranks "$n" "$@"
  [ $status -eq 2 ] || fail "$n ranks, $*: exit code $status, expected 2: $err"
  same "$n ranks, $*: lines" 1 "$(grep -c '^adafuse: ' stderr.txt)"
  grep -qF -- "$text" <<<"$(grep '^adafuse: ' stderr.txt)" || fail "$n ranks, $*: expected '$text' in: $err"
}

# close A B: losses, costs and accuracies of two runs, epoch by epoch. Other numbers of ranks round otherwise, and
# steps carry that on: 1e-3 of a loss after six steps (of one step 1e-4, tests/train/ranks_test.cpp).
close() {
  paste -d , "$1/metrics.csv" "$2/metrics.csv" | awk -F , '
    NR == 1 { for (i = 1; i <= NF / 2; ++i) name[i] = $i; next }
    { for (i = 1; i <= 6; ++i) { d = $i - $(i + NF / 2); if (d < 0) d = -d
        if (d > 1e-3 * ($i > 1 ? $i : 1)) printf "epoch %d: %s %s and %s; ", NR - 1, name[i], $i, $(i + NF / 2) } }' >apart.txt
  [ -s apart.txt ] && fail "$1 and $2: $(cat apart.txt)"
}

# identical A B WHAT: all files but times.
identical() {
  for file in config.json metrics.csv last.safetensors best.safetensors; do
    cmp -s "$1/$file" "$2/$file" || fail "$3: $file differs"
  done
  same "$3: files" "$(ls -A "$1" | tr '\n' ' ')" "$(ls -A "$2" | tr '\n' ' ')"
}

# ---- The same steps ----
shared 2 $tiny --out two
close one two
grep -q "^2 ranks of 3 clips a step, rank 0 with 1 thread; batch norms take the statistics of all clips$" stdout.txt ||
  fail "the ranks are not told: $out"
same "lines about the best model" 1 "$(grep -c '^best: ' stdout.txt)"
shared 2 $tiny --out again
identical two again "a second run of two ranks"
shared 3 $tiny --out three --accumulate 2
works $tiny --out parts --accumulate 2
close parts three
shared 2 $tiny --out apart --sync-bn off
grep -q "batch norms take the statistics of each rank's clips$" stdout.txt || fail "--sync-bn off is not told: $out"
cmp -s two/metrics.csv apart/metrics.csv && fail "--sync-bn off changes nothing"

# ---- Threads ----
grep -q '"threads": 1' two/run.json || fail "run.json does not say one thread"
cores=$(env -u OMP_NUM_THREADS nproc)
env -u OMP_NUM_THREADS $ADAFUSE_MPIRUN "$cores" "$adafuse" \
  train --data data --frames 2 --stem-stride 2 --batch $((cores * 2)) --epochs 1 --out threads >stdout.txt 2>stderr.txt
if [ "$cores" -le 9 ]; then
  grep -q "rank 0 with 1 thread;" stdout.txt ||
    fail "$cores ranks on $cores processors, none bound: $(grep ranks stdout.txt) $(cat stderr.txt)"
fi

# ---- What is told before the first step ----
told "4 ranks do not share a batch of 6 clips equally; expects a multiple of 4" 4 $tiny --out new
told "--no-such-option" 2 $tiny --out new --no-such-option
told "two: holds a run already" 2 $tiny --out two
told "eval: is for one process, and 2 were started together; train alone shares its work among several" \
  2 eval --run two --data data
told "nowhere: holds no run" 2 train --resume nowhere
same "a help text is printed once" 1 "$(ranks 2 train --help; grep -c -- '--sync-bn' stdout.txt)"
# mixed TEXT WORDS1 -- WORDS2: rank 0 and rank 1 are told different things.
mixed() {
  local text=$1 first=() second=()
  shift
  while [ "$1" != -- ]; do first+=("$1"); shift; done
  shift
  second=("$@")
  timeout 60 $ADAFUSE_MPIRUN 1 "$adafuse" "${first[@]}" : -n 1 "$adafuse" "${second[@]}" >stdout.txt 2>stderr.txt
  status=$?
  same "$text: exit code" 2 $status
  same "$text: lines" 1 "$(grep -c '^adafuse: ' stderr.txt)"
  grep -qF -- "$text" <<<"$(grep '^adafuse: ' stderr.txt)" || fail "expected '$text' in: $(cat stderr.txt)"
}
cp -r data other
sed -i '1s/ [0-9]*$/ 7/' other/train.txt
mixed 'rank 1: another configuration: seed is 2, rank 0 has 1' $tiny --out new --seed 1 -- $tiny --out new --seed 2
mixed 'rank 1: other data: train_clips is' $tiny --out new -- ${tiny/--data data/--data other} --out new
mixed "rank 1: nowhere: there is no such directory" $tiny --out new -- ${tiny/--data data/--data nowhere} --out new
[ -e new ] && fail "what was refused has written"

# ---- A clip that one rank cannot read ends the job, by its name ----
cp -r data broken
clip=$(head -n 1 broken/train.txt | cut -d ' ' -f 1)
printf nothing >"$(find broken/frames/"$clip" -type f | sort | tail -n 1)"
SECONDS=0
timeout 60 $ADAFUSE_MPIRUN 2 "$adafuse" ${tiny/--data data/--data broken} --out unread >stdout.txt 2>stderr.txt
[ $? -ne 0 ] || fail "a clip that cannot be read was read"
grep -q "^adafuse: rank [01] of 2: .*$clip.*; the job ends$" stderr.txt || fail "a clip that cannot be read: $(cat stderr.txt)"
[ $SECONDS -le "$limit" ] || fail "a clip that cannot be read: the job took $SECONDS s to end"

# ---- Stopping and going on ----
# begun N ARGUMENTS...: in the background, through "${through[@]}", until the first epoch; leaves $pid.
through=()
begun() {
  local n=$1
  shift
  : >stdout.txt # what was printed before is no sign
  $ADAFUSE_MPIRUN "$n" "${through[@]}" "$adafuse" "$@" >stdout.txt 2>stderr.txt &
  pid=$!
  for _ in $(seq 3000); do
    grep -q "^epoch " stdout.txt && break
    sleep 0.02
  done
}
long="${tiny/--epochs 2/--epochs 20} --save-every 1"
milliseconds() { date +%s%3N; }
start=$(milliseconds)
shared 2 $long --out whole
whole=$(($(milliseconds) - start)) # a run takes so long
# a_while: some part of a run, but not the end.
a_while() {
  local ms=$((RANDOM % (whole / 2)))
  sleep $((ms / 1000)).$(printf %03d $((ms % 1000)))
}
for rest in 1 2 3; do
  rm -rf left
  begun 2 $long --out left
  kill -TERM $pid
  wait $pid
  # Open MPI gives ranks one second, and passes on what they say in it: a busy machine may need more.
  grep -q "^adafuse: " stderr.txt && ! grep -q "^adafuse: stopped after step [1-3] of 3 in epoch [0-9]* of 20; .adafuse train --resume left. goes on$" stderr.txt &&
    fail "a stopped job says: $(cat stderr.txt)"
  shared $rest train --resume left --threads 1
  if [ $rest -eq 2 ]; then
    identical whole left "stopped, and gone on with as many ranks"
  else
    [ -f left/summary.json ] || fail "$rest ranks did not go on with a run of two"
    same "rows" 21 "$(wc -l <left/metrics.csv)"
  fi
  shared $rest train --resume left
  same "a finished run" "left is finished: there is nothing to go on with" "$out"
done

# ---- SIGKILL of a rank ----
# Of any at any time; of rank 0 inside of a call that writes the state; of one that waits in a sum, for another one
# that was stopped before.
# gone PID: soon; one that has ended and that nobody asks for is.
gone() {
  for _ in $(seq 50); do
    grep -q '^State:.*[RSDTt] (' "/proc/$1/status" 2>/dev/null || return 0
    sleep 0.1
  done
  return 1
}
calls=(write fsync rename)
most=(6000 40 40) # of each in a run, about
for kill in $(seq "${KILLS:-3}"); do
  n=$((2 + RANDOM % 2)) rest=$((1 + RANDOM % 3))
  rm -rf left left.new
  kind=$((kill % 3))
  through=()
  if [ $kind -eq 1 ]; then
    which=$((RANDOM % 3))
    call=${calls[which]} at=$((5 + RANDOM % ${most[which]}))
    through=(env LD_PRELOAD="$preload" FAIL_CALL=$call FAIL_HOW=kill FAIL_AT=$at FAIL_PATH=left/state)
  fi
  begun $n $long --out left
  mapfile -t processes < <(pgrep -P $pid -x adafuse)
  count=${#processes[@]}
  what="kill $kill of $n ranks"
  if [ $kind -eq 1 ]; then
    what="$what in $call $at of a state"
    for _ in $(seq 600); do  # until one is gone
      kill -0 $pid 2>/dev/null && [ "$(pgrep -c -P $pid -x adafuse)" -eq "$count" ] || break
      sleep 0.05
    done
  elif [ "$count" -gt 0 ]; then
    a_while
    victim=$((RANDOM % count))
    if [ $kind -eq 2 ]; then
      what="$what in a sum"
      kill -STOP "${processes[(victim + 1) % count]}"
      sleep 0.3
    fi 2>/dev/null
    kill -KILL "${processes[victim]}" 2>/dev/null # if it is still there
  fi
  SECONDS=0
  wait $pid
  status=$?
  [ $SECONDS -le "$limit" ] || fail "$what: the job took $SECONDS s to end"
  for process in "${processes[@]}"; do
    gone "$process" || fail "$what: process $process is left"
  done
  if [ $status -eq 0 ]; then
    echo "$what: the run was over before"
    [ -f left/summary.json ] || fail "$what: exit code 0, and no summary"
    continue
  fi
  grep -Eq "rank [0-9]+.*(signal 9|Killed)" stderr.txt || fail "$what says: $(cat stderr.txt)"
  took=$SECONDS
  shared $rest train --resume left --threads 1
  [ -f left/summary.json ] || fail "$what: $rest ranks did not go on: $err"
  same "$what: rows" 21 "$(wc -l <left/metrics.csv)"
  echo "$what: ended within $took s, gone on with by $rest"
done
through=()

# ---- A rank that does not come ----
rm -rf left
export ADAFUSE_RANK_TIMEOUT=2
begun 2 $long --out left
mapfile -t processes < <(pgrep -P $pid -x adafuse)
kill -STOP "${processes[1]:-0}" || fail "the run was over before a rank was stopped"
SECONDS=0
wait $pid
[ $SECONDS -le "$limit" ] || fail "a rank that was stopped: the job took $SECONDS s to end"
grep -Eq "^adafuse: rank [01] of 2: waited 2 s for rank [01] " stderr.txt ||
  fail "a rank that does not come: $(cat stderr.txt)"
shared 2 train --resume left --threads 1
ADAFUSE_RANK_TIMEOUT=soon
told "ADAFUSE_RANK_TIMEOUT: expects seconds above 0, got 'soon'" 2 $tiny --out new
finish
