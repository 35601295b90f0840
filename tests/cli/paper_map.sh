#!/usr/bin/env bash
# The last tables of docs/paper_map.md are true: every command's options are among those that its help
# lists; quick ones run, print what the page says, and print something else without any of their options.
# SPDX-License-Identifier: MIT
here=$(realpath "$(dirname "$0")")
. "$here/lib.bash"

# Rows "no. | rerun | command | what came out", of the section about reruns.
awk -F' *[|] *' '/^## What can be rerun/ {on = 1} on && /^[|] [MNF][0-9]/ {print $3 "|" $4 "|" $5}' \
  "$here/../../docs/paper_map.md" >rows.txt
[ "$(grep -c '^quick|' rows.txt)" -gt 15 ] || fail "docs/paper_map.md has too few quick rows to be true"

# known COMMAND OPTION: the help of the command lists the option.
known() {
  [ -e "help_$1" ] || { works "$1" --help && cp stdout.txt "help_$1"; }
  grep -qE -e "^  (-[a-zA-Z],)?$2( |\$)" "help_$1" || fail "docs/paper_map.md: adafuse $1 has no option $2"
}

# prints TEXT: it stands in whole.txt, and a number at its end does not go on there.
prints() {
  text=$1 awk 'BEGIN {t = ENVIRON["text"]}
    {
      while ((i = index($0, t)) > 0) {
        if (t !~ /[0-9]$/ || substr($0, i + length(t), 1) !~ /[0-9]/) found = 1
        $0 = substr($0, i + 1)
      }
    }
    END {exit !found}' whole.txt
}

# without N WORDS...: the words but option N, and its value if it has one.
without() {
  local skip=$1 at=0 dropping=""
  shift
  for word in "$@"; do
    if [[ $word == --* ]]; then
      at=$((at + 1))
      dropping=""
      [ $at -eq "$skip" ] && dropping=yes
    fi
    [ -n "$dropping" ] || echo "$word"
  done
}

while IFS='|' read -r rerun command printed; do
  [ -n "$command" ] || continue
  read -ra words <<<"${command//\`/}"
  [ "${words[0]}" = adafuse ] || fail "docs/paper_map.md: no command of adafuse: $command"
  words=("${words[@]:1}")
  options=0
  for word in "${words[@]}"; do
    [[ $word == --* ]] || continue
    known "${words[0]}" "$word"
    options=$((options + 1))
  done
  [ "$rerun" = quick ] || continue
  works "${words[@]}"
  cp stdout.txt whole.txt
  while read -r text; do
    [ -z "$text" ] || prints "$text" ||
      fail "docs/paper_map.md: adafuse ${words[*]} does not print '$text'"
  done < <(awk -F'`' '{for (i = 2; i <= NF; i += 2) print $i}' <<<"$printed")
  [[ ${words[0]} == describe || ${words[0]} == eval ]] || continue
  ! grep -qxF -e "$command" tried.txt 2>/dev/null || continue
  echo "$command" >>tried.txt
  for ((n = 1; n <= options; ++n)); do
    mapfile -t fewer < <(without $n "${words[@]}")
    run "${fewer[@]}"
    [ $status -ne 0 ] || ! cmp -s stdout.txt whole.txt ||
      fail "docs/paper_map.md: adafuse ${words[*]} prints the same without its option number $n"
  done
done <rows.txt
finish
