#!/usr/bin/env bash
# runs_alike.sh EMULATOR PROGRAM PROGRAM: both run on a machine of 2008, without AVX, and print the
# same.
set -euo pipefail

run() { "$1" -cpu Nehalem "$2"; }
alone=$(run "$1" "$2")
mixed=$(run "$1" "$3")
[[ -n $alone && $alone == "$mixed" ]] || {
  printf 'alone:\n%s\nmixed:\n%s\n' "$alone" "$mixed"
  exit 1
}
