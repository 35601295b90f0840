#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The layers of bench_conv2d in PyTorch, as one writes them (NCHW, eager), next to ours.

  bench_conv2d --threads T --json FILE
  pytorch_conv2d.py FILE [BENCH [TURNS]] [--allocator keep|default]

Reads the rows that bench_conv2d wrote, times the same layers and passes, prints ours / PyTorch for
each and the smallest, and writes "pytorch_gflops" and "pytorch_ratio" into FILE. With one thread:
of processor time. With the program bench_conv2d as BENCH the two take turns, 3 or TURNS of them for
each layer: it measures the layer once more right before PyTorch does, and the ratio is the median
of those of each turn, so that a machine whose speed drifts is the same for both. What PyTorch runs
in: surroundings.py.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import surroundings

CORES = os.sched_getaffinity(0)  # OpenMP may bind this thread to one of them later.
# Ours runs with the allocator as it is.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in surroundings.KEPT}


def median_seconds(run, threads, rounds=9, slice_seconds=4e-3):
    now = time.process_time if threads == 1 else time.perf_counter
    run()
    start = now()
    run()
    repeats = max(1, int(slice_seconds / (now() - start + 1e-9)))
    results = []
    for _ in range(rounds):
        run()
        start = now()
        for _ in range(repeats):
            run()
        results.append((now() - start) / repeats)
    return statistics.median(results)


def pass_of(torch, row, x, w, dy):
    """What is timed for one row: a function of nothing."""
    padding = row["kernel"] // 2
    if row["pass"] == "forward":
        def forward():
            with torch.no_grad():
                torch.nn.functional.conv2d(x, w, None, row["stride"], padding, 1, row["groups"])

        return forward
    mask = [row["pass"] == "backward_data", row["pass"] == "backward_weights", False]
    stride, pad, one = [row["stride"]] * 2, [padding] * 2, [1, 1]

    def backward():
        torch.ops.aten.convolution_backward(
            dy, x, w, None, stride, pad, one, False, [0, 0], row["groups"], mask)

    return backward


def measure_again(program, layer, row):
    """The rows of one layer, measured now."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "rows.json")
        # Small layers come in eight times the batch that is asked for.
        batch = row["batch"] // 8 if layer.startswith("cifar") else row["batch"]
        subprocess.run([program, "--layer", layer, "--threads", str(row["threads"]), "--batch",
                        str(batch), "--json", path], check=True, stdout=subprocess.DEVNULL,
                       env=ENVIRONMENT, preexec_fn=lambda: os.sched_setaffinity(0, CORES))
        with open(path) as file:
            return [again for again in json.load(file) if again["layer"] == layer]


def layers_of(rows):
    """The rows of each layer, in the order of the layers."""
    layers = {}
    for row in rows:
        layers.setdefault(row["layer"], []).append(row)
    return layers


def turn(program, layer, rows):
    """The rows of one layer as they are, or measured now."""
    if program is None:
        return rows
    again = measure_again(program, layer, rows[0])
    if again[0]["batch"] != rows[0]["batch"]:
        sys.exit(f"pytorch_conv2d.py: {layer} came in batches of {again[0]['batch']}, "
                 f"not {rows[0]['batch']}")
    return again


def pytorch_gflops(torch, row, threads):
    size, kernel = row["size"], row["kernel"]
    x = torch.randn(row["batch"], row["in"], size, size)
    w = torch.randn(row["out"], row["in"] // row["groups"], kernel, kernel)
    out = (size + 2 * (kernel // 2) - kernel) // row["stride"] + 1
    dy = torch.randn(row["batch"], row["out"], out, out)
    flops = 2 * row["batch"] * row["out"] * out * out * (row["in"] // row["groups"]) * kernel**2
    return flops / median_seconds(pass_of(torch, row, x, w, dy), threads) * 1e-9


def compare(torch, program, turns, layer, rows, threads):
    """The rows of one layer, each with the medians over the turns."""
    ours, theirs = {}, {}  # by pass and algorithm, by pass
    for _ in range(turns):
        measured = turn(program, layer, rows)
        for row in measured:
            ours.setdefault((row["pass"], row["algorithm"]), []).append(row["ours_gflops"])
        for row in {row["pass"]: row for row in measured}.values():
            theirs.setdefault(row["pass"], []).append(pytorch_gflops(torch, row, threads))
    for row in measured:
        mine, other = ours[row["pass"], row["algorithm"]], theirs[row["pass"]]
        row["ours_gflops"] = statistics.median(mine)
        row["pytorch_gflops"] = statistics.median(other)
        row["pytorch_ratio"] = statistics.median(a / b for a, b in zip(mine, other))
    return measured


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("bench", nargs="?")
    parser.add_argument("turns", type=int, nargs="?")
    parser.add_argument("--allocator", choices=surroundings.ALLOCATORS, default="keep")
    return parser.parse_args()


def main():
    options = parse()
    with open(options.file) as file:
        rows = json.load(file)
    threads = rows[0]["threads"]
    if any(row["threads"] != threads for row in rows):
        sys.exit("pytorch_conv2d.py: the rows are of several thread counts; one at a time")
    program = options.bench
    turns = options.turns or (3 if program else 1)
    if turns < 1:
        sys.exit("pytorch_conv2d.py: TURNS is at least 1")
    # The allocator and OpenBLAS look at these when the process begins.
    wanted = surroundings.variables(options.allocator, threads)
    if wanted != dict(os.environ):
        os.execve(sys.executable, [sys.executable, *sys.argv], wanted)
    # PyTorch's threads would go on spinning while ours are timed.
    os.environ.pop("OMP_WAIT_POLICY", None)
    import torch

    surroundings.check(torch)
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    compared, smallest = [], {}
    for layer, of_layer in layers_of(rows).items():
        for row in compare(torch, program, turns, layer, of_layer, threads):
            compared.append(row)
            ratio, name = row["pytorch_ratio"], row["algorithm"]
            if name == "auto":
                print(f"{layer:24}{row['pass']:18}T={threads}  ours {row['ours_gflops']:4.0f}  "
                      f"PyTorch {row['pytorch_gflops']:4.0f}  ratio {ratio:.2f}", flush=True)
            if name not in smallest or ratio < smallest[name][0]:
                smallest[name] = (ratio, f"{layer}, {row['pass']}")
    for name, (ratio, where) in smallest.items():
        print(f"smallest ours / PyTorch, {name}, T={threads}: {ratio:.2f} ({where})")
    with open(options.file, "w") as file:
        json.dump(compared, file, indent=1)


if __name__ == "__main__":
    main()
