#!/usr/bin/env bash
# The test of docs/paper_map.md finds what is wrong in a map: a command that does not run, an option that there is
# not or that does nothing, and a text that is not printed. A map without mistakes passes.
# SPDX-License-Identifier: MIT
here=$(realpath "$(dirname "$0")")
. "$here/lib.bash"
program=$adafuse

# maps NAME ROW...: tests/cli/paper_map.sh on a map of these rows; leaves $status and $out.
maps() {
  local name=$1
  shift
  mkdir "$name"
  cp -r gestures "$name/data"
  {
    echo "## What can be rerun"
    printf '%s\n' "$@"
  } >"$name.md"
  PAPER_MAP=$PWD/$name.md PAPER_MAP_ROWS=0 bash "$here/paper_map.sh" "$program" "$name" >"$name.txt" 2>&1
  status=$?
  out=$(cat "$name.txt")
}
# finds TEXT: the last map has this mistake.
finds() {
  [ $status -ne 0 ] || fail "no mistake was found, expected: $1"
  case $out in *"$1"*) ;; *) fail "expected '$1' in: $out" ;; esac
}

works gestures --out gestures --train 36 --val 9 --size 12
size='| F6 | quick | `adafuse describe --model resnet14 --json` |'
maps right "$size"' `"parameters": ` |'
[ $status -eq 0 ] || fail "a map without mistakes: $out"
maps text "$size"' `"parameters": 7` |'
finds "does not print '\"parameters\": 7'"
maps option '| F6 | quick | `adafuse describe --modle resnet14` | `parameters` |'
finds "adafuse describe has no option --modle"
maps command '| F6 | quick | `adafuse describe --model resnet9` | `parameters` |'
finds "adafuse describe --model resnet9 does not run"
maps program '| F6 | quick | `python train.py` | `parameters` |'
finds "no command of adafuse"
maps default '| F6 | quick | `adafuse describe --model resnet8` | `parameters` |'
finds "does the same without its option number 1"
maps long '| F3 | long | `adafuse train --data data --out run --optimizer adamw` | an option that says what is so anyway |'
finds "does the same without its option number 3"
maps name '| F9 | long | `adafuse train --data data --out run --policy keep-all` | a policy of what decides nothing |'
finds "does not run"
maps data '| N7 | data | `adafuse eval --weights FILE --model resnet50 --size 224 --data DIR --policy keep-all` | no agents |'
finds "does not run"
finish
