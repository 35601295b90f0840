#!/usr/bin/env bash
# The site in headless Chromium: every page at 375 pixels, and on the living page the class and the decisions of
# every validation clip, for each of its models, against `adafuse stream` on the plain vector path.
#   site.sh PROGRAM SITE RUNS DATA EMPTY_DIRECTORY [CLIPS]    the first CLIPS of the validation clips; all unless said
# Exit code 77: Chromium, node or a compiler is not there.
# SPDX-License-Identifier: MIT
set -euo pipefail
(($# == 5 || $# == 6)) || { echo "usage: site.sh PROGRAM SITE RUNS DATA EMPTY_DIRECTORY [CLIPS]" >&2; exit 2; }
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) &&
  command -v node > /dev/null && command -v g++ > /dev/null || {
  echo "skipped: there is no chromium, node or g++"
  exit 77
}
program=$(realpath "$1") site=$(realpath "$2") runs=$(realpath "$3") data=$(realpath "$4")
here=$(realpath "$(dirname "$0")")
mkdir -p "$5"
cd "$5"
g++ -std=c++20 -O1 -fopenmp -I "$here/../../include" -isystem /usr/include/eigen3 -isystem /usr/include/stb \
  "$here/clip_pixels.cpp" -o clip_pixels
./clip_pixels "$data" pixels.rgb
mapfile -t clips < <(cut -d ' ' -f 1 "$data/val.txt" | head -n "${6:-1000000}")

# What stream says of each clip: RUN.txt, all lines of a clip after one that names it.
export ADAFUSE_VECTOR_PATH=plain program data
for run in "$runs"/*/; do
  [[ -f $run/summary.json ]] || continue
  export run
  name=$(basename "$run")
  one() { "$program" stream "$run" "$data/frames/$1" --json --decisions --threads 1 > "$name/$1.txt"; }
  export -f one
  export name
  mkdir -p "$name"
  printf '%s\n' "${clips[@]}" | xargs -P "$(nproc)" -I {} bash -c 'one {}'
  for clip in "${clips[@]}"; do echo "{\"clip\":\"$clip\"}" && cat "$name/$clip.txt"; done > "$name.txt"
  echo "site: asked stream about ${#clips[@]} clips of $name"
done
exec node "$here/site.mjs" "$browser" "$site" "$runs" "$PWD"
