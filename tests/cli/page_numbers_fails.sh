#!/usr/bin/env bash
# The tests of numbers in pages (accounted.bash) find what is wrong in copies of them: a number that is not what was
# computed, a told one that is another, one that nothing stands for, one in words that the results do not bear out.
# SPDX-License-Identifier: MIT
here=$(realpath "$(dirname "$0")")
. "$here/lib.bash"
program=$adafuse
mkdir -p pages/docs
cp -r "$here"/../../docs/*.md "$here"/../../docs/rooms pages/docs/
cp "$here/../../README.md" pages/

# change PAGE FROM TO: in the copies.
change() {
  grep -qF -e "$2" "pages/$1" || fail "pages/$1 has no '$2' to change"
  from=$2 to=$3 awk '
    i = index($0, ENVIRON["from"]) {$0 = substr($0, 1, i - 1) ENVIRON["to"] substr($0, i + length(ENVIRON["from"]))}
    {print}' "pages/$1" >changed.md
  mv changed.md "pages/$1"
}
# finds SCRIPT TEXT...: the script fails on the copies, and its failures have these texts.
finds() {
  local text script=$1 said
  shift
  mkdir "$script"
  ! PAGES=$PWD/pages/docs bash "$here/$script.sh" "$program" "$script" >"$script.txt" 2>&1 ||
    fail "$script.sh takes pages with mistakes"
  said=$(cat "$script.txt")
  for text in "$@"; do
    case $said in *"$text"*) ;; *) fail "$script.sh: expected '$text' in: $said" ;; esac
  done
}

change docs/reproduce.md "4 bytes each" "8 bytes each"
change docs/reproduce.md "take ten times as long." "take ten times as long. 77 crops were never tried."
change docs/differences.md "epochs 20 and 40 of 50" "epochs 20 and 30 of 50"
change docs/paper_map.md "226 more classes" "227 more classes"
change docs/paper_map.md "| 24.3 M |" "| 25.3 M |"
finds page_numbers "lacks 'a network's weights, 4 bytes" "weights, 8 bytes each" ". 77 crops were never" \
  "epochs 20 and 40 of 50'" "226 more classes" "lacks '| 24.3 M |'" "25.3 M"

change docs/peers.md "600 clips" "700 clips"
change docs/peers.md "almost half of AdaFuse's" "almost a third of AdaFuse's"
change docs/peers.md "| 74.6 ± 0.5 |" "| 34.6 ± 0.5 |"
change docs/peers.md "The other columns are means" "The other seven columns are means"
finds peers_numbers "lacks '600 clips" "lacks 'Early exit saves almost half" "not so: 34.6 / 34.0 > 1.7" \
  "saves almost a third of" "The other seven columns"

change docs/estimators.md "896 choices" "897 choices"
change docs/estimators.md "comes out a third cheaper" "comes out a half cheaper"
change docs/estimators.md "| layer2.1 | 9.4 |" "| layer2.1 | 9.5 |"
change docs/estimators.md "| random | 65.4 ± 1.3 |" "| random | 66.4 ± 1.3 |"
finds estimators_numbers "and 896 choices'" "lacks 'without noise the network comes out a third" "the shares of blocks" \
  "accuracy_cost.svg shows another 'random'"

change README.md "5 of 9 answers" "6 of 9 answers"
change README.md "**97.3 %**" "**96.3 %**"
change README.md "| 3 | 99.5 % |" "| 3 | 99.6 % |"
change docs/site.md "375 pixels" "376 pixels"
change docs/site.md "39.2 %" "38.2 %"
change docs/where_time_travels.md "mean of three draws" "mean of four draws"
finds demonstration_numbers "lacks '5 of 9 answers" "**97.3 %**" "lacks '| 3 | 99.5 %" "lacks 'at 375 pixels'" \
  "98.4 % | 39.2 % |" "lacks 'both take the mean of three draws'" "the mean of four draws"

change docs/adafuse_by_hand.md "so (1, 16, 8) out of" "so (1, 16, 9) out of"
change docs/adafuse_by_hand.md "cross-entropy is ln 5" "cross-entropy is ln 6"
change docs/derivations.md "slopes 0 and 3" "slopes 0 and 4"
finds lesson_numbers "so (1, 16, 8) out of'" "is ln 5'" "slopes 0 and 3" "slopes 0 and 4"

change docs/rooms/video.md "an eighth of" "a quarter of"
change docs/rooms/core.md "a tensor is one strip" "a tensor is 12 strips"
change docs/rooms/interop.md "Two headers" "Three headers"
finds room_numbers "lacks 'the shift moves an eighth" "a tensor is 12 strips" "lacks 'Two headers, in no umbrella'"
finish
