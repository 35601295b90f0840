#!/usr/bin/env python3
"""Small files as torch.save writes them, and what is in them.

    python3 torch_files.py      writes torch_files/* and torch_files.safetensors beside this file

The twin holds each tensor that the state dict of a file has as `file.name`, floating-point ones as
float64 and all others as int64, so that PyTorch does the widening. Made with PyTorch 1.13.
"""

import argparse
import collections
import datetime
import fractions
import functools
import pathlib
from unittest import mock

import numpy
import torch

from safetensors_writer import keep, write_beside

torch.manual_seed(2021)
folder = pathlib.Path(__file__).with_name("torch_files")


class StableKey:
    """Stands in for str() where the stream form makes a storage's key of its address in memory."""

    keys = {}

    def __new__(cls, value):
        return cls.keys.setdefault(value, str(100 + len(cls.keys)))


def save(file, value, state, **options):
    """Writes `value` as torch.save does, and keeps the tensors of `state` for the twin."""
    StableKey.keys.clear()
    with (
        mock.patch.object(torch.serialization, "str", StableKey, create=True),
        mock.patch.object(torch.serialization, "sorted", list, create=True),  # was: by address
        open(folder / file, "wb") as stream,
    ):
        torch.save(value, stream, **options)
    for name, tensor in state.items():
        wide = torch.float64 if tensor.is_floating_point() else torch.int64
        keep(file, **{name: tensor.to(wide)})


old = {"_use_new_zipfile_serialization": False}


def both_forms(name, value, state):
    save(name, value, state)
    save("old_" + name, value, state, **old)


def types():
    """A tensor of every type that is read; numbers that halves round, and subnormal ones."""
    floats = torch.tensor([0.0, -0.0, 1 / 3, -2.5, 65504.0, 6e-8, 3e-5, float("inf"), -1e-3])
    state = {name: floats.to(getattr(torch, name)) for name in ("float32", "float64")}
    state |= {name: floats.to(getattr(torch, name)) for name in ("float16", "bfloat16")}
    whole = torch.tensor([[0, 1, 127], [200, 255, 3]])
    state["int64"] = whole * 2**40 - 7
    state["int32"] = (whole * 2**20 - 7).int()
    state["uint8"] = whole.byte()
    state["bool"] = whole > 100
    state["scalar"] = torch.tensor(-3.25)
    state["empty"] = torch.zeros(0, 3)
    both_forms("types.pth", state, state)


def views():
    """Windows onto shared storages: transposed, expanded, sliced, from an offset."""
    base = torch.arange(24.0).reshape(2, 3, 4)
    half = torch.arange(12).half().reshape(3, 4) / 8
    state = collections.OrderedDict(
        base=base,
        transposed=base.transpose(0, 2),
        row=base[1, 2],
        column=base[:, :, 1],
        every_other=base[:, ::2, 1::2],
        expanded=base[0, :1, :].expand(5, 4),
        repeated=base[1, 1, 3].expand(2, 3),
        empty=base[:, 3:],
        half_transposed=half.t(),
        half_row=half[2],
        bool_column=(half > 0.6)[:, 1],
        parameter=torch.nn.Parameter(base[1].t()),
    )
    both_forms("views.pth", state, state)


def checkpoint():
    """What training scripts write: the state dict of a network under nn.DataParallel, and the rest."""
    net = torch.nn.Sequential(
        collections.OrderedDict(
            conv1=torch.nn.Conv2d(3, 2, 3, bias=False),
            bn1=torch.nn.BatchNorm2d(2),
            pool=torch.nn.AdaptiveAvgPool2d(1),
            flat=torch.nn.Flatten(),
            new_fc=torch.nn.Linear(2, 3),
        )
    )
    optimizer = torch.optim.SGD(net.parameters(), 0.01, momentum=0.9)
    net(torch.randn(2, 3, 5, 5)).square().sum().backward()
    optimizer.step()
    state = torch.nn.DataParallel(net).state_dict()
    whole = {
        "epoch": 12,
        "arch": "resnet50",
        "state_dict": state,
        "best_prec1": torch.tensor(46.8),
        "optimizer": optimizer.state_dict(),
    }
    both_forms("checkpoint.pth.tar", whole, state)
    # A mean over numpy numbers, a large count, a place: harmless, and not asked for.
    whole["best_prec1"] = numpy.float64(46.8)
    whole["seen"] = 2**70
    whole["device"] = torch.device("cpu")
    whole["size"] = torch.Size([224, 224])
    save("numpy.pth.tar", whole, state)


def nested():
    """Mappings inside of a state dict, among them one that is no tensor's."""
    backbone = collections.OrderedDict({"conv.weight": torch.randn(2, 2)})
    value = {"backbone": backbone, "head": {"fc": {"bias": torch.randn(3)}}, "note": "x", "n": {}}
    state = {"backbone.conv.weight": backbone["conv.weight"]}
    state["head.fc.bias"] = value["head"]["fc"]["bias"]
    both_forms("nested.pth", value, state)
    save("protocol4.pth", {"net": value}, state, pickle_protocol=4)
    save("old_protocol5.pth", {"model": value}, state, pickle_protocol=5, **old)


def extras():
    """What training scripts save beside the weights: objects of all kinds, in every protocol."""
    state = {"a": torch.arange(6.0).reshape(2, 3), "i": torch.tensor([-3, 4], dtype=torch.int8)}
    state["s"] = torch.tensor([-300], dtype=torch.int16)
    beside = {
        "args": argparse.Namespace(lr=0.1, dirs=[pathlib.PurePosixPath("/a")]),
        "log": collections.defaultdict(list, loss=[1.5, 0.5]),
        "when": datetime.datetime(2020, 1, 1),
        "curve": numpy.arange(4.0),
        "dtype": torch.float32,
        "tags": {1, 2},
        "frozen": frozenset("a"),
        "schedule": functools.partial(max, 1, key=abs),
        "scheduler": collections.Counter("aab"),
        "slots": fractions.Fraction(1, 3),
        "raw": bytearray(b"x"),
    }
    both_forms("extras.pth", {"state_dict": state, **beside}, state)
    save("extras4.pth", {**beside, "state_dict": state}, state, pickle_protocol=4)
    # The same in the mapping of the weights itself: the factory of a default dict is a name too.
    mixed = collections.defaultdict(float, {**state, "args": beside["args"], "tags": {1}})
    both_forms("mixed.pth", mixed, state)


def refused():
    """Read by PyTorch, not here: a whole module, which names its class; a quantized tensor; nothing."""
    save("module.pth", torch.nn.Linear(2, 2), {})
    save("quantized.pth", {"w": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}, {})
    save("no_tensors.pth", {"epoch": 3}, {})


folder.mkdir(exist_ok=True)
types()
views()
checkpoint()
nested()
extras()
refused()
write_beside(__file__)
