#!/usr/bin/env bash
# A search of the learning rate: a table, a suggestion, the same each time, and no run.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 27 --val 9 --size 8 --frames 2
one="find-rate --data data --fusion adafuse --policy-hidden 4 --frames 2 --stem-stride 2 --batch 9"
before=$(everything)
works $one --steps 40 --from 1e-5 --to 1e4 --csv a.csv --threads 1
cp stdout.txt a.txt
same "what it leaves beside the table" "$before" "$(everything | grep -v -e ' *./a.csv ' -e ./a.txt)"
for part in "the loss falls steepest at rate " "it diverges at rate " "suggestion: --rate "; do
  case $out in *"$part"*) ;; *) fail "find-rate does not say '$part': $out" ;; esac
done
same "heading of the table" "rate,loss,smoothed" "$(head -n 1 a.csv)"
[ "$(wc -l <a.csv)" -lt 41 ] || fail "a loss that diverges does not end the test"
works $one --steps 40 --from 1e-5 --to 1e4 --csv b.csv --threads 2
cmp a.csv b.csv || fail "a second test differs"
cmp stdout.txt a.txt || fail "a second test says something else"
works $one --steps 10 --from 1e-9 --to 1e-8
case $out in *"it does not diverge up to rate 1e-08"*) ;; *) fail "tiny rates: $out" ;; esac

mistake "from: a rate must be positive, got 0" $one --from 0
mistake "to: expects a rate above 1e-06, got 0" $one --to 0
mistake "steps: expects 10 to 100000, got 9" $one --steps 9
mistake "not expected: 1 --rate" $one --rate 1
mistake "not expected: new --out" $one --out new
mistake "--data is required" find-rate
mistake "there is no directory" $one --csv none/a.csv
finish
