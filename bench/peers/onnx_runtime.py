#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The cases of bench_infer in ONNX Runtime.

  onnx_runtime.py [--model resnet18|resnet50|resnet20] [--batch B] [--size S] [--threads T]
                  [--seconds S] [--directory build/peers] [--json FILE]

PyTorch writes the network as an ONNX file with the batch norms folded, and onnx_runtime.js runs it:
all graph optimisations, T threads within an operator. Both live in the directory, which
`scripts/bench --install` fills. Prints, and writes to FILE, {"median_ms", "min_ms", "peak_mb",
"version"}. With one thread: of processor time, as in bench/harness.hpp.
"""
import argparse
import json
import multiprocessing
import os
import subprocess

import pytorch
import surroundings


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=["resnet18", "resnet50", "resnet20"], default="resnet18")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--directory", default="build/peers")
    parser.add_argument("--json")
    return parser.parse_args()


def export(options, file):
    """Writes the network for one size of batch: every shape is known beforehand, as it is to us."""
    import torch

    torch.manual_seed(1)
    model, _ = pytorch.make_model(torch, options.model)
    pictures = torch.randn(options.batch, 3, options.size, options.size)
    torch.onnx.export(model.eval(), pictures, file + ".part", opset_version=13,
                      input_names=["pictures"], output_names=["logits"])
    os.rename(file + ".part", file)


def main():
    options = parse()
    file = os.path.join(options.directory,
                        f"{options.model}-{options.batch}x{options.size}.onnx")
    if not os.path.exists(file):
        # In a process of its own: what this one ever held would count as the peak of its children.
        writer = multiprocessing.get_context("spawn").Process(target=export, args=(options, file))
        writer.start()
        writer.join()
        if writer.exitcode != 0:
            raise SystemExit("onnx_runtime.py: could not write " + file)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "onnx_runtime.js")
    case = {"file": file, "directory": options.directory, "threads": options.threads,
            "seconds": options.seconds, "shape": [options.batch, 3, options.size, options.size]}
    run = subprocess.run(["node", script, json.dumps(case)], stdout=subprocess.PIPE, check=True,
                         text=True, env=surroundings.variables("default"))
    result = json.loads(run.stdout)
    print(f"{options.model}, batch {options.batch}, {options.size} x {options.size}, "
          f"T={options.threads}, ONNX Runtime {result['version']}: median "
          f"{result['median_ms']:.1f} ms, least {result['min_ms']:.1f} ms, "
          f"peak {result['peak_mb']:.0f} MB")
    if options.json:
        with open(options.json, "w") as out:
            json.dump(result, out, indent=2)


if __name__ == "__main__":
    main()
