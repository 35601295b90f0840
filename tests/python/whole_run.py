#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every validation clip of a run by the module and by `adafuse predict`: prints how many answers differ.

    PYTHONPATH=build/release/examples/python tests/python/whole_run.py build/release/examples/adafuse RUN DATA

Class, score and share of multiply-accumulates are compared bit for bit. Ends with 1 where one differs.
"""
import json
import os
import subprocess
import sys

import numpy
import adafuse_example as af

SAME = ("class", "score", "macs_fraction")


def frames_of(folder):
    return numpy.stack([af.read_image(os.path.join(folder, f)) for f in sorted(os.listdir(folder))])


def main(program, run, data):
    lists = os.path.join(data, "val.txt")
    said = subprocess.run([program, "predict", run, "--json", lists], capture_output=True, text=True, check=True)
    clips = json.loads(said.stdout)["clips"]
    model = af.Model(run)
    differ = 0
    for number, expected in enumerate(clips):
        got = model.predict(frames_of(os.path.join(data, "frames", expected["clip"])), number=number)
        differ += any(got[key] != expected[key] for key in SAME)
    print(f"{len(clips)} clips, {differ} differ")
    return 1 if differ or not clips else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
