#!/usr/bin/env python3
"""A BN-Inception of the authors' keys and shapes, run on pictures as Caffe reads them.

    python3 checkpoint.py      writes checkpoint.safetensors beside this file

Its eleven million weights are a function of name and position, so that the file need not hold them:
tests/train/checkpoint_test.cpp makes the same, and writes them under the authors' names. The file has
the pictures and PyTorch's logits in double. Made with PyTorch 1.13.
"""

import zlib

import numpy
import torch

import adafuse_torch as peer
from safetensors_writer import keep, write_beside

CLASSES, FRAMES, SIDE, HIDDEN = 7, 3, 64, 16


def uniform(name, count, salt):
    """`count` numbers in [0, 1) with 24 bits: a hash of name and position."""
    h = numpy.arange(count, dtype=numpy.uint32) + numpy.uint32(zlib.crc32(name.encode()) ^ salt)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B), (16, 1)):
        h = (h ^ (h >> numpy.uint32(shift))) * numpy.uint32(factor)
    return (h >> numpy.uint32(8)).astype(numpy.float64) / 2**24


def fill(model, salt):
    """What `enliven` draws, from the hash, rounded to float."""
    for name, value in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        u = uniform(name, value.numel(), salt)
        if name.endswith("running_var"):
            u = 0.5 + 1.5 * u
        elif value.dim() == 1:
            u = u + (0.5 if name.endswith("weight") else -0.5)
        else:
            fan = value[0].numel()
            u = (u - 0.5) * numpy.sqrt((48 if "gate_fc" in name else 24) / fan)
        value.copy_(torch.from_numpy(u.astype(numpy.float32)).view(value.shape))


@torch.no_grad()
def main():
    model = peer.BnInception(CLASSES, hidden=lambda channels: HIDDEN).double().eval()
    generator = torch.Generator().manual_seed(2021)
    frames = torch.randint(0, 256, (FRAMES, SIDE, SIDE, 3), generator=generator, dtype=torch.uint8)
    mean = torch.tensor([104.0, 117.0, 128.0], dtype=torch.float64)
    clip = (frames.flip(3).double() - mean).permute(0, 3, 1, 2)[None]
    for salt in range(100):
        fill(model, salt)
        call = peer.Call(FRAMES)
        logits = model(clip, call)
        best = torch.cat([x.reshape(-1, 3).topk(2, -1).values for x in call.logits.values()])
        margin = float((best[:, 0] - best[:, 1]).min())
        print(f"salt {salt}: closest choice {margin:.1e}, logits {logits.numpy().round(3)}")
        if margin > 2e-4:  # of float's rounding none is turned
            break
    else:
        raise SystemExit("no salt leaves all choices clear")
    taken = torch.cat([t.flatten() for t in call.taken.values()]).bincount(minlength=3)
    print("keep, reuse, skip", taken.tolist())
    keep("checkpoint", frames=frames, logits=logits, salt=torch.tensor([salt]))
    write_beside(__file__)


main()
