#!/usr/bin/env python3
"""Makes all golden files again in a folder of their own and compares them with those committed.

    python3 regenerate.py

Needs PyTorch and torchvision (Debian: python3-torchvision; the files were made with 1.13). Prints a line for each file;
exits with 1 when a tensor is missing, new, or differs by more than 1e-12 of its scale.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

from safetensors_writer import read

HERE = pathlib.Path(__file__).parent
SCRIPTS = {  # with their arguments
    "rows": [HERE / "rows.safetensors"],  # it holds what the rows are given
    "ops": [],
    "layers": [],
    "torch_files": [],
    "networks": [],
    "architectures": [],
    "checkpoint": [],
    "transforms": [],
}


def difference(a, b):
    """Of two tensors, over their scale; infinite when they cannot be compared."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return float("inf")
    if a.numel() == 0 or a.equal(b):
        return 0.0
    a, b = a.double(), b.double()
    return float((a - b).abs().max() / b.abs().max().clamp_min(1e-300))


good = True
with tempfile.TemporaryDirectory() as scratch:
    for path in HERE.glob("*.py"):
        shutil.copy(path, scratch)
    for name, arguments in SCRIPTS.items():
        subprocess.run([sys.executable, f"{name}.py", *arguments], cwd=scratch, check=True)
        made = read(pathlib.Path(scratch) / f"{name}.safetensors")
        kept = read(HERE / f"{name}.safetensors")
        worst = max((difference(made[n], kept[n]) for n in made.keys() & kept.keys()), default=0.0)
        same_names = made.keys() == kept.keys()
        good &= same_names and worst <= 1e-12
        names = "same names" if same_names else f"names differ: {sorted(made.keys() ^ kept.keys())}"
        print(f"{name}.safetensors: {len(kept)} tensors, {names}, differ by at most {worst:.1e}")
sys.exit(0 if good else 1)
