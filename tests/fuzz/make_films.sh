#!/usr/bin/env bash
# The seeds of the fuzz target for films: a few small ones of each kind, made by ffmpeg.
#
#   tests/fuzz/make_films.sh      writes corpus/film/* beside this file
# SPDX-License-Identifier: MIT
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p corpus/film

# film NAME ENCODER...: five frames of 16 x 16 pixels.
film() {
  local name=$1
  shift
  ffmpeg -v error -nostdin -y -f lavfi -i testsrc=size=16x16:rate=5:duration=1 -map_metadata -1 \
    -fflags +bitexact -flags +bitexact -threads 1 "$@" "corpus/film/$name"
}
film h264.mp4 -c:v libx264 -pix_fmt yuv420p -g 3 -bf 1
film h264.mkv -c:v libx264 -pix_fmt yuv420p -g 3 -bf 1
film vp8.webm -c:v libvpx -g 3 -b:v 20k
film mpeg4.avi -c:v mpeg4 -g 3 -q:v 10
film mjpeg.mov -c:v mjpeg -q:v 10 -pix_fmt yuvj420p
film turned.mp4 -c:v mpeg4 -q:v 10 -metadata:s:v rotate=90
film small.gif
