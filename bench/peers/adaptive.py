#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Adaptive inference, agents included, against the best dense network that PyTorch makes.

  adaptive.py [--program build/release/bench/bench_adaptive] [--model resnet18|resnet50]
              [--threads 1 2] [--rounds 3] [--seconds 3] [--allocator keep|default]
              [--json FILE]

Eight frames of 224 x 224: a clip for us, a batch for PyTorch. Ours is `bench_adaptive --policy`,
Winograd allowed: the agents run, and are overruled by lots that keep a half or a quarter of the
adaptive channels, others in each frame. PyTorch runs in every mode of pytorch.py. Both take turns;
figures are medians over the rounds, and the ratio is PyTorch's quickest mode over ours.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile

import pytorch
import surroundings

FRACTIONS = (0.5, 0.25)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default="build/release/bench/bench_adaptive")
    parser.add_argument("--model", choices=["resnet18", "resnet50"], default="resnet18")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3, help="for each of PyTorch's modes")
    parser.add_argument("--allocator", choices=surroundings.ALLOCATORS, default="keep")
    parser.add_argument("--json")
    return parser.parse_args()


def run_ours(options, threads):
    """{"dense" or the fraction kept: milliseconds}"""
    with tempfile.TemporaryDirectory() as directory:
        file = os.path.join(directory, "ours.json")
        subprocess.run([options.program, "--policy", "--quick", "--model", options.model,
                        "--frames", "8", "--threads", str(threads), "--json", file],
                       check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "OMP_NUM_THREADS": str(threads)})
        with open(file) as text:
            rows = json.load(text)["rows"]
    return {row["live"]: row["median_ms"] for row in rows if row["winograd"]}


def run_theirs(options, threads):
    """{mode: milliseconds}"""
    return {mode: pytorch.run_alone(mode, "infer", options.allocator, model=options.model, batch=8,
                                    size=224, threads=threads,
                                    seconds=options.seconds)["median_ms"]
            for mode in pytorch.MODES["infer"]}


def middle(rounds):
    return {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}


def main():
    options = parse()
    results = []
    for threads in options.threads:
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(run_ours(options, threads))
            theirs.append(run_theirs(options, threads))
        ours, theirs = middle(ours), middle(theirs)
        mode = min(theirs, key=theirs.get)
        print(f"{options.model}, 8 frames, 224 x 224, T={threads}: PyTorch dense "
              f"{theirs[mode]:.1f} ms ({mode}), ours dense {ours['dense']:.1f} ms")
        for fraction in FRACTIONS:
            print(f"  {fraction} of the adaptive channels, agents included: {ours[fraction]:.1f} ms, "
                  f"{theirs[mode] / ours[fraction]:.2f} times as fast as PyTorch dense", flush=True)
        results.append({"model": options.model, "threads": threads, "pytorch_ms": theirs,
                        "ours_ms": {str(key): ms for key, ms in ours.items()},
                        "ratio": {str(f): theirs[mode] / ours[f] for f in FRACTIONS}})
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=2)


if __name__ == "__main__":
    main()
