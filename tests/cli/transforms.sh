#!/usr/bin/env bash
# Transforms and sampling are trained with, written down, and obeyed; several views at test; and a
# picture of another size than the model saw is brought to it, or refused by name.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.bash"

works gestures --out data --train 9 --val 9 --size 12 --frames 3
tiny="train --data data --frames 2 --stem-stride 2 --epochs 1 --batch 9"

# Everything at once, and it is in config.json and in the model.
works $tiny --out all --size 8 --crop multi-scale --flip --brightness 0.4 --contrast 0.3 --saturation 0.2 \
  --hue 0.1 --erase 0.5 --sampling dense
for row in 'crop="multi-scale"' 'flip_labels="swap"' brightness=0.4 contrast=0.3 saturation=0.2 hue=0.1 \
  erase=0.5 'sampling="dense"' flip=true size=8 shorter_side=9; do
  same "${row%=*} in config.json" "${row#*=}" "$(value all/config.json "${row%=*}")"
done
grep -aq '\\"sampling\\":\\"dense\\"' all/best.safetensors || fail "no sampling in the model file"
works $tiny --out resized --size 8 --shorter-side 10 --crop resized --crop-area 0.5 --crop-aspect 1.5
same "area in config.json" 0.5 "$(value resized/config.json crop_area)"
same "aspect in config.json" 1.5 "$(value resized/config.json crop_aspect)"
same "side in config.json" 10 "$(value resized/config.json shorter_side)"

# Views: one is the default; the cost is that of all.
works eval --run resized --data data --json
one=$(value stdout.txt macs_per_clip)
same "views" 1 "$(value stdout.txt views)"
# views NUMBER OPTIONS...
views() {
  local number=$1
  shift
  works eval --run resized --data data --json "$@"
  same "views of $*" "$number" "$(value stdout.txt views)"
  same "cost of $*" "$(awk "BEGIN {printf \"%.0f\", $number * $one}")" \
    "$(value stdout.txt macs_per_clip | awk '{printf "%.0f", $1}')"
}
views 10 --crops 10 --flip-labels keep
views 3 --crops 3
views 2 --sampling twice
views 3 --sampling dense --clips 3
works eval --run resized --data data --json --frames 4
same "cost of twice the frames" "$(awk "BEGIN {printf \"%.0f\", 2 * $one}")" \
  "$(value stdout.txt macs_per_clip | awk '{printf "%.0f", $1}')"
works eval --run resized --data data --clips 2
case $out in *"2 of each clip, logits averaged, cost of all"*) ;; *) fail "no views in: $out" ;; esac

# Another size than the model saw, where it was trained without --size.
works $tiny --out whole
works $tiny --out refusing --fit refuse --fusion adafuse-tsm --policy-hidden 4
works gestures --out large --train 9 --val 9 --size 24 --frames 3
works eval --run whole --data large --json
same "MACs of a scaled picture" "$(value whole/summary.json macs_per_clip)" "$(value stdout.txt macs_per_clip)"
works predict whole large/val.txt
clip=large/frames/$(head -n 1 large/val.txt | cut -d' ' -f1)
mistake "00001.jpg: is 24x24; this model saw 12x12 and refuses others" eval --run refusing --data large
mistake "$clip: a picture is 24x24; this model saw 12x12 and refuses others" predict refusing "$clip"
mistake "$clip/00001.jpg: a picture is 24x24; this model saw 12x12 and refuses others" stream refusing "$clip" --future zero
works eval --run refusing --data data --frames 5 # shift and agents take any number
works stream whole "$clip"

# Left without right.
cp -r data lone
sed -i 's/swipe_right/jump/' lone/classes.txt
lone="${tiny/--data data/--data lone} --out new"
mistake 'class "swipe_left" says left or right, and no class is its counterpart' $lone --flip
works $lone --size 8 --crop random --flip --flip-labels keep --sampling uniform
rm -r new

new="$tiny --out new"
mistake "--crop-area has no effect without --crop resized" $new --size 8 --crop random --crop-area 0.5
mistake "--flip-labels has no effect without --flip" $new --flip-labels keep
mistake "--fit has no effect with --size" $new --size 8 --fit refuse
mistake "crop random: needs a size to crop to (--size)" $new --crop random
mistake "expects centre, random, multi-scale or resized, got 'multiscale'" $new --size 8 --crop multiscale
mistake "crop-area: expects a share above 0 and up to 1, got 2" $new --size 8 --crop resized --crop-area 2
mistake "expects scale, refuse or any, got 'crop'" $new --fit crop
mistake "brightness: expects a number from 0 to 100, got -1" $new --brightness -1
mistake "expects swap or keep, got 'no'" $new --flip --flip-labels no
mistake "twice is two clips of a test" $new --sampling twice
eval="eval --run resized --data data"
mistake "--clips: with --sampling segments from 1 to 100, got 0" $eval --clips 0
mistake "--clips: with --sampling uniform from 1 to 1, got 2" $eval --sampling uniform --clips 2
mistake "--clips: with --sampling twice from 1 to 2, got 3" $eval --sampling twice --clips 3
mistake "--crops" $eval --crops 2
mistake "--flip-labels has no effect without --crops 10" $eval --flip-labels keep
mistake "--frames: expects 1 to 4096, got 5000" $eval --frames 5000
mistake "--crops 3: this model takes whole pictures" eval --run whole --data data --crops 3
finish
