#!/usr/bin/python3
"""The models of the living page: copies the best model of each run below a directory, and lists them by lambda.

  models.py RUNS OUT     writes OUT/models/*.safetensors and OUT/models.json
"""
# SPDX-License-Identifier: MIT
import json
import shutil
import sys
from pathlib import Path

MOST_BYTES = 20_000_000  # of a model that a page fetches


def main(runs, out):
    found = []
    for summary in sorted(Path(runs).glob("**/summary.json")):
        config = summary.with_name("config.json")
        model = summary.with_name("best.safetensors")
        if not (config.is_file() and model.is_file()):
            continue
        said, trained = json.loads(summary.read_text()), json.loads(config.read_text())
        if said["fusion"] != "adafuse" or said["policy"] != "learned":
            print(f"site: {summary.parent}: leaves out a {said['fusion']} model of policy {said['policy']}")
            continue
        if model.stat().st_size > MOST_BYTES:
            sys.exit(f"site: {model}: {model.stat().st_size} bytes are too many for a page to fetch")
        found.append({"lambda": trained["lambda"], "top1": said["top1"], "macs_fraction": said["macs_fraction"],
                      "source": model})
    if not found:
        sys.exit(f"site: {runs}: holds no run of an AdaFuse model with a policy that was learned")
    found.sort(key=lambda model: model["lambda"])
    first = min(found, key=lambda model: abs(model["lambda"] - 0.5))
    shutil.rmtree(Path(out) / "models", ignore_errors=True)
    (Path(out) / "models").mkdir(parents=True)
    for number, model in enumerate(found):
        model["first"] = model is first
        model["file"] = f"models/{number}.safetensors"
        shutil.copyfile(model.pop("source"), Path(out) / model["file"])
    (Path(out) / "models.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: models.py RUNS OUT")
    main(*sys.argv[1:])
