#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A row of the table "whole networks" in bench/README.md, of what scripts/bench measured.

  networks_row.py                                    prints the head of the table
  networks_row.py DIRECTORY ROUNDS CASE THREADS      prints a row

Reads DIRECTORY/ours.K, keep.K, default.K and, where it is there, onnx.K for each round K. Times are
medians over the rounds; PyTorch's is that of its quickest mode. A ratio is the median over the
rounds of theirs over ours of the same round.
"""
import json
import os
import statistics
import sys

HEAD = ("| case | T | ours | PyTorch, keeps memory | ratio | PyTorch, default | ratio | "
        "ONNX Runtime | ratio | our memory / PyTorch's |")


def middle(rounds, key):
    return statistics.median(one[key] for one in rounds)


def ratio(theirs, ours):
    return statistics.median(a["median_ms"] / b["median_ms"] for a, b in zip(theirs, ours))


def main():
    if len(sys.argv) == 1:
        print(HEAD + "\n" + "|---" * HEAD.count(" | ") + "|---|", flush=True)
        return
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    directory, rounds, case, threads = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]

    def read(who):
        files = [os.path.join(directory, f"{who}.{k}") for k in range(rounds)]
        return [json.load(open(file)) for file in files] if os.path.exists(files[0]) else None

    ours = read("ours")
    cells = [case, threads, f"{middle(ours, 'median_ms'):.1f}"]
    for allocator in ("keep", "default"):
        modes = read(allocator)
        best = min(modes[0], key=lambda mode: middle([one[mode] for one in modes], "median_ms"))
        theirs = [one[best] for one in modes]
        cells += [f"{middle(theirs, 'median_ms'):.1f} ({best})", f"{ratio(theirs, ours):.2f}"]
    onnx = read("onnx")
    cells += [f"{middle(onnx, 'median_ms'):.1f}", f"{ratio(onnx, ours):.2f}"] if onnx else ["", ""]
    # Memory: over PyTorch with the default allocator, which gives back what it can.
    cells.append(f"{middle(ours, 'peak_mb') / middle(theirs, 'peak_mb'):.2f}")
    print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
