#!/usr/bin/env bash
# An experiment is a file: options as JSON, of which those on the command line win.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 9 --val 9 --size 8 --frames 2

# file TEXT: an experiment that says what follows, beside what is always there.
file() {
  echo "{\"data\": \"data\", \"frames\": 2, \"stem-stride\": 2, \"batch\": 9, \"epochs\": 1$1}" >e.json
}

file ', "fusion": "adafuse", "policy-hidden": 4, "detach-history": true, "flip": false, "rate": 1e-3,
  "adaptive-stages": [2, 3], "adaptive-blocks": [], "cost": "upper-bound", "threads": 1, "seed": 7'
works train --config e.json --out file
works train --data data --frames 2 --stem-stride 2 --batch 9 --epochs 1 --fusion adafuse \
  --policy-hidden 4 --detach-history --rate 0.001 --adaptive-stages 2,3 --cost upper-bound --seed 7 \
  --threads 1 --out words
for name in config.json metrics.csv best.safetensors; do
  cmp -s file/$name words/$name || fail "$name of a file's run differs from that of the same words"
done
works train --config e.json --out other --seed 8 --rate 0.002
same "an option beside the file" 8 "$(value other/config.json seed)"
same "an option beside the file" 0.002 "$(value other/config.json rate)"
file ', "out": "named"'
works train --config e.json
[ -f named/summary.json ] || fail "a file cannot say where the run goes"

# A sweep and a search of the rate take the same file.
file ', "fusion": "adafuse", "policy-hidden": 4, "lambdas": [1], "seeds": [3, "5..5"]'
works sweep --config e.json --out sweep
[ -f sweep/lambda-1_seed-5/summary.json ] || fail "a file cannot say seeds"
file ', "out": "never", "epochs": 50, "rate": 1, "schedule": "cosine", "from": 1e-4'
sed -i 's/"epochs": 1,/"dropout": 0.5,/' e.json
works find-rate --config e.json --steps 10
[ -e never ] && fail "find-rate writes a run"

# refused TEXT MORE: the file with MORE is refused with one line that has TEXT.
refused() {
  file ", $2"
  mistake "$1" train --config e.json --out new
}
refused 'e.json: "modle" is no option of train, did you mean model?' '"modle": "resnet8"'
refused 'e.json: "lambda_rule" is no option of train, did you mean lambda-rule?' '"lambda_rule": "epoch"'
refused 'e.json: "colour" is no option of train' '"colour": 1'
refused 'e.json: "--seed" is no option of train, did you mean seed?' '"--seed": 1'
refused 'e.json: "resume" is no option of train' '"resume": "RUN"'
refused 'e.json: "rate": expects a number, got "fast"' '"rate": "fast"'
refused 'e.json: "rate": expects a number, got "3"' '"rate": "3"'
refused 'e.json: "rate": expects a number, got true' '"rate": true'
refused 'e.json: "rate": expects a number, got [1]' '"rate": [1]'
refused 'e.json: "rate": expects a number, got null' '"rate": null'
refused 'e.json: "model": expects a text, got 8' '"model": 8'
refused 'e.json: "model": expects a text, got {"model":"resnet8"}' '"model": {"model": "resnet8"}'
refused 'e.json: "flip": expects true or false, got 1' '"flip": 1'
refused 'e.json: "adaptive-stages": expects a number, or a list of them, got "late"' \
  '"adaptive-stages": [3, "late"]'
refused "e.json: --seed: expects a whole number from 0 to 2^64 - 1, got '1.5'" '"seed": 1.5'
refused "e.json: --threads: Value 0 not in range" '"threads": 0'
refused "e.json: optimizer: expects adamw, adam or sgd, got 'adamx'" '"optimizer": "adamx"'
refused "e.json:1:" '"seed": '
echo '[1, 2]' >e.json
mistake "e.json: expected an object, got array" train --config e.json --out new
mistake "none.json" train --config none.json --out new
mistake "--config has no effect with --resume" train --config words/config.json --resume words
mistake '"model": expects a text' train --config words/config.json --out new
finish
