#!/usr/bin/env bash
# Every option of every command, as the program's own help lists them: a script here gives it to the
# program, a misspelt form is told the right one, and a value that makes no sense is told what would.
# SPDX-License-Identifier: MIT
here=$(realpath "$(dirname "$0")")
. "$here/lib.bash"

subcommands() { sed -n '/^Subcommands:/,$ s/^  \([a-z][a-z-]*\) .*/\1/p' stdout.txt; }

# Commands, one that has commands of its own as data:extract; and all "command --option TYPE".
works --help
commands=""
for command in $(subcommands); do
  works "$command" --help
  inner=$(subcommands)
  for name in $inner; do commands="$commands $command:$name"; done
  [ -n "$inner" ] || commands="$commands $command"
done
for command in $commands; do
  works ${command/:/ } --help
  sed -n -E 's/^  (-[a-zA-Z],)?(--[a-z0-9-]+)( ([^ ]+))?.*/\2 \4/p' stdout.txt |
    grep -v '^--help' | sed "s/^/$command /"
done >all.txt
[ "$(wc -l <all.txt)" -gt 150 ] || fail "the help texts list too few options to be true"

# A script uses it. sweep and find-rate have train's options from one function, and hand them to it: what
# is given to train counts for them.
awk -v commands="$commands" -f "$here/option_uses.awk" "$here"/*.sh "$here"/../browser/*.sh >used.txt
for command in sweep find-rate; do sed -n "s/^train /$command /p" used.txt; done >of_train.txt
sort -u -o used.txt used.txt of_train.txt
cut -d ' ' -f 1,2 all.txt | sort -u | comm -13 used.txt - >unused.txt
while read -r command option; do
  fail "no script in tests/cli runs 'adafuse ${command/:/ } $option': give it to a run that must succeed" \
    "(works, run), where a test sees what it does, or tests/cli/seldom.sh if no other script needs it"
done <unused.txt

# A misspelt one is told its name: its last two letters swapped, or doubled where they are the same.
for command in $commands; do
  wrong="" right=""
  for option in $(sed -n "s/^$command \(--[a-z0-9-]*\).*/\1/p" all.txt); do
    swapped=${option:0:-2}${option: -1}${option: -2:1}
    [ $swapped = $option ] && swapped=$option${option: -1}
    wrong="$wrong $swapped" right="$right, $option"
  done
  mistake "did you mean ${right#, }?" ${command/:/ } $wrong
done

# A value that makes no sense: each option once, with what its command needs beside it. Options whose
# value may be any text or path are not among these; a path that is not there is told by name.
mkdir data && echo mine >data/file
beside() { # COMMAND OPTION: what must be given so that only this option is wrong
  case $1 in
    train) echo "--data data --out new --batch 9" ;;
    sweep) echo "--data data --out new --batch 9" ;;
    find-rate) echo "--data data --batch 9" ;;
    eval) [ "$2" = --checkpoint ] && echo "--data data --run data" || echo "--data data --weights data/file --size 8" ;;
    probe) echo "--data data --run data" ;;
    forward) echo "--weights data/file --input data/file --output new --classes 2" ;;
    gestures) echo "--out new" ;;
    report) echo "data --data data" ;;
    predict | stream) echo "data data" ;;
    data:extract) echo "data new" ;;
    data:*) echo "data" ;;
  esac
  case $2 in
    --policy | --actions | --lambda* | --cost* | --estimator | --temperature | --policy-*)
      case $1 in train | sweep | find-rate | describe | forward) echo "--fusion adafuse" ;; esac ;;
    --shorter-side) [ "$1" = data:extract ] || echo "--size 8" ;;
    --lstm-hidden) echo "--consensus lstm" ;;
  esac
}
any_text="DIR FILE RUN PART,.. B,.."
while read -r command option type; do
  bare=${type%%[:=]*}
  [ -z "$type" ] && continue
  [[ $type == Needs:* || $type == Excludes:* ]] && continue  # a flag
  case " $any_text " in *" $bare "*) continue ;; esac
  grep -qx -e "$option" tried.txt 2>/dev/null && continue
  echo "$option" >>tried.txt
  given=$(beside "$command" "$option")
  case " $given " in *" $option "*) given=$(sed -E "s/ ?$option [^ ]+//" <<<"$given") ;; esac
  run ${command/:/ } $given $option 'x;y'
  case "$status $(wc -l <stderr.txt) $err" in
    "2 1 adafuse: "*"${option#--}"*"x;y"*) ;;
    *) fail "adafuse ${command/:/ } $given $option 'x;y': expected exit code 2 and one line with the option, the" \
      "value and what would be right, got exit code $status: $err. An option that takes any text has a type of" \
      "its help text (add_value) among '$any_text'; what it needs beside it stands in beside() of tests/cli/options.sh" ;;
  esac
done <all.txt
finish
