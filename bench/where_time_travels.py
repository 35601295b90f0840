#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where time travels: networks whose agents may choose less or see less, trained and probed.

    bench/where_time_travels.py run PROGRAM DIR [--seeds N] [--data DATA --name film]
    bench/where_time_travels.py page [--check]

`run` makes the gestures in DIR (or takes DATA), trains each variant for the seeds 0, 1, ..., N - 1, asks `adafuse
probe --json` about each run, and writes docs/results/where_time_travels.json (or ..._NAME.json). What DIR holds
already is not repeated. Seeds go round by round: a run that is stopped leaves whole rounds, and what is written
says how many. `page` writes the tables of docs/where_time_travels.md, between its markers, from those files;
with --check it writes nothing, and fails where the page says something else. One thread.
"""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "docs" / "results"
PAGE = ROOT / "docs" / "where_time_travels.md"
GESTURES = ["--train", "900", "--val", "450", "--size", "16", "--frames", "8", "--seed", "0"]
RECIPE = ["--model", "resnet8", "--stem-stride", "2", "--fusion", "adafuse", "--epochs", "16", "--lambda-rule",
          "epoch"]
SIZE = ["--policy-hidden", "64"]
VARIANTS = {
    "full": ("the paper's: three actions, an agent that sees v_(t-1) and v_t", SIZE),
    "keep-skip": ("no reuse: `--actions keep,skip`", [*SIZE, "--actions", "keep,skip"]),
    "keep-reuse": ("no skip: `--actions keep,reuse`", [*SIZE, "--actions", "keep,reuse"]),
    "no-history": ("agents without v_(t-1): `--policy-sees now`", [*SIZE, "--policy-sees", "now"]),
    "static": ("gates that see nothing: `--policy-sees none`", ["--policy-sees", "none"]),
    "no-road": ("neither v_(t-1) nor reuse: `--policy-sees now --actions keep,skip`",
                [*SIZE, "--policy-sees", "now", "--actions", "keep,skip"]),
}
ROWS = ["own", "another-clip", "majority", "keep-all", "keep-all-estimated", "decisions-alone"]


def call(command, log=None):
    environment = dict(os.environ, OMP_NUM_THREADS="1")
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    if log:
        log.write_text(done.stdout)
    return done.stdout


def one(program, data, folder, variant, seed):
    """What a run of a variant ended with, and its probe."""
    run = folder / f"{variant}-{seed}"
    probe = folder / f"{variant}-{seed}.json"
    if not (run / "summary.json").exists():
        print(time.strftime("%H:%M:%S"), run.name, file=sys.stderr, flush=True)
        call([program, "train", "--data", str(data), "--out", str(run), "--overwrite", "--seed", str(seed), *RECIPE,
              *VARIANTS[variant][1]], folder / f"{variant}-{seed}.log")
    if not probe.exists():
        call([program, "probe", "--run", str(run), "--data", str(data), "--checkpoint", "last", "--json"], probe)
    rows = {row["probed"]: row for row in json.loads(probe.read_text())["rows"]}
    return {"seed": seed, "macs_fraction": rows["own"]["macs_fraction"],
            "top1": {name: rows[name]["top1"] for name in ROWS}}


def run(args):
    folder = pathlib.Path(args.dir).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    program = str(pathlib.Path(args.program).resolve())
    data = pathlib.Path(args.data).resolve() if args.data else folder / "gestures"
    if not data.exists():
        call([program, "gestures", "--out", str(data), *GESTURES])
    result = {
        "data": f"adafuse gestures {' '.join(GESTURES)}" if not args.data else f"# the clips in DATA: {args.name}",
        "recipe": f"adafuse train {' '.join(RECIPE)}",
        "checkpoint": "last",
        "variants": {name: {"options": " ".join(options), "runs": []} for name, (_, options) in VARIANTS.items()},
    }
    name = "where_time_travels" + (f"_{args.name}" if args.name else "") + ".json"
    for seed in range(args.seeds):
        for variant in VARIANTS:
            result["variants"][variant]["runs"].append(one(program, data, folder, variant, seed))
        result["seeds"] = seed + 1
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / name).write_text(json.dumps(result, indent=1) + "\n")


def mean_of(numbers):
    """"78.4 ± 0.6", or the number of a single seed."""
    mean = statistics.mean(numbers)
    return f"{mean:.1f} ± {statistics.stdev(numbers):.1f}" if len(numbers) > 1 else f"{mean:.1f}"


def table(result):
    lines = ["| variant | MACs, % | own | another clip's | majority's | all kept | all kept, norms again | "
             "decisions alone |", "|---|---|---|---|---|---|---|---|"]
    for variant, (about, _) in VARIANTS.items():
        runs = result["variants"][variant]["runs"]
        cells = [mean_of([100 * r["macs_fraction"] for r in runs])]
        cells += [mean_of([r["top1"][row] for r in runs]) for row in ROWS]
        lines.append(f"| {about} | {' | '.join(cells)} |")
    return "\n".join(lines)


def recipe(result):
    lines = ["```sh", result["data"], result["recipe"] + " ..."]
    lines += [f"  {variant}: {row['options']}" for variant, row in result["variants"].items()]
    lines += ["```", f"Seeds that were run, of weights, order and noise: {result['seeds']} (from 0 on)."]
    return "\n".join(lines)


def sentences(result):
    """What the page says in words, with the means that it says."""
    def mean(variant, row):
        return statistics.mean(r["top1"][row] for r in result["variants"][variant]["runs"])

    def macs(variant):
        return 100 * statistics.mean(r["macs_fraction"] for r in result["variants"][variant]["runs"])

    return "\n".join([
        f"- **Both roads** ({mean('full', 'own'):.1f} % at {macs('full'):.1f} % of the MACs). With another clip's "
        f"decisions the network falls to {mean('full', 'another-clip'):.1f} %,",
        f"  with the majority's to {mean('full', 'majority'):.1f} %. A linear classifier that sees its decisions alone "
        f"reaches {mean('full', 'decisions-alone'):.1f} %.",
        f"- **Choices without reuse** reach {mean('keep-skip', 'own'):.1f} %: no map of another frame is ever read.",
        f"- **Reuse without skip** reaches {mean('keep-reuse', 'own'):.1f} % at {macs('keep-reuse'):.1f} % of the MACs.",
        f"- **Agents without history** reach {mean('no-history', 'own'):.1f} %. Their decisions alone are worth "
        f"{mean('no-history', 'decisions-alone'):.1f} %.",
        f"- **Gates that see nothing** decide the same on every frame, so that their decisions tell nothing "
        f"({mean('static', 'decisions-alone'):.1f} %).",
        f"  What is left is reuse: {mean('static', 'own'):.1f} %.",
        f"- **Neither road**: {mean('no-road', 'own'):.1f} %. Single frames tell 55.6 % at most. Yet decisions alone are "
        f"worth {mean('no-road', 'decisions-alone'):.1f} %: the linear",
        "  classifier is told of which frame each decision is, so that choices made frame by frame show the order too. "
        "The",
        "  network's own classifier averages the frames' logits, and is not told.",
    ])


def stored(name):
    return json.loads((RESULTS / name).read_text())


def page(args):
    gestures = stored("where_time_travels.json")
    blocks = {"recipe": recipe(gestures), "table": table(gestures), "sentences": sentences(gestures),
              "second-probe": "```\n" + (RESULTS / "probe_check.txt").read_text().rstrip() + "\n```"}
    if (RESULTS / "where_time_travels_film.json").exists():
        film = stored("where_time_travels_film.json")
        blocks["film"] = recipe(film) + "\n\n" + table(film)
    text = PAGE.read_text()
    wanted = text
    for name, block in blocks.items():
        marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.S)
        assert len(marked.findall(wanted)) == 1, f"{PAGE}: expects one block between markers of {name}"
        wanted = marked.sub(lambda found: f"{found.group(1)}{block}\n{found.group(2)}", wanted)
    if not args.check:
        PAGE.write_text(wanted)
    elif wanted != text:
        for line, right in zip(text.splitlines(), wanted.splitlines()):
            if line != right:
                sys.exit(f"{PAGE}: says\n  {line}\nbut the results say\n  {right}\n"
                         "bench/where_time_travels.py page writes it")
        sys.exit(f"{PAGE}: is not what bench/where_time_travels.py page writes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    runs = commands.add_parser("run")
    runs.add_argument("program")
    runs.add_argument("dir")
    runs.add_argument("--seeds", type=int, default=5)
    runs.add_argument("--data")
    runs.add_argument("--name", default="")
    runs.set_defaults(do=run)
    pages = commands.add_parser("page")
    pages.add_argument("--check", action="store_true")
    pages.set_defaults(do=page)
    args = parser.parse_args()
    args.do(args)


if __name__ == "__main__":
    main()
