#!/usr/bin/env python3
"""One training step of whole networks with given Gumbel noise: gradients against PyTorch's.

    cmake --build --preset release --target training_step
    python3 gradient_check.py build/release/tests/training_step [case ...]

The loss is cross-entropy + 0.5 * real cost, as a share of the dense network's. In double, the
gradient of every parameter agrees within 1e-10 of its tensor's scale (asked: 1e-4); a bias within
that of the larger scale of its own and its weight's, as before a batch norm a bias has no gradient
but rounding. In float a ReLU whose input is nearly 0 may open where in double it does not, and one
such pixel moves a small sum by per cents: PyTorch's own float gradients are printed beside. Where
two of an agent's samples are nearly equal float may choose otherwise; that would be printed too.
Made with PyTorch 1.13. Takes minutes and gigabytes, so it is no part of the tests.
"""

import pathlib
import subprocess
import sys
import tempfile

import torch
import torch.nn.functional as F

import adafuse_torch as peer
import safetensors_writer as safetensors
from peer_cases import CASES, CLASSES, make, write_weights

FRAMES, CLIPS, LAMBDA = 2, 2, 0.5


def real_cost(weights, costs):
    """The paper's real cost of a frame (3.3): weights [N*T, c, 3] by block."""
    total = costs["base"]
    for block, w in weights.items():
        clips = w.view(-1, FRAMES, *w.shape[1:])
        reused_next = torch.zeros_like(clips[..., peer.REUSE])
        reused_next[:, :-1] = clips[:, 1:, :, peer.REUSE]
        not_needed = (1 - clips[..., peer.KEEP]) * (1 - reused_next)
        total = total - (not_needed.mean((0, 1)) * costs[f"costs.{block}.up"]).sum()
        total = total - (clips[..., peer.SKIP].mean((0, 1)) * costs[f"costs.{block}.down"]).sum()
    return total


def training_step(program, name, folder, inputs, weights, dtype):
    safetensors.write(folder / "in.safetensors", inputs)
    command = [program, *CASES[name][1].split(), "--classes", str(CLASSES)]
    command += ["--weights", str(weights), "--input", str(folder / "in.safetensors")]
    command += ["--output", str(folder / "out.safetensors"), "--lambda", str(LAMBDA)]
    subprocess.run([*command, "--dtype", dtype], check=True)
    return safetensors.read(folder / "out.safetensors")


def peer_step(model, clip, labels, call, costs):
    """Loss and gradients by PyTorch, in the type of the model."""
    model.zero_grad()
    logits = model.train()(clip, call)
    loss = F.cross_entropy(logits, labels) + LAMBDA * real_cost(call.weights, costs)
    loss.backward()
    return loss.detach(), {n: p.grad.clone() for n, p in model.named_parameters()}


def differences(got, expected):
    """The largest difference of each gradient over its scale, largest first."""
    assert got.keys() == expected.keys()
    rows = []
    for name, gradient in expected.items():
        beside = expected[name.replace(".bias", ".weight")]
        scale = max(float(gradient.abs().max()), float(beside.abs().max()))
        rows.append((float((got[name].double() - gradient).abs().max()) / scale, name))
    return sorted(rows, reverse=True)


def check(program, name):
    model, size = make(name)
    clip = torch.randn(CLIPS, FRAMES, 3, size, size, dtype=torch.float64)
    labels = torch.randint(CLASSES, (CLIPS,))
    probe = peer.Call(FRAMES)
    with torch.no_grad():
        model.eval()(clip, probe)
    uniform = {block: torch.rand_like(logits) for block, logits in probe.logits.items()}
    noise = {block: -torch.log(-torch.log(u)) for block, u in uniform.items()}
    inputs = {"clip": clip, "labels": labels, **{f"noise.{b}": value for b, value in noise.items()}}
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        weights = write_weights(model, folder)
        expected = None
        for dtype in ("float64", "float32"):
            got = training_step(program, name, folder, inputs, weights, dtype)
            if expected is None:
                call = peer.Call(FRAMES, noise=noise)
                loss, expected = peer_step(model, clip, labels, call, got)
            gradients = {n[9:]: g for n, g in got.items() if n.startswith("gradient.")}
            rows = differences(gradients, expected)
            flips = sum(int((got[f"decisions.{b}"] != t).sum()) for b, t in call.taken.items())
            loss_error = abs(float(got["loss"]) - float(loss)) / abs(float(loss))
            print(
                f"{name:13} {dtype}: {len(rows)} gradients differ by at most {rows[0][0]:.1e} of their "
                f"scale ({rows[0][1]}), half of them by {rows[len(rows) // 2][0]:.1e} or less; "
                f"loss by {loss_error:.1e}; {flips} choices differ",
                flush=True,
            )
            if dtype == "float64":
                good &= rows[0][0] <= 1e-10 and flips == 0
        narrow = {block: value.float() for block, value in noise.items()}
        costs = {n: v.float() for n, v in got.items() if n == "base" or n.startswith("costs.")}
        own = peer_step(model.float(), clip.float(), labels, peer.Call(FRAMES, noise=narrow), costs)[1]
        rows = differences(own, expected)
        print(
            f"{'':13} PyTorch's own float32: at most {rows[0][0]:.1e} ({rows[0][1]}), "
            f"half of them {rows[len(rows) // 2][0]:.1e} or less",
            flush=True,
        )
    return good


program, wanted = sys.argv[1], sys.argv[2:] or list(CASES)
results = [check(program, name) for name in wanted]
sys.exit(0 if all(results) else 1)
