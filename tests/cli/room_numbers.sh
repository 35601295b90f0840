#!/usr/bin/env bash
# Numbers of docs/rooms/ and docs/reading_order.md, in words as well, are counted in headers and tests, or told with their
# source. tests/architecture/room_pages_test.cpp counts the files to read first, and the lines and minutes of the table.
# SPDX-License-Identifier: MIT
here=$(realpath "$(dirname "$0")")
. "$here/lib.bash"
. "$here/accounted.bash"

# headers ROOM: how many it has.
headers() { find "$root/include/adafuse/$1" -name '*.hpp' | wc -l; }
# stands FILE TEXT: what a page says is what this file of the project does.
stands() { grep -qF -e "$2" "$root/$1" || fail "$name: $1 has no '$2'"; }

for file in "$docs"/rooms/*.md; do
  page "rooms/$(basename "$file")"
  case $name in
    rooms/autograd.md)
      told "tests/autograd" "graphs that are used twice"
      ;;
    rooms/data.md)
      says "gets $told_by_frames of $gesture_classes right at most"
      ;;
    rooms/fusion.md)
      told "the paper" "its section 3"
      says "gives each channel ${in_words[$(grep -c '^ *{\.name = ' "$root/include/adafuse/fusion/action.hpp")]} logits"
      told "tests/fusion/demand_test.cpp" "every case of two frames"
      ;;
    rooms/interop.md)
      count=${in_words[$(headers interop)]}
      says "${count^} headers, in no umbrella"
      told "tests/python" "two modules in one process"
      ;;
    rooms/io.md)
      told "include/adafuse/io/file.hpp" "a writer that never leaves a half"
      ;;
    rooms/kernels.md)
      told "the convolution's lists" "takes two lists"
      ;;
    rooms/models.md)
      told "forward and plan" "says twice what it does"
      ;;
    rooms/ops.md)
      told "+ - * /" "four operations with broadcasting"
      told "convolution, and its two gradients" "three maps that differentiate each other"
      stands tests/golden/compare.hpp "double tolerance = 1e-12)"
      says "for each row within 1e-12"
      ;;
    rooms/optim.md)
      steps=$(sed -nE '/^def optimizers/,/^def /s/.*range\(([0-9]+)\).*/\1/p' "$root/tests/golden/layers.py" | head -n 1)
      says "${in_words[steps]} steps of each against PyTorch's"
      ;;
    rooms/video.md)
      count=${in_words[$(($(headers video) - 1))]} # and the umbrella
      says "${count^} small headers"
      stands include/adafuse/video/temporal_shift.hpp "return channels / 8;"
      says "the shift moves an eighth of the channels"
      told "one frame before, one after, and its own" "then sees three"
      ;;
  esac
  nothing_left words
done

page reading_order.md '/^\|/d'
told "docs/using.md" "the first ten minutes"
stands tests/architecture/room_pages_test.cpp "stated / 10"
told "a guess, as the page says" "ten a minute is a guess"
told "forward and plan" "says twice what it does"
told "tests/architecture/room_pages_test.cpp" "three files to read first"
nothing_left words
finish
