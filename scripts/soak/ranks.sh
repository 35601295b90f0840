#!/usr/bin/env bash
# Twenty trainings under mpirun, in each of which one rank is killed: each job ends within 30 s, says why,
# leaves no process, and goes on, also with another number of ranks. Minutes.
#
#   scripts/soak/ranks.sh build/release            KILLS=20 SEED=31 LIMIT=30 are the defaults
#
# SPDX-License-Identifier: MIT
set -eu
build=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMP_NUM_THREADS=1
export ADAFUSE_MPIRUN="${ADAFUSE_MPIRUN:-mpirun --oversubscribe --bind-to none -n}"
library=$(find "$build" -name "*fail_nth_call*.so" | head -n 1)
KILLS=${KILLS:-20} SEED=${SEED:-31} LIMIT=${LIMIT:-30} \
  "$here/../../tests/cli/ranks.sh" "$build/examples/adafuse" "$work" "$library"
echo "${KILLS:-20} kills, ${KILLS:-20} runs gone on with"
