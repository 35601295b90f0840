#!/usr/bin/env python3
"""The tables of docs/peers.md, of what bench/peers.sh has measured:

    bench/peers_page.py DIR docs/peers.md docs/peers/results.json

writes all numbers into the JSON file, and between the marks `<!-- NAME -->` and `<!-- end -->` of the page
the table of that name. tests/docs/peers_test.cpp compares the page with the JSON file.
"""
# SPDX-License-Identifier: MIT
import json
import pathlib
import re
import statistics
import sys

TABLES = {
    "table": ("method", [
        ("tsn", "TSN: frame by frame, no policy"),
        ("tsn-4-frames", "TSN, 4 of 8 frames, evenly chosen"),
        ("tsm", "TSM: the temporal shift"),
        ("adafuse", "AdaFuse, lambda 0.5"),
        ("adafuse-4-frames", "AdaFuse, 4 of 8 frames, evenly chosen"),
        ("adafuse-frame-change", "AdaFuse, frames that changed by 0.2"),
        ("adafuse-exit-0.99", "AdaFuse, early exit at 0.99"),
        ("adafuse-exit-0.9", "AdaFuse, early exit at 0.9"),
        ("budget-0.3", "AdaFuse, a budget of 30 %, lambda 4"),
        ("budget-0.3-drawn", "AdaFuse, a budget of 30 %, choices drawn"),
        ("budget-0.15", "AdaFuse, a budget of 15 %, lambda 4"),
        ("budget-0.15-drawn", "AdaFuse, a budget of 15 %, choices drawn"),
        ("change", "reuse by change, threshold 0.5, trained so"),
        ("magnitude", "channels by magnitude, a third each, trained so"),
        ("random", "channels by lot, a third each, trained so"),
        ("reinforce", "REINFORCE, learned baseline"),
        ("reinforce-4-draws", "REINFORCE, leave-one-out of 4 draws"),
        ("reinforce-4-draws-clip", "REINFORCE, the same, agents clipped at 1"),
    ]),
    "knee": ("lambda", [(x, x) for x in ("0", "0.5", "1", "2", "4", "8")]),
    "hidden": ("hidden units", [(x, x) for x in ("4", "16", "64", "256")]),
}


def measured(directory, table, key, dense):
    """One entry a seed; `dense`: GFLOPs of a clip of all frames, where nothing is skipped."""
    entries = []
    for path in directory.glob("row.*.json"):
        found = re.fullmatch(rf"row\.{table}\.{re.escape(key)}\.(\d+)\.json", path.name)
        if not found:
            continue
        result = json.loads(path.read_text())
        clock = path.with_suffix(".ms")
        times = clock.read_text().split() if clock.exists() else []
        entries.append({
            "seed": int(found[1]),
            "top1": round(result["top1"], 4),
            "gflops": result["gflops_per_clip"],
            "macs": round(100 * result["gflops_per_clip"] / dense, 4),
            "frames": result.get("frames_per_clip", 8),
            "ms": float(times[0]) if times else None,
        })
    return sorted(entries, key=lambda entry: entry["seed"])


def cell(values, digits):
    """The mean, and the deviation where there are several."""
    if any(value is None for value in values):
        return "-"
    mean = f"{statistics.fmean(values):.{digits}f}"
    return mean if len(values) < 2 else f"{mean} ± {statistics.stdev(values):.{digits}f}"


def main():
    directory, page, results = (pathlib.Path(word) for word in sys.argv[1:])
    about = directory.joinpath("about.txt").read_text().splitlines()
    stored = {"machine": about[0], "data": about[1], "recipe": about[2], "tables": {}}
    text = page.read_text()
    whole = next(directory.glob("row.table.tsn.*.json"))
    dense = json.loads(whole.read_text())["dense_gflops_per_clip"]
    for table, (title, rows) in TABLES.items():
        stored["tables"][table] = []
        lines = [f"| {title} | top-1, % | MACs run, % of dense | GFLOPs a clip | frames | ms a clip | seeds |",
                 "|---|---|---|---|---|---|---|"]
        for key, name in rows:
            seeds = measured(directory, table, key, dense)
            if not seeds:
                continue
            command = directory.joinpath("commands", f"{table}.{key}.txt").read_text().strip()
            stored["tables"][table].append({"name": name, "command": command, "seeds": seeds})
            cells = [cell([entry[column] for entry in seeds], digits)
                     for column, digits in (("top1", 1), ("macs", 1), ("gflops", 4), ("frames", 1))]
            times = [entry["ms"] for entry in seeds if entry["ms"] is not None]
            cells.append(f"{min(times):.2f}" if times else "-")
            lines.append(f"| {name} | {' | '.join(cells)} | {len(seeds)} |")
        begin, end = f"<!-- {table} -->\n", "<!-- end -->"
        before, rest = text.split(begin)
        text = before + begin + "\n".join(lines) + "\n" + end + rest.split(end, 1)[1]
    page.write_text(text)
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps(stored, indent=1) + "\n")


main()
