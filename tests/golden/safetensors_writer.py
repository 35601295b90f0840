"""Tensors of a script, collected under names and written as safetensors."""

import json
import pathlib
import struct

import torch

tensors = {}


def keep(case, **named):
    """Keeps each value, a tensor or what torch.tensor takes, as `case.name`."""
    for name, value in named.items():
        if not isinstance(value, torch.Tensor):
            value = torch.tensor(value)
        tensors[f"{case}.{name}"] = value.detach().clone().contiguous()


def write_beside(script):
    """Writes all that was kept to the file of the script's name that ends in .safetensors."""
    dtypes = {torch.float64: "F64", torch.int64: "I64"}
    header, data = {}, b""
    for name, value in sorted(tensors.items()):
        raw = value.numpy().tobytes()
        header[name] = {
            "dtype": dtypes[value.dtype],
            "shape": list(value.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path = pathlib.Path(script).with_suffix(".safetensors")
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
