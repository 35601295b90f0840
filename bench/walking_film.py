#!/usr/bin/env python3
"""Clips of people who walk, cut from a real film, as docs/data.md lays data out.

  walking_film.py FILM OUT [--seed S]

FILM is vtest.avi, a camera above a path (795 frames of 768x576, 10 a second), of Debian's package opencv-doc:
/usr/share/doc/opencv-doc/examples/data/vtest.avi, (C) the OpenCV contributors, Apache-2.0. Needs ffmpeg,
python3-numpy and python3-pil (Debian).

A walker is a blob that differs from the median of the film, followed from frame to frame. A clip is eight frames
in a row of a square that stays in place, of one walker who crosses it, scaled to 32x32. It gives six: as it is,
backwards, and shuffled, each as filmed and mirrored. So the classes left, right and shuffled have equally many
clips, and consist of the same frames: a single one says nothing of its class, by construction.

Validation has the walkers of the film's last third. Who is seen on both sides of the cut is in neither, nor is who
appears within three seconds after it: a walker who was lost behind a post and found again counts as two. The
film's people cross it several times, so validation has other walks and not other people.
"""
# SPDX-License-Identifier: MIT
import argparse
import pathlib
import random
import subprocess

import numpy
from PIL import Image

WIDTH, HEIGHT, SIDE, FRAMES = 768, 576, 32, 8
CLASSES = ["left", "right", "shuffled"]
COARSE = 4  # walkers are looked for in pictures smaller by this factor
GAP = 30  # frames after the cut in which no walker of the validation may appear


def decode(film):
    """All frames: [N, HEIGHT, WIDTH, 3], bytes."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", film, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    data = numpy.frombuffer(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout, numpy.uint8)
    if data.size == 0 or data.size % (WIDTH * HEIGHT * 3):
        raise SystemExit(f"{film}: expected frames of {WIDTH}x{HEIGHT}, as of vtest.avi")
    return data.reshape(-1, HEIGHT, WIDTH, 3)


def moving(frames):
    """Where a picture differs from the median of the film: [N, HEIGHT / COARSE, WIDTH / COARSE], bools."""
    shape = (HEIGHT // COARSE, COARSE, WIDTH // COARSE, COARSE * 3)
    small = numpy.stack([f.reshape(shape).mean(axis=(1, 3), dtype=numpy.float32) for f in frames])
    still = numpy.median(small[::5], axis=0)
    restless = numpy.abs(small[::5] - still).mean(axis=0)  # a tape in the wind
    mask = numpy.abs(small - still) > 12 + 2 * restless
    # Closed upwards: legs belong to their body.
    return shifted(shifted(mask, numpy.logical_or), numpy.logical_and)


def shifted(mask, join):
    """The mask joined with itself, moved up and down by up to two."""
    joined = mask.copy()
    for shift in (1, 2):
        joined[:, shift:] = join(joined[:, shift:], mask[:, :-shift])
        joined[:, :-shift] = join(joined[:, :-shift], mask[:, shift:])
    return joined


def blobs(mask):
    """Boxes (left, top, right, bottom) of connected pixels, large enough for a person."""
    unseen = {(int(y), int(x)) for y, x in zip(*mask.nonzero())}
    found = []
    while unseen:
        stack, ys, xs = [unseen.pop()], [], []
        while stack:
            y, x = stack.pop()
            ys.append(y), xs.append(x)
            for near in ((y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)):
                if near in unseen:
                    unseen.remove(near)
                    stack.append(near)
        box = min(xs), min(ys), max(xs) + 1, max(ys) + 1
        if len(ys) >= 20 and box[3] - box[1] >= 8:
            found.append(box)
    return found


def middle(box):
    return numpy.array([box[0] + box[2], box[1] + box[3]]) / 2


def follow(boxes):
    """Tracks {frame: box}: each box goes on with the nearest one of the next frame, if both agree."""
    tracks, open_tracks = [], []
    for t, here in enumerate(boxes):
        pairs = sorted(
            (float(numpy.abs(middle(track[t - 1]) - middle(box)).max()), i, j)
            for i, track in enumerate(open_tracks)
            for j, box in enumerate(here)
        )
        taken, used = {}, set()
        for distance, i, j in pairs:
            old, new = open_tracks[i][t - 1], here[j]
            alike = 0.7 < (new[3] - new[1]) / (old[3] - old[1]) < 1.4 and 0.5 < (new[2] - new[0]) / (old[2] - old[0]) < 2
            if distance <= 4 and alike and i not in used and j not in taken:
                taken[j] = i
                used.add(i)
        going = []
        for j, box in enumerate(here):
            if j not in taken:
                tracks.append({})
            track = open_tracks[taken[j]] if j in taken else tracks[-1]
            track[t] = box
            going.append(track)
        open_tracks = going
    return tracks


def cut(track, first, boxes):
    """The square (left, top, side) of the clip that begins at a frame, and its direction; None: no clip."""
    walked = [track[first + t] for t in range(FRAMES)]
    height = max(b[3] - b[1] for b in walked)
    if not all(0.8 < (b[3] - b[1]) / (b[2] - b[0]) < 5 for b in walked):
        return None
    left, top = min(b[0] for b in walked), min(b[1] for b in walked)
    right, bottom = max(b[2] for b in walked), max(b[3] for b in walked)
    side = max(1.3 * height, 1.15 * (right - left), 1.15 * (bottom - top))
    x = min(max((left + right - side) / 2, 0), WIDTH / COARSE - side)
    y = min(max((top + bottom - side) / 2, 0), HEIGHT / COARSE - side)
    xs = [(b[0] + b[2]) / 2 for b in walked]
    gone = xs[-1] - xs[0]
    if abs(gone) < 0.2 * side or any((b - a) * gone < 0 for a, b in zip(xs, xs[2:])):
        return None
    for t in range(FRAMES):  # Nobody else is to be seen.
        inside = [b for b in boxes[first + t] if b[2] > x and b[0] < x + side and b[3] > y and b[1] < y + side]
        if len(inside) != 1:
            return None
    return (x * COARSE, y * COARSE, side * COARSE), "right" if gone > 0 else "left"


def pictures(frames, first, square):
    x, y, side = square
    box = (x, y, x + side, y + side)
    return [
        Image.fromarray(f).resize((SIDE, SIDE), Image.Resampling.BICUBIC, box) for f in frames[first : first + FRAMES]
    ]


def shuffled(rng):
    """An order of frames that goes neither way: its rank correlation with time is below a half."""
    order = list(range(FRAMES))
    while True:
        rng.shuffle(order)
        if abs(numpy.corrcoef(order, range(FRAMES))[0, 1]) < 0.5:
            return order


def six(frames, direction, rng):
    """(label, frames) of a clip's six."""
    for mirror in (False, True):
        clip = [f.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for f in frames] if mirror else frames
        ahead = (CLASSES.index(direction) + mirror) % 2
        yield ahead, clip
        yield 1 - ahead, clip[::-1]
        yield 2, [clip[i] for i in shuffled(rng)]


def split_of(track, count):
    at = count * 2 // 3
    if max(track) < at:
        return "train"
    return "val" if min(track) >= at + GAP else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("film")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    frames = decode(options.film)
    boxes = [blobs(mask) for mask in moving(frames)]
    rng = random.Random(options.seed)
    lists = {"train": [], "val": []}
    walkers = {"train": 0, "val": 0}
    (options.out / "frames").mkdir(parents=True)
    for number, track in enumerate(follow(boxes)):
        split = split_of(track, len(frames))
        if split is None:
            continue
        clips = 0
        for first in range(min(track), max(track) - FRAMES + 2, 2):
            found = cut(track, first, boxes)
            if found is None:
                continue
            clips += 1
            for i, (label, clip) in enumerate(six(pictures(frames, first, found[0]), found[1], rng)):
                name = f"walker{number:04}_frame{first:03}_{i}"
                folder = options.out / "frames" / name
                folder.mkdir()
                for t, picture in enumerate(clip):
                    picture.save(folder / f"{t + 1:05}.png")
                lists[split].append(f"{name} {FRAMES} {label}\n")
        walkers[split] += clips > 0
    for split, lines in lists.items():
        (options.out / f"{split}.txt").write_text("".join(lines))
        print(f"{split}: {len(lines)} clips of {walkers[split]} walkers")
    (options.out / "classes.txt").write_text("".join(f"{name}\n" for name in CLASSES))


main()
