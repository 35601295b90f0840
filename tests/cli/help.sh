#!/usr/bin/env bash
# --help works everywhere, names every option, and fits a terminal.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

mentions() {
  local command=$1
  shift
  works $command --help
  for word in "$@"; do
    case $out in *"$word"*) ;; *) fail "adafuse $command --help does not mention $word" ;; esac
  done
}

mentions "" gestures train eval describe predict stream forward convert demo "adafuse train --data"
mentions gestures --out --train --val --size --frames --seed --threads
mentions train --data --out --resume --save-every --overwrite --model --fusion --frames --stem-stride --policy --policy-hidden --epochs \
  --batch --optimizer --rate --schedule --weight-decay --clip-norm --dropout --lambda --lambda-from \
  --cost --temperature --size --shorter-side --flip --seed --threads --most-pixels \
  resnet8 adafuse-tsm keep-all random:k,r,s REQUIRED
mentions eval --run --data --checkpoint --split --policy --sample --batch --seed --json --threads --most-pixels
mentions describe --model --fusion --frames --stem-stride --consensus --lstm-hidden --adaptive-stages \
  --adaptive-blocks --policy-hidden --policy-quota --shared-policy --classes --size --json
mentions predict PATH --most-pixels --policy --seed --ledger --json --checkpoint
mentions stream --most-pixels --policy --seed --ledger --json --checkpoint --future --consensus --width --height
mentions forward --model --fusion --classes --frames --size --weights --input --output --dtype
mentions convert IN OUT --keep-names
mentions demo --out --overwrite --train --val --epochs --seed --threads
finish
