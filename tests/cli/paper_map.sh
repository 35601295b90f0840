#!/usr/bin/env bash
# The last tables of docs/paper_map.md are true: commands run, quick ones print what the page says, and each
# option of each row does something: without it the numbers are others, or the command refuses to run. Rows that take
# long or need data are run on stand-ins: networks, clips and lambdas so small that all takes a minute.
# SPDX-License-Identifier: MIT
here=$(realpath "$(dirname "$0")")
. "$here/lib.bash"
map=${PAPER_MAP:-$here/../../docs/paper_map.md}  # cli/paper_map_fails.sh gives others

# Rows "no. | rerun | command | what came out", of the section about reruns.
awk -F' *[|] *' '/^## What can be rerun/ {on = 1} on && /^[|] [A-Z][0-9]/ {print $3 "|" $4 "|" $5}' "$map" >rows.txt
[ "$(grep -c '^quick|' rows.txt)" -gt "${PAPER_MAP_ROWS:-15}" ] ||
  fail "docs/paper_map.md has too few quick rows to be true"

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

# value_of OPTION WORDS...: what stands behind it.
value_of() {
  local wanted=$1
  shift
  while [ $# -gt 1 ]; do
    [ "$1" = "$wanted" ] && echo "$2" && return
    shift
  done
}

# numbers WORDS...: runs the words in an empty directory from which all that was made so far can be read, and
# prints what came of it, but for times and the policy's name: the exit code, what was printed, the files' names, and the content of
# those that hold results.
numbers() {
  local out
  out=$(value_of --out "$@")
  rm -rf try && mkdir try
  for file in *; do
    case $file in try | "$out" | stdout.txt | stderr.txt) ;; *) ln -s "../$file" "try/$file" ;; esac
  done
  (
    cd try || exit 1
    "$adafuse" "$@" >printed.txt 2>stderr.txt
    echo "exit code $?"
    cat stderr.txt
    sed -E -e '/^ *"(clips_per_second|milliseconds_per_clip|policy)":/d' -e '/^expected: /d' \
      -e 's/policy [^,]+,//' -e 's/[0-9.]+ (ms|s|min|h|a second)(\s|,|$)/TIME\2/g' printed.txt |
      if [ "$1" = demo ]; then sed -E 's/ +[0-9.]+$//'; else cat; fi # the last column is milliseconds
    find . -type f ! -name printed.txt ! -name stderr.txt | sort
    find . -type f \( -name metrics.csv -o -name sweep.csv -o -name model.safetensors -o -path '*/train_00000*.jpg' \) | sort | xargs -r cksum
  )
}

# stand_in RERUN WORDS...: a command that takes long, or needs what is not here, on what is here, a word a line. Its
# data are those of the second row, weights the last ones of a short training of the same network.
stand_in() {
  local rerun=$1
  shift
  local command=$1 text=" $* " network
  [[ $rerun == long || $rerun == data ]] || { printf '%s\n' "$@" && return; }
  text=$(sed -E -e 's/ --model (resnet50|bninception) / --model resnet14 /' -e 's/ 196608 / 1536 /' \
    -e 's/ --size 224 / --size 10 /' -e 's/ --shorter-side 256 / --shorter-side 11 /' -e 's/ DIR / data /' \
    -e 's/ (RUN|resnet8-run) / run /' -e 's/ --seeds [^ ]+ / --seeds 0..1 /' -e 's/ --lambdas [^ ]+ / --lambdas 0,64 /' \
    -e 's/ --epochs [0-9]+ / --epochs 2 /' -e 's/ (--train|--val) [0-9]+ / \1 36 /g' <<<"$text")
  case $command in
    train | sweep)
      [[ $text == *" --epochs "* ]] || text+="--epochs 2 "
      [[ $text == *" --batch "* ]] || text+="--batch 30 "
      [[ $text == *" --model "* ]] || text+="--model resnet8 "
      [[ $text == *" --stem-stride "* ]] || text+="--stem-stride 2 "
      [[ $text == *" --recipe paper "* ]] && text+="--size 10 "
      ;;
    demo) text+="--train 36 --val 9 --epochs 1 " ;;
  esac
  text=${text/ --weights resnet50.pth / --weights plain.safetensors }
  if [[ $text == *" --weights FILE "* ]]; then
    network=$(grep -oE -e ' --(model|fusion|policy-quota) [^ ]+| --shared-policy' <<<"$text" | tr -d '\n')
    file="weights${network//[ -]/_}.safetensors"
    if [ ! -e "$file" ]; then
      "$adafuse" train --data data --out stand_in --overwrite $network --epochs 1 --batch 30 --seed 3 >/dev/null &&
        cp stand_in/last.safetensors "$file"
    fi
    text=${text/ FILE / $file }
  fi
  tr -s ' ' '\n' <<<"$text" | sed '/^$/d'
}

# What rows about checkpoints read: one of PyTorch's, and the weights of a network that decides nothing.
cp "$here/../golden/torch_files/checkpoint.pth.tar" model.pth.tar

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
  if [ "$rerun" = quick ]; then
    works "${words[@]}"
    cp stdout.txt whole.txt
    while read -r text; do
      [ -z "$text" ] || prints "$text" ||
        fail "docs/paper_map.md: adafuse ${words[*]} does not print '$text'"
    done < <(awk -F'`' '{for (i = 2; i <= NF; i += 2) print $i}' <<<"$printed")
  fi
  ! grep -qxF -e "$command" tried.txt 2>/dev/null || continue
  echo "$command" >>tried.txt
  if [[ $rerun == data && ! -e plain.safetensors ]]; then
    works train --data data --out plain --model resnet14 --stem-stride 2 --epochs 1 --batch 30
    cp plain/last.safetensors plain.safetensors
  fi
  mapfile -t tried < <(stand_in "$rerun" "${words[@]}")
  numbers "${tried[@]}" >numbers.txt
  [ "$(head -n 1 numbers.txt)" = "exit code 0" ] ||
    fail "docs/paper_map.md: adafuse ${words[*]} does not run (as adafuse ${tried[*]}): $(cat numbers.txt)"
  # Numbers that change by themselves would say of every option that it does something.
  case ${tried[0]} in
    describe | gestures) ;;
    *)
      numbers "${tried[@]}" >again.txt
      cmp -s again.txt numbers.txt || fail "adafuse ${tried[*]} says something else each time"
      ;;
  esac
  for ((n = 1; n <= options; ++n)); do
    mapfile -t fewer < <(without $n "${tried[@]}")
    numbers "${fewer[@]}" >fewer.txt
    ! cmp -s fewer.txt numbers.txt ||
      fail "docs/paper_map.md: adafuse ${words[*]} does the same without its option number $n" \
        "(tried as adafuse ${tried[*]})"
  done
done <rows.txt
finish
