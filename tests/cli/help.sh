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

mentions "" gestures data train sweep find-rate eval probe describe predict stream forward convert demo report "adafuse train --data"
mentions gestures --out --train --val --size --frames --seed --threads
mentions train --data --out --resume --save-every --overwrite --model --fusion --frames --stem-stride --policy --policy-hidden --epochs \
  --batch --optimizer --rate --schedule --weight-decay --clip-norm --dropout --lambda --lambda-rule --lambda-from \
  --cost --temperature --size --shorter-side --flip --seed --threads --most-pixels \
  --train-list --val-list --classes --frames-root --list-columns --name-template --first-frame \
  resnet8 adafuse-tsm keep-all random:k,r,s REQUIRED
mentions "" --version
mentions train --quiet docs/choice.md
mentions train --weights --freeze --partial-bn --head-rate --bias-rate --label-smoothing --class-weights --ema \
  --accumulate --early-stopping --recipe --pixels
mentions train --crop --crop-area --crop-aspect --flip-labels --brightness --contrast --saturation --hue --erase \
  --sampling --fit
mentions eval --weights --model --fusion --size --shorter-side --pixels --clips --crops --sampling --frames --flip-labels
mentions train --config
mentions sweep --lambdas --seeds --out --config --data --model --epochs
mentions find-rate --from --to --steps --csv --config --data --model
mentions eval --train-list --val-list --classes --frames-root --list-columns --name-template --first-frame
mentions eval --run --data --checkpoint --split --policy --sample --batch --seed --json --threads --most-pixels \
  --confusion --scores --decisions
mentions probe --run --data --checkpoint --ridge --batch --seed --json --threads --train-list --val-list --most-pixels --skip-broken
mentions describe --model --fusion --frames --stem-stride --consensus --lstm-hidden --adaptive-stages \
  --adaptive-blocks --policy-hidden --policy-quota --shared-policy --classes --size --json
mentions data extract check list
mentions "data extract" FILMS OUT --shorter-side --quality --most-pixels --threads
mentions "data check" DIR --most-pixels
mentions "data list" DIR OUT --most-pixels
mentions predict PATH --allow-holes --most-pixels --policy --seed --ledger --json --checkpoint
mentions stream --allow-holes --most-pixels --policy --seed --ledger --json --checkpoint --future --consensus --width --height --raw \
  --follow --idle --skip-broken --ledger-every
mentions forward --model --fusion --classes --frames --size --weights --input --output --dtype
mentions convert IN OUT --keep-names
mentions demo --out --overwrite --train --val --epochs --seed --threads
mentions report RUN --data --out --most-pixels --threads
finish
