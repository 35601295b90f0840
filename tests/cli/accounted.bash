# Every number of a page is accounted for: something that was computed or looked up says it, or it is told here with its
# source, or another test compares it. Sourced after lib.bash, by scripts that have set $here. PAGES is a directory with
# other pages.
# SPDX-License-Identifier: MIT
root=$here/../..
docs=${PAGES:-$root/docs}

# page NAME [DROP]: what follows is of this page of docs/; README.md lies beside docs/. DROP is a script of sed that
# deletes what another test compares. Commands in fences go as well, which are run or read and claim nothing; so do the
# numbers of list items.
page() {
  name=$1
  file=$docs/$1
  [ "$1" != README.md ] || file=$docs/../README.md
  text=$(sed -E -e "${2-}" "$file" |
    sed -E -e '/^ *```/,/^ *```/d' -e 's/^ *(\*\*)?[0-9]+\.([ *])/ \1\2/' | tr -s ' \n' ' ')
}

# says TEXT: the page has this text, which was put together from what is known. Its numbers are accounted for.
says() {
  [[ -n $1 && $text == *"$1"* ]] || fail "$name lacks '$1'"
  local ticks=${1//[^\`]/} # of code that begins or ends in the text
  ((${#ticks} % 2)) && ticks='`' || ticks=""
  text=${text//"$1"/ #$ticks }
}

# told SOURCE TEXT...: the page has these texts, and nothing here can compute them; SOURCE is who says so.
told() {
  local words
  for words in "${@:2}"; do says "$words"; done
}

# holds CONDITION TEXT...: the condition, in numbers, is true, and the page has these texts, which put it in words.
holds() {
  awk "BEGIN {exit !($1)}" || fail "$name: not so: $1${2:+, which '$2' says}"
  told "" "${@:2}"
}

# cell HEAD ROW COLUMN [FILE]: the number of a table of the page (or of FILE) whose first head is HEAD; of "1.5 ± 0.2"
# it is 1.5. Where there is none, a question mark, with which no condition holds.
cell() {
  local found
  found=$(awk -F'|' -v head="$1" -v row="$2" -v column="$3" '
    function trimmed(s) {gsub(/^ +| +$/, "", s); return s}
    !/^\|/ {at = 0; next}
    trimmed($2) == head {at = 0; for (i = 3; i < NF; ++i) if (trimmed($i) == column) at = i}
    at && trimmed($2) == row {split(trimmed($at), words, " "); print words[1]; exit}' "${4-$file}")
  [ -n "$found" ] || echo "$name: no table with '$1', '$2' and '$3'" >&2
  echo "${found:-?}"
}

# option NAME COMMAND: what stands behind --NAME in a command.
option() { sed -nE "s/.*--$1 ([^ \"]+).*/\1/p" <<<"$2" | head -n 1; }

# default COMMAND OPTION: what a command takes where nothing is said.
default() { "$adafuse" "$1" --help | sed -nE "s/^ +$2 [A-Z]+=([^ ]+).*/\1/p"; }

# calculated EXPRESSION DIGITS
calculated() { awk "BEGIN {printf \"%.$2f\", ($1)}"; }

in_words=(zero one two three four five six seven eight nine ten)

# Gestures: how many classes, and how many of them single frames can tell: one of each pair, and `still`.
gesture_classes=$(sed -nE 's/.*string_view, ([0-9]+)> gesture_names.*/\1/p' "$root/include/adafuse/data/gestures.hpp")
told_by_frames=$(((gesture_classes - 1) / 2 + 1))
frames_percent=$(calculated "100 * $told_by_frames / $gesture_classes" 1)

# Numbers in words: on pages that tell what was measured, these are accounted for as well.
number_words='two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|fifty|hundred|thousand|million'
number_words+='|half|halves|thirds?|quarters?|fifths?|sixths?|eighths?|tenths?|twice|thrice|doubles?|doubling|tens'

# nothing_left [words]: no other number stands on the page; with `words` none in words either. Code, links, decisions
# and lessons by their number, and names that end in one (ResNet-50, x_0, t-1) are no numbers.
nothing_left() {
  local number='[0-9]+' left
  [ "${1-}" != words ] || number="[0-9]+|\<($number_words)\>"
  left=$(sed -E -e 's/`[^`]*`//g' -e 's/\[[^][]*\]\([^)]*(decisions|examples)\/[^)]*\)//g' -e 's/\]\([^)]*\)/]/g' \
    -e 's/[A-Za-z_][-+]?[0-9]+//g' <<<"$text" | grep -oiE ".{0,40}($number).{0,40}")
  [ -z "$left" ] || while read -r line; do
    fail "$name has a number for which nothing stands here: ...$line..."
  done <<<"$left"
}
