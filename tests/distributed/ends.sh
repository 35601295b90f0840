#!/usr/bin/env bash
# ends.sh PROGRAM MPIRUN...: a job that goes wrong on one rank ends on all, soon, and says why.
set -euo pipefail
program=$1
shift
run() { # WHICH MESSAGE: the job fails within 20 s, says MESSAGE, and nobody goes on
  local said begin=$SECONDS
  if said=$(timeout 60 "${mpirun[@]}" 2 "$program" "$1" 2>&1); then
    echo "$1: did not fail"; exit 1
  fi
  ((SECONDS - begin < 20)) || { echo "$1: took $((SECONDS - begin)) s"; exit 1; }
  grep -qF "$2" <<< "$said" || { echo "$1: expects '$2', got: $said"; exit 1; }
  ! grep -qE 'error code in status|Segmentation' <<< "$said" || { echo "$1: $said"; exit 1; }
  ! grep -q 'went on' <<< "$said" || { echo "$1: a rank went on"; exit 1; }
  echo "$1: $2"
}
mpirun=("$@")
run late 'adafuse: rank 0 of 2: waited 2 s for rank 1 (a sum); the job ends'
run gradients 'adafuse: rank 0 of 2: waited 2 s for rank 1 (a bucket of gradients); the job ends'
run error 'adafuse: rank 1 of 2: an error ended it; the job ends'
run left 'waited 2 s for rank '
run other 'a sum: expects '
