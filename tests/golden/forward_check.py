#!/usr/bin/env python3
"""Whole networks with random weights: `adafuse forward` against PyTorch, in float and in double.

    python3 forward_check.py build/release/examples/adafuse [case ...]

PyTorch (1.13) computes in double. Following its decisions, logits agree within 1e-4 of their scale
in float and 1e-10 in double; the agents' own choices are the same wherever their two best logits
differ by more than 1e-3. Takes minutes and gigabytes, so it is no part of the tests.
"""

import pathlib
import subprocess
import sys
import tempfile

import torch

import adafuse_torch as peer
import safetensors_writer as safetensors
from peer_cases import CASES, CLASSES, make, write_weights


def forward(program, options, folder, weights, inputs, dtype):
    safetensors.write(folder / "in.safetensors", inputs)
    clip = inputs["clip"].shape
    command = [program, "forward", *options.split(), "--classes", str(CLASSES)]
    command += ["--frames", str(clip[1]), "--size", str(clip[3]), "--weights", str(weights)]
    command += ["--input", str(folder / "in.safetensors"), "--output", str(folder / "out.safetensors")]
    subprocess.run([*command, "--dtype", dtype], check=True, stdout=subprocess.DEVNULL)
    return safetensors.read(folder / "out.safetensors")


def check(program, name, form):
    """Prints a line for each type; returns whether all bounds held."""
    model, size = make(name)
    model.eval()
    clip = torch.randn(1, 3, 3, size, size, dtype=torch.float64)
    call = peer.Call(3)
    with torch.no_grad():
        expected = model(clip, call)
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        weights = write_weights(model, folder, form)
        given = {f"decisions.{block}": taken for block, taken in call.taken.items()}
        for dtype, bound in (("float64", 1e-10), ("float32", 1e-4)):
            inputs = {"clip": clip, **given}
            got = forward(program, CASES[name][1], folder, weights, inputs, dtype)
            error = (got["logits"].double() - expected).abs().max() / expected.abs().max()
            wrong = close = compared = 0
            for block, logits in call.logits.items():
                best = logits.topk(2, -1).values
                clear = best[..., 0] - best[..., 1] > 1e-3
                own = got[f"decisions.{block}"]
                wrong += int(((own != call.taken[block]) & clear).sum())
                close += int((~clear).sum())
                compared += clear.numel()
            good &= bool(error <= bound) and wrong == 0 and own.dtype == torch.uint8
            shares = torch.cat([t.flatten() for t in call.taken.values()]).bincount(minlength=3)
            print(
                f"{name:13} {form:11} {dtype}: logits differ by {error:.1e} of their scale; "
                f"{wrong} of {compared} choices differ, {close} too close to call; "
                f"keep, reuse, skip {[round(float(s) / compared, 2) for s in shares]}",
                flush=True,
            )
    return good


program, wanted = sys.argv[1], sys.argv[2:] or list(CASES)
forms = ["safetensors", "zip", "stream"]
results = [check(program, name, forms[i % 3]) for i, name in enumerate(wanted)]
sys.exit(0 if all(results) else 1)
