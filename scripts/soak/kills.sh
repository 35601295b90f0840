#!/usr/bin/env bash
# Fifty runs, each killed at a random moment, also inside of writing, and gone on with: fifty ends that
# are identical to a run never killed. Minutes.
#
#   scripts/soak/kills.sh build/release            KILLS=50 SEED=28 are the defaults
#
# SPDX-License-Identifier: MIT
set -eu
build=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
library=$(find "$build" -name "*fail_nth_call*.so" | head -n 1)
[ -n "$library" ] || {
  echo "kills: no fail_nth_call library in $build: build the tests first" >&2
  exit 2
}
KILLS=${KILLS:-50} SEED=${SEED:-28} \
  "$here/../../tests/cli/resume.sh" "$build/examples/adafuse" "$work" "$library"
echo "${KILLS:-50} kills, ${KILLS:-50} identical ends"
