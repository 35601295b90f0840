#!/usr/bin/env bash
# How fast are films decoded, against the program ffmpeg with as many threads and the same scaling?
#   bench/film_decoding.sh BENCH_FILMS [FILM...]
# BENCH_FILMS is the program of that name. Without films it makes one: test pictures, 640x360, H.264.
# The two take turns, ROUNDS times (11); it prints the medians of the seconds that each takes to decode
# all frames to RGB, and of their ratio: above 1, ours is quicker. Neither counts opening the film. With
# one thread the seconds are of the processor, with more of the clock. THREADS ("1 2") and SIDES, the
# shorter sides to scale to ("0 112", 0: as they are), are taken from the environment.
# SPDX-License-Identifier: MIT
set -euo pipefail
program=$(realpath "${1:?usage: bench/film_decoding.sh BENCH_FILMS [FILM...]}")
shift
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
if (($# == 0)); then
  ffmpeg -v error -nostdin -f lavfi -i testsrc2=size=640x360:rate=30:duration=20 -threads 1 -c:v libx264 \
    -pix_fmt yuv420p "$scratch/testsrc2.mp4"
  set -- "$scratch/testsrc2.mp4"
fi

median() { sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

# ours FILM THREADS SIDE: frames, width, height and the seconds.
ours() { "$program" --film "$1" --threads "$2" --side "$3"; }

# theirs FILM THREADS FILTER: the seconds, of ffmpeg's own account.
theirs() {
  ffmpeg -nostdin -hide_banner -nostats -benchmark -y -threads "$2" -filter_threads "$2" -i "$1" -an -vf "$3" \
    -sws_flags bicubic -vsync passthrough -f rawvideo -pix_fmt rgb24 /dev/null 2>&1 |
    awk -v threads="$2" 'sub(/^bench: utime=/, "") { gsub(/s?( [sr]time=|$)/, " "); print threads == 1 ? $1 + $2 : $3 }'
}

echo "| film | frames | threads | ours, s | ffmpeg, s | ffmpeg / ours |"
echo "|---|---|---|---|---|---|"
for film; do
  for threads in ${THREADS:-1 2}; do
    for side in ${SIDES:-0 112}; do
      read -r frames width height _ < <(ours "$film" "$threads" "$side")
      filter=null
      ((side == 0)) || filter=scale=$width:$height:flags=bilinear+accurate_rnd+full_chroma_int
      for ((round = 0; round < ${ROUNDS:-11}; ++round)); do
        a=$(ours "$film" "$threads" "$side" | cut -d ' ' -f 4)
        b=$(theirs "$film" "$threads" "$filter")
        echo "$a $b" | awk '{ print $1, $2, $2 / $1 }'
      done >"$scratch/rounds"
      echo "| $(basename "$film") | $frames of ${width}x$height | $threads |" \
        "$(cut -d ' ' -f 1 "$scratch/rounds" | median) | $(cut -d ' ' -f 2 "$scratch/rounds" | median) |" \
        "$(cut -d ' ' -f 3 "$scratch/rounds" | median) |"
    done
  done
done
