#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A second probe, in PyTorch, beside `adafuse probe`: every row within two points.

    tests/golden/probe_check.py --program build/release/examples/adafuse --run RUN --data DIR

RUN is a run of resnet8, 14 or 20 with `--fusion adafuse` on folders of frames (`adafuse gestures`), as large as
the network reads them. Nothing but the weights comes from the run: the network, the choices, another clip's
decisions, the majority, the statistics of batch norms and the linear classifier are written here a second
time. Frames are decoded by ffmpeg. Which other clip decides is drawn by both, by different generators: so the
program is asked with `--draws` seeds, and as many permutations are drawn here; means are compared.
"""

import argparse
import glob
import json
import os
import struct
import subprocess
import sys

import numpy as np
import torch
import torch.nn.functional as F

SKIP, REUSE, KEEP = 0, 1, 2  # as weights order logits


def read_safetensors(path):
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        data = file.read()
    about = header.pop("__metadata__")
    tensors = {}
    for name, row in header.items():
        assert row["dtype"] == "F32", (name, row["dtype"])
        begin, end = row["data_offsets"]
        tensors[name] = torch.tensor(np.frombuffer(data[begin:end], "<f4")).reshape(row["shape"])
    return tensors, {key: about[key] for key in about}


def read_clips(data, part, mean, deviation):
    """Clips [N, T, 3, h, w], normalised, and their labels."""
    rows = [line.rsplit(" ", 2) for line in open(os.path.join(data, part + ".txt")).read().splitlines()]
    frames = int(rows[0][1])
    assert all(int(row[1]) == frames for row in rows), "clips of one length"
    files = [f for row in rows for f in sorted(glob.glob(os.path.join(data, "frames", row[0], "*.jpg")))]
    assert len(files) == frames * len(rows), "as many frames as the list says"
    size = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", files[0]],
        check=True, capture_output=True, text=True).stdout.strip().split(",")
    width, height = int(size[0]), int(size[1])
    joined = b"".join(open(f, "rb").read() for f in files)
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "image2pipe", "-c:v", "mjpeg", "-i", "-", "-f", "rawvideo", "-vsync",
         "passthrough", "-sws_flags", "accurate_rnd+full_chroma_int+full_chroma_inp", "-pix_fmt", "rgb24", "-"],
        check=True, input=joined, stdout=subprocess.PIPE).stdout
    pixels = torch.tensor(np.frombuffer(raw, np.uint8)).reshape(len(rows), frames, height, width, 3)
    x = (pixels.float() / 255 - torch.tensor(mean)) / torch.tensor(deviation)
    return x.permute(0, 1, 4, 2, 3).contiguous(), torch.tensor([int(row[2]) for row in rows])


class Network:
    """The network, from its weights. `decide(block, agent's logits)` gives choices [N*T, c] as indices."""

    def __init__(self, weights, config):
        self.w, self.stem_stride = weights, config["stem_stride"]
        self.blocks = sorted({name.split(".conv")[0] for name in weights if ".conv1." in name})
        self.batch_norms = None  # a dict: normalise by the batch, and add what it was

    def norm(self, name, x):
        mean, var = self.w[name + ".running_mean"], self.w[name + ".running_var"]
        if self.batch_norms is not None and "policy_net" not in name:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), unbiased=False)
            n = x.numel() // x.shape[1]
            self.batch_norms.setdefault(name, []).append((mean, var * n / (n - 1)))
        shape = [1, -1] + [1] * (x.dim() - 2)
        scale = self.w[name + ".weight"] / torch.sqrt(var + 1e-5)
        return (x - mean.view(shape)) * scale.view(shape) + self.w[name + ".bias"].view(shape)

    def logits_of_agent(self, name, x, frames):
        v = x.mean((2, 3)).view(-1, frames, x.shape[1])
        before = torch.cat([torch.zeros_like(v[:, :1]), v[:, :-1]], 1)
        both = torch.cat([before, v], 2).flatten(0, 1)
        hidden = F.linear(both, self.w[name + ".gate_fc0.weight"], self.w[name + ".gate_fc0.bias"])
        hidden = F.relu(self.norm(name + ".gate_bn", hidden))
        z = F.linear(hidden, self.w[name + ".gate_fc1.weight"], self.w[name + ".gate_fc1.bias"])
        return z.view(z.shape[0], -1, 3)

    def forward(self, clips, decide):
        """Logits of the clips, and the choices of each block, [N, T, c]."""
        count, frames = clips.shape[:2]
        choices = {}
        x = F.conv2d(clips.flatten(0, 1), self.w["conv1.weight"], stride=self.stem_stride, padding=1)
        x = F.relu(self.norm("bn1", x))
        for block in self.blocks:
            stride = 2 if block.endswith(".0") and not block.startswith("layer1") else 1
            y = F.conv2d(x, self.w[block + ".conv1.weight"], stride=stride, padding=1)
            y = F.relu(self.norm(block + ".bn1", y))
            choice = decide(block, lambda: self.logits_of_agent(block + ".policy_net", x, frames), y.shape[:2])
            choices[block] = choice.view(count, frames, -1)
            clip_maps = y.view(count, frames, *y.shape[1:])
            before = torch.cat([torch.zeros_like(clip_maps[:, :1]), clip_maps[:, :-1]], 1).flatten(0, 1)
            pixel = choice[:, :, None, None]
            fused = torch.where(pixel == KEEP, y, torch.where(pixel == REUSE, before, torch.zeros_like(y)))
            y = self.norm(block + ".bn2", F.conv2d(fused, self.w[block + ".conv2.weight"], padding=1))
            identity = x
            if block + ".downsample.0.weight" in self.w:
                identity = F.conv2d(x, self.w[block + ".downsample.0.weight"], stride=stride)
                identity = self.norm(block + ".downsample.1", identity)
            x = F.relu(y + identity)
        logits = F.linear(x.mean((2, 3)), self.w["fc.weight"], self.w["fc.bias"])
        return logits.view(count, frames, -1).mean(1), choices


def own(block, logits, shape):
    return logits().argmax(2)  # of equal logits the first


def keep_all(block, logits, shape):
    return torch.full(tuple(shape), KEEP)


def run(network, clips, decide_for, batch=100):
    """`decide_for(first, last)` decides for clips from first to last."""
    logits, choices = [], {}
    for first in range(0, len(clips), batch):
        last = min(first + batch, len(clips))
        z, taken = network.forward(clips[first:last], decide_for(first, last))
        logits.append(z)
        for block, choice in taken.items():
            choices.setdefault(block, []).append(choice)
    return torch.cat(logits), {block: torch.cat(rows) for block, rows in choices.items()}


def following(choices):
    return lambda first, last: lambda block, logits, shape: choices[block][first:last].flatten(0, 1)


def top1(logits, labels):
    return 100 * (logits.argmax(1) == labels).double().mean().item()


def majority_of(choices, clips):
    result = {}
    for block, choice in choices.items():
        votes = torch.stack([(choice == action).sum(0) for action in (KEEP, REUSE, SKIP)])  # the first wins
        result[block] = torch.tensor([KEEP, REUSE, SKIP])[votes.argmax(0)].expand(clips, -1, -1)
    return result


def another_clip(choices, clips, generator):
    order = torch.randperm(clips, generator=generator)
    of = torch.empty(clips, dtype=torch.long)
    of[order] = order.roll(1)
    return {block: choice[of] for block, choice in choices.items()}


def with_estimated_norms(weights, config, clips, generator, batch=32):
    network = Network(dict(weights), config)
    order, sums = torch.randperm(len(clips), generator=generator), {}
    for first in range(0, len(clips), batch):
        own_clips = clips[order[first:first + batch]]
        network.batch_norms = {}
        network.forward(own_clips, keep_all)
        for name, [(mean, var)] in network.batch_norms.items():
            old = sums.get(name, (0, 0))
            share = len(own_clips) / len(clips)
            sums[name] = (old[0] + share * mean, old[1] + share * var)
    network.batch_norms = None
    for name, (mean, var) in sums.items():
        network.w[name + ".running_mean"], network.w[name + ".running_var"] = mean, var
    return network


def linear_probe(train, train_labels, val, classes, ridge=1.0):
    one_hot = lambda choices: torch.cat([F.one_hot(c, 3).flatten(1) for c in choices.values()], 1).double()
    x, z = one_hot(train), one_hot(val)
    varies = x.min(0).values != x.max(0).values
    x, z = x[:, varies], z[:, varies]
    weight = torch.zeros(x.shape[1], classes, dtype=torch.double, requires_grad=True)
    bias = torch.zeros(classes, dtype=torch.double, requires_grad=True)
    solver = torch.optim.LBFGS([weight, bias], max_iter=1000, tolerance_grad=1e-7, tolerance_change=1e-12,
                               history_size=20, line_search_fn="strong_wolfe")

    def closure():
        solver.zero_grad()
        loss = F.cross_entropy(x @ weight + bias, train_labels) + ridge / (2 * len(x)) * (weight ** 2).sum()
        loss.backward()
        return loss

    solver.step(closure)
    with torch.no_grad():
        return z @ weight + bias


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--draws", type=int, default=3)
    args = parser.parse_args()

    weights, about = read_safetensors(os.path.join(args.run, "best.safetensors"))
    config, normalisation = json.loads(about["config"]), json.loads(about["input"])["normalisation"]
    assert config["model"] in ("resnet8", "resnet14", "resnet20") and config["fusion"] == "adafuse"
    assert config["consensus"] == "average" and config["policy_layers"] == 2 and not config["shared_policy"]
    assert config["policy_groups_of"] == 1 and not config["policy_both"] and config["policy_pool"] == "average"
    assert config.get("policy_sees", "both") == "both"
    assert config.get("actions", "keep,reuse,skip") == "keep,reuse,skip"
    train, train_labels = read_clips(args.data, "train", normalisation["mean"], normalisation["deviation"])
    val, val_labels = read_clips(args.data, "val", normalisation["mean"], normalisation["deviation"])

    rows = {}
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        network = Network(weights, config)
        of_train = run(network, train, lambda first, last: own)[1]
        logits, of_val = run(network, val, lambda first, last: own)
        rows["own"] = top1(logits, val_labels)
        others = [run(network, val, following(another_clip(of_val, len(val), generator)))[0]
                  for _ in range(args.draws)]
        rows["another-clip"] = sum(top1(other, val_labels) for other in others) / args.draws
        rows["majority"] = top1(run(network, val, following(majority_of(of_train, len(val))))[0], val_labels)
        rows["keep-all"] = top1(run(network, val, lambda first, last: keep_all)[0], val_labels)
        estimated = with_estimated_norms(weights, config, train, generator)
        rows["keep-all-estimated"] = top1(run(estimated, val, lambda first, last: keep_all)[0], val_labels)
    classes = config["classes"]
    rows["decisions-alone"] = top1(linear_probe(of_train, train_labels, of_val, classes), val_labels)
    commonest = torch.bincount(train_labels, minlength=classes).argmax()
    rows["commonest-class"] = 100 * (val_labels == commonest).double().mean().item()

    theirs = {}
    for seed in range(args.draws):
        answer = subprocess.run([args.program, "probe", "--run", args.run, "--data", args.data, "--json", "--seed",
                                 str(seed)], check=True, stdout=subprocess.PIPE).stdout
        for row in json.loads(answer)["rows"]:
            theirs[row["probed"]] = theirs.get(row["probed"], 0) + row["top1"] / args.draws

    print(f"{'classified by':24} {'adafuse probe':>14} {'PyTorch':>10} {'apart':>7}")
    apart = {}
    for name in theirs:
        apart[name] = abs(theirs[name] - rows[name])
        print(f"{name:24} {theirs[name]:12.2f} % {rows[name]:8.2f} % {apart[name]:7.2f}")
    too_far = [name for name in apart if apart[name] > 2]
    print(f"more than two points apart: {', '.join(too_far) or 'none'}")
    sys.exit(1 if too_far else 0)


if __name__ == "__main__":
    main()
