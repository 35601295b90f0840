#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The cases of bench_train and bench_infer in PyTorch, in every way that makes it fast.

  pytorch.py --task train|infer [--model resnet18|resnet50|resnet20] [--batch B] [--size S]
             [--threads T] [--seconds S] [--allocator keep|default] [--json FILE]

Each mode runs in a process of its own, so that memory and threads start afresh:
  eager           as one writes it
  channels_last   pictures and weights in that memory format
  frozen          torch.jit.optimize_for_inference of the traced model (infer)
  frozen_channels_last   both (infer)
Prints, and writes to FILE, {mode: {"median_ms", "min_ms", "peak_mb"}}. With one thread: of processor
time, as in bench/harness.hpp. What it runs in: surroundings.py.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time

import surroundings

MODES = {
    "train": ["eager", "channels_last"],
    "infer": ["eager", "channels_last", "frozen", "frozen_channels_last"],
}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", choices=MODES, required=True)
    parser.add_argument("--model", choices=["resnet18", "resnet50", "resnet20"], default="resnet18")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--allocator", choices=surroundings.ALLOCATORS, default="keep")
    parser.add_argument("--json")
    parser.add_argument("--mode", help="only this one")
    return parser.parse_args()


def resident_mb():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def resnet20(torch):
    """The CIFAR ResNet, 16-32-64 wide, with projections as shortcuts."""
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self, inside, out, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(inside, out, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(out)
            self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(out)
            self.relu = nn.ReLU(inplace=True)
            self.downsample = None
            if stride != 1 or inside != out:
                self.downsample = nn.Sequential(
                    nn.Conv2d(inside, out, 1, stride, bias=False), nn.BatchNorm2d(out))

        def forward(self, x):
            y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
            return self.relu(y + (self.downsample(x) if self.downsample else x))

    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True)]
    inside = 16
    for stage, out in enumerate((16, 32, 64)):
        for i in range(3):
            layers.append(Block(inside, out, 2 if stage > 0 and i == 0 else 1))
            inside = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def make_model(torch, name):
    if name == "resnet20":
        return resnet20(torch), 10
    import torchvision

    return getattr(torchvision.models, name)(), 1000


def step_of(torch, options):
    """What is timed: a function of nothing."""
    model, classes = make_model(torch, options.model)
    pictures = torch.randn(options.batch, 3, options.size, options.size)
    if "channels_last" in options.mode:
        model = model.to(memory_format=torch.channels_last)
        pictures = pictures.to(memory_format=torch.channels_last)
    if options.task == "train":
        labels = torch.arange(options.batch) % classes
        optimizer = torch.optim.SGD(model.parameters(), 1e-3, momentum=0.9, weight_decay=1e-4)
        loss_of = torch.nn.CrossEntropyLoss()
        model.train()

        def train():
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(model(pictures), labels)
            loss.backward()
            optimizer.step()

        return train
    model.eval()
    if "frozen" in options.mode:
        with torch.no_grad():
            model = torch.jit.optimize_for_inference(torch.jit.trace(model, pictures))

    def infer():
        with torch.no_grad():
            model(pictures)

    return infer


def run_mode(options):
    import torch

    surroundings.check(torch)
    torch.set_num_threads(options.threads)
    baseline = resident_mb()
    step = step_of(torch, options)
    now = time.process_time if options.threads == 1 else time.perf_counter
    for _ in range(3):
        step()
    seconds, end = [], time.perf_counter() + options.seconds
    while len(seconds) < 5 or time.perf_counter() < end:
        start = now()
        step()
        seconds.append(now() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - baseline
    return {
        "median_ms": 1e3 * statistics.median(seconds),
        "min_ms": 1e3 * min(seconds),
        "peak_mb": peak,
    }


def run_alone(mode, task, allocator="keep", **case):
    """`run_mode` in a process of its own; the case is model, batch, size, threads, seconds."""
    command = [sys.executable, __file__, "--mode", mode, "--task", task]
    for name, value in case.items():
        command += [f"--{name}", str(value)]
    one = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True,
                         env=surroundings.variables(allocator, case["threads"]))
    return json.loads(one.stdout.splitlines()[-1])


def main():
    options = parse()
    if options.mode:
        print(json.dumps(run_mode(options)))
        return
    results = {}
    for mode in MODES[options.task]:
        results[mode] = run_alone(mode, options.task, options.allocator, model=options.model,
                                  batch=options.batch, size=options.size,
                                  threads=options.threads, seconds=options.seconds)
        print(f"{options.model}, batch {options.batch}, {options.size} x {options.size}, "
              f"T={options.threads}, {mode}: median {results[mode]['median_ms']:.1f} ms, "
              f"least {results[mode]['min_ms']:.1f} ms, peak {results[mode]['peak_mb']:.0f} MB",
              flush=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=2)


if __name__ == "__main__":
    main()
