#!/usr/bin/env python3
"""Clips of digits that move, or of a camera that pans over many of them, as docs/data.md lays data out.

  moving_digits.py IMAGES OUT [--kind digits|pans] [--train N] [--val N] [--seed S]

IMAGES is an IDX file of pictures of 28x28, gzipped, as MNIST is distributed. Its last fifth is seen by
validation clips only. A clip has 8 frames of 32x32. Classes come in pairs that consist of the same frames,
forwards and backwards, and in one that has them shuffled: a single frame tells nothing of the direction.

  digits   left, right, up, down, shuffled: one digit moves over black
  pans     the same and up to 16 grey levels of noise: the whole picture moves, a mosaic of digits
"""
# SPDX-License-Identifier: MIT
import argparse
import gzip
import pathlib
import random
import struct

SIDE, FRAMES = 32, 8
CLASSES = ["left", "right", "up", "down", "shuffled"]


def read_images(path):
    data = gzip.open(path).read()
    magic, count, height, width = struct.unpack(">4I", data[:16])
    if magic != 2051 or (height, width) != (28, 28) or len(data) != 16 + count * 784:
        raise SystemExit(f"{path}: expected an IDX file of pictures of 28x28")
    return [data[16 + i * 784 : 16 + (i + 1) * 784] for i in range(count)]


def bmp(rows):
    """A picture of 24 bits a pixel; rows of grey levels, the top one first."""
    pixels = b"".join(bytes(v for grey in row for v in (grey, grey, grey)) for row in reversed(rows))
    return (
        struct.pack("<2sIHHI", b"BM", 54 + len(pixels), 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, len(rows[0]), len(rows), 1, 24, 0, len(pixels), 0, 0, 0, 0)
        + pixels
    )


def canvas(images, kind, rng):
    """A picture of 96x96 of which the clip shows a part, its middle at (48, 48)."""
    rows = [bytearray(96) for _ in range(96)]

    def put(digit, top, left):
        for y in range(28):
            rows[top + y][left : left + 28] = digit[28 * y : 28 * y + 28]

    if kind == "digits":
        put(rng.choice(images), 34 + rng.randint(-2, 2), 34 + rng.randint(-2, 2))
    else:
        for top in (2, 25, 48, 68):
            for left in (2, 25, 48, 68):
                put(rng.choice(images), top, left)
    return rows


def clip(images, label, kind, rng):
    rows = canvas(images, kind, rng)
    speed = rng.uniform(1, 2.5)
    upright = CLASSES[label] in ("up", "down") or (CLASSES[label] == "shuffled" and rng.random() < 0.5)
    frames = []
    for t in range(FRAMES):
        # What is seen moves to the right, or down, as the window moves the other way.
        gone = round(speed * (t - (FRAMES - 1) / 2))
        top, left = (32 - gone, 32) if upright else (32, 32 - gone)
        picture = [rows[top + y][left : left + SIDE] for y in range(SIDE)]
        if kind == "pans":
            picture = [bytearray(min(255, v + n % 16) for v, n in zip(row, rng.randbytes(SIDE))) for row in picture]
        frames.append(picture)
    if CLASSES[label] in ("left", "up"):
        frames.reverse()
    if CLASSES[label] == "shuffled":
        rng.shuffle(frames)
    return frames


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--kind", choices=["digits", "pans"], default="digits")
    parser.add_argument("--train", type=int, default=1000)
    parser.add_argument("--val", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    images = read_images(options.images)
    cut = len(images) * 4 // 5
    (options.out / "frames").mkdir(parents=True)
    for split, count, seen in ("train", options.train, images[:cut]), ("val", options.val, images[cut:]):
        lines = []
        for i in range(count):
            name, label = f"{split}_{i:06}", i % len(CLASSES)
            folder = options.out / "frames" / name
            folder.mkdir()
            rng = random.Random(f"{options.seed} {split} {i}")
            for t, picture in enumerate(clip(seen, label, options.kind, rng)):
                (folder / f"{t + 1:05}.jpg").write_bytes(bmp(picture))
            lines.append(f"{name} {FRAMES} {label}\n")
        (options.out / f"{split}.txt").write_text("".join(lines))
    (options.out / "classes.txt").write_text("".join(f"{name}\n" for name in CLASSES))


main()
