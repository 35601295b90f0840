"""Tensors as safetensors: collected by a script under names, or given as a mapping."""

import json
import pathlib
import struct

import torch

DTYPES = {
    torch.float64: "F64",
    torch.int64: "I64",
    torch.float32: "F32",
    torch.uint8: "U8",
}
tensors = {}


def keep(case, **named):
    """Keeps each value, a tensor or what torch.tensor takes, as `case.name`."""
    for name, value in named.items():
        if not isinstance(value, torch.Tensor):
            value = torch.tensor(value)
        tensors[f"{case}.{name}"] = value.detach().clone().contiguous()


def write(path, named):
    """Writes a mapping from names to tensors. Wide elements come first, so that all are aligned."""
    header, data = {}, []
    end = 0
    for name, value in sorted(named.items(), key=lambda row: (-row[1].element_size(), row[0])):
        data.append(value.detach().contiguous().numpy().tobytes())
        header[name] = {
            "dtype": DTYPES[value.dtype],
            "shape": list(value.shape),
            "data_offsets": [end, end + len(data[-1])],
        }
        end += len(data[-1])
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))


def read(path):
    """The tensors of a file that `write`, or adafuse, wrote."""
    raw = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    types = {name: dtype for dtype, name in DTYPES.items()}
    named = {}
    for name, row in json.loads(raw[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in row["data_offsets"])
        piece = bytearray(raw[begin:end])
        flat = torch.frombuffer(piece, dtype=types[row["dtype"]]) if piece else torch.empty(0)
        named[name] = flat.view(row["shape"])
    return named


def write_beside(script):
    """Writes all that was kept to the file of the script's name that ends in .safetensors."""
    write(pathlib.Path(script).with_suffix(".safetensors"), tensors)
