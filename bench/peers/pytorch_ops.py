#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every operation of bench_ops in PyTorch, next to ours: one table, the slowest of ours first.

  pytorch_ops.py BENCH [--threads T] [--turns N] [--rows TEXT] [--allocator keep|default]
                 [--json FILE] [--once]

BENCH is the program bench_ops. It says which rows there are and what each is given; a row without a
function here, or a function without a row, is an error. For each row the two take turns, N times:
medians of each turn, of the forward pass alone and of forward and backward. A ratio is the median
over the turns of ours over PyTorch's, so that a machine whose speed drifts is the same for both.
With one thread: of processor time. --rows: those whose name contains TEXT. What PyTorch leaves as a
view, results and gradients, is made contiguous, as ours is. What it runs in: surroundings.py.
--once: each of PyTorch's rows runs once, forward and backward, and nothing is timed. Exits with 1 when
one failed, with 77 where there is no PyTorch.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

import surroundings

CORES = os.sched_getaffinity(0)  # OpenMP may bind this thread to one of them later.
# Ours runs with the allocator as it is.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in surroundings.KEPT}


def functions(torch):
    """PyTorch's function of each row: of its inputs, in their order."""
    F = torch.nn.functional
    inf = float("inf")
    arithmetic = {
        "add": lambda a, b: a + b,
        "add, broadcast": lambda a, b: a + b,
        "sub": lambda a, b: a - b,
        "mul": lambda a, b: a * b,
        "mul, broadcast": lambda a, b: a * b,
        "mul, by a number": lambda x: 3 * x,
        "div": lambda a, b: a / b,
        "neg": lambda x: -x,
        "pow": lambda a, b: a**b,
        "pow, 2": lambda x: x**2,
        "pow, 3": lambda x: x**3,
        "pow, 2.5": lambda x: x**2.5,
        "pow, of a number": lambda x: 2**x,
        "exp": torch.exp,
        "expm1": torch.expm1,
        "log": torch.log,
        "log1p": torch.log1p,
        "log2": torch.log2,
        "sqrt": torch.sqrt,
        "rsqrt": torch.rsqrt,
        "reciprocal": torch.reciprocal,
        "square": torch.square,
        "erf": torch.erf,
        "relu": torch.relu,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "abs": torch.abs,
        "sign": torch.sign,
        "floor": torch.floor,
        "ceil": torch.ceil,
        "trunc": torch.trunc,
        "round": torch.round,
        "sin": torch.sin,
        "cos": torch.cos,
        "atan2": torch.atan2,
        "clamp": lambda x: x.clamp(-2, 2),
        "clamp_min": lambda x: x.clamp_min(0.5),
        "gate": lambda x, by: x * (by > 0),
    }
    activations = {
        "leaky_relu": F.leaky_relu,
        "prelu": F.prelu,
        "elu": F.elu,
        "selu": F.selu,
        "relu6": F.relu6,
        "hardswish": F.hardswish,
        "silu": F.silu,
        "softplus": F.softplus,
        "log_sigmoid": F.logsigmoid,
        "mish": F.mish,
        "gelu": F.gelu,
        "gelu, tanh": lambda x: F.gelu(x, approximate="tanh"),
    }
    choices = {
        "where": lambda a, b, m: torch.where(m, a, b),
        "masked_fill": lambda x, m: x.masked_fill(m, -1),
        "minimum": torch.minimum,
        "maximum": torch.maximum,
        "lt": torch.lt,
        "lt, a number": lambda x: x < 0.5,
        "le": torch.le,
        "gt": torch.gt,
        "ge": torch.ge,
        "eq": torch.eq,
        "ne": torch.ne,
        "isnan": torch.isnan,
        "isinf": torch.isinf,
        "isfinite": torch.isfinite,
        "logical_and": torch.logical_and,
        "logical_or": torch.logical_or,
        "logical_xor": torch.logical_xor,
        "logical_not": torch.logical_not,
        "any": lambda m: m.any(1),
        "all": lambda m: m.all(1),
    }
    reductions = {
        "broadcast_to": lambda x: x.expand(4096, 1000).contiguous(),
        "sum_to": lambda x: x.sum_to_size(1000),
        "sum": torch.sum,
        "sum, last dim": lambda x: x.sum(1),
        "sum, first dim": lambda x: x.sum(0),
        "sum, channels": lambda x: x.sum((0, 2, 3)),
        "mean": torch.mean,
        "mean, last dim": lambda x: x.mean(1),
        "max": torch.max,
        "max, last dim": lambda x: x.max(1).values,
        "max, first dim": lambda x: x.max(0).values,
        "max, last dim of 64 rows": lambda x: x.max(1).values,
        "min": torch.min,
        "min, last dim": lambda x: x.min(1).values,
        "argmax": lambda x: x.argmax(1),
        "argmax, first dim": lambda x: x.argmax(0),
        "argmin": lambda x: x.argmin(1),
        "hard_one_hot": lambda x: torch.zeros_like(x).scatter_(1, x.argmax(1, keepdim=True), 1.0),
        "prod": torch.prod,
        "prod, last dim": lambda x: x.prod(1),
        "var": lambda x: x.var(1),
        "stddev": lambda x: x.std(1),
        "sum_over": lambda x: x.clone(),
        "mean_over": lambda x: x / 1,
        "logsumexp": lambda x: x.logsumexp(1),
        "norm": torch.linalg.vector_norm,
        "norm, last dim": lambda x: torch.linalg.vector_norm(x, 2, 1),
        "norm, 1": lambda x: torch.linalg.vector_norm(x, 1, 1),
        "cumsum": lambda x: x.cumsum(1),
        "cumsum, first dim": lambda x: x.cumsum(0),
        "cumprod": lambda x: x.cumprod(1),
        "sort": lambda x: x.sort(dim=1, stable=True).values,
        "argsort": lambda x: x.sort(dim=1, stable=True).indices,
        "topk": lambda x: x.topk(5, 1).values,
    }

    def embed(x):
        y = x.new_zeros(2048, 2048)
        y[:, 512:1536] = x
        return y

    layouts = {
        "reshape": lambda x: x.reshape(1024, -1),
        "flatten": lambda x: x.flatten(1),
        "squeeze": lambda x: x.squeeze(0),
        "unsqueeze": lambda x: x.unsqueeze(0),
        "permute, channels last": lambda x: x.permute(0, 2, 3, 1).contiguous(),
        "permute, channels first": lambda x: x.permute(0, 3, 1, 2).contiguous(),
        "permute, heads": lambda x: x.permute(0, 2, 1, 3).contiguous(),
        "transpose": lambda x: x.transpose(0, 1).contiguous(),
        "slice": lambda x: x[:, 512:1536].contiguous(),
        "slice, step 2": lambda x: x[:, ::2].contiguous(),
        "embed": embed,
        "select": lambda x: x.select(1, 7).contiguous(),
        "cat": lambda a, b: torch.cat([a, b], 1),
        "stack": lambda a, b: torch.stack([a, b]),
        "expand": lambda x: x.expand(-1, 2048).contiguous(),
        "repeat": lambda x: x.repeat(4, 2),
        "tile": lambda x: x.tile(2),
        "meshgrid": lambda x: torch.meshgrid(x, x, indexing="ij")[1].contiguous(),
        "flip": lambda x: x.flip(1),
        "roll": lambda x: x.roll(5, 1),
        "split": lambda x: x.split(1024, 1)[1].contiguous(),
        "chunk": lambda x: x.chunk(2)[1].contiguous(),
        "pad": lambda x: F.pad(x, (1, 1, 1, 1)),
        "pad, reflect": lambda x: F.pad(x, (1, 1, 1, 1), mode="reflect"),
        "tril": torch.tril,
        "triu": torch.triu,
        "diagonal": lambda x: x.diagonal().contiguous(),
        "unfold": lambda x: F.unfold(x, 3, padding=1),
        "fold": lambda x: F.fold(x, (32, 32), 3, padding=1),
        "pixel_shuffle": lambda x: F.pixel_shuffle(x, 2),
        "pixel_unshuffle": lambda x: F.pixel_unshuffle(x, 2),
    }

    def scatter_pixels(y, p):
        x = y.new_zeros(16, 64, 3136).scatter_add(2, p.flatten(2), y.flatten(2))
        return x.view(16, 64, 56, 56)

    indices = {
        "take": torch.take,
        "put": lambda x, i: x.new_zeros(4096, 1000).put(i, x, accumulate=True),
        "index_select": lambda x, i: x.index_select(0, i),
        "index_select, last dim": lambda x, i: x.index_select(1, i),
        "gather": lambda x, i: x.gather(1, i),
        "gather, one of a row": lambda x, i: x.gather(1, i),
        "scatter_add": lambda x, i, src: x.scatter_add(1, i, src),
        "index_add": lambda x, i, src: x.index_add(0, i, src),
        "embedding": lambda w, i: F.embedding(i, w),
        "embedding, few words": lambda w, i: F.embedding(i, w),
        "one_hot": lambda i: F.one_hot(i, 1000),
        "nonzero": torch.nonzero,
        "gather_pixels": lambda x, p: x.flatten(2).gather(2, p.flatten(2)),
        "scatter_pixels": scatter_pixels,
    }
    hidden = torch.zeros(128, 128).masked_fill(torch.ones(128, 128).tril() == 0, -inf)
    products = {
        "matmul": torch.matmul,
        "matmul, batched": torch.matmul,
        "matmul, by a column": torch.matmul,
        "outer": torch.outer,
        "einsum": lambda a, b: torch.einsum("blhd,bshd->bhls", a, b),
        "linear": F.linear,
        # nn.functional.scaled_dot_product_attention of PyTorch 2.0, which 1.13 lacks.
        "scaled_dot_product_attention": lambda q, k, v: F.softmax(q @ k.mT / 8, -1) @ v,
        "scaled_dot_product_attention, causal": lambda q, k, v: (
            F.softmax(q @ k.mT / 8 + hidden, -1) @ v
        ),
    }
    linalg = {
        "inverse": torch.linalg.inv,
        "solve": torch.linalg.solve,
        "det": torch.linalg.det,
        "slogdet": lambda x: torch.linalg.slogdet(x).logabsdet,
        "cholesky": lambda x: torch.linalg.cholesky(x @ x.mT),
        "qr": torch.linalg.qr,
        "svd": lambda x: torch.linalg.svd(x, full_matrices=False),
        "eigh": torch.linalg.eigh,
    }
    convolutions = {
        "conv1d": lambda x, w, b: F.conv1d(x, w, b, padding=1),
        "conv1d, dilated": lambda x, w, b: F.conv1d(x, w, b, padding=4, dilation=4),
        "conv2d": lambda x, w, b: F.conv2d(x, w, b, padding=1),
        "conv2d, 1x1": F.conv2d,
        "conv2d, stride 2": lambda x, w, b: F.conv2d(x, w, b, stride=2, padding=1),
        "conv2d, depthwise": lambda x, w, b: F.conv2d(x, w, b, padding=1, groups=64),
        "conv2d_backward_data": lambda dy, w: F.conv_transpose2d(dy, w, padding=1),
        "conv2d_backward_weights": lambda x, dy: torch.nn.grad.conv2d_weight(
            x, (64, 64, 3, 3), dy, padding=1
        ),
        "conv3d": lambda x, w, b: F.conv3d(x, w, b, padding=1),
        "conv_transpose1d": lambda x, w, b: F.conv_transpose1d(x, w, b, stride=2, padding=1),
        "conv_transpose2d": lambda x, w, b: F.conv_transpose2d(x, w, b, stride=2),
        "conv_transpose3d": lambda x, w, b: F.conv_transpose3d(x, w, b, stride=2),
    }
    pools = {
        "max_pool1d": lambda x: F.max_pool1d(x, 2),
        "avg_pool1d": lambda x: F.avg_pool1d(x, 2),
        "max_pool2d": lambda x: F.max_pool2d(x, 2),
        "max_pool2d, overlapping": lambda x: F.max_pool2d(x, 3, 2, 1),
        "avg_pool2d": lambda x: F.avg_pool2d(x, 2),
        "max_pool3d": lambda x: F.max_pool3d(x, 2),
        "avg_pool3d": lambda x: F.avg_pool3d(x, 2),
        "global_avg_pool": lambda x: x.mean((2, 3)),
        "adaptive_avg_pool1d": lambda x: F.adaptive_avg_pool1d(x, 100),
        "adaptive_avg_pool2d": lambda x: F.adaptive_avg_pool2d(x, 7),
        "adaptive_avg_pool2d, to 1": lambda x: F.adaptive_avg_pool2d(x, 1),
        "adaptive_avg_pool3d": lambda x: F.adaptive_avg_pool3d(x, 7),
        "adaptive_max_pool1d": lambda x: F.adaptive_max_pool1d(x, 100),
        "adaptive_max_pool2d": lambda x: F.adaptive_max_pool2d(x, 7),
        "adaptive_max_pool3d": lambda x: F.adaptive_max_pool3d(x, 7),
    }

    def twice(mode):
        return lambda x: F.interpolate(x, scale_factor=2, mode=mode)

    resizing = {
        "interpolate": twice("nearest"),
        "interpolate, linear": twice("linear"),
        "interpolate, bilinear": twice("bilinear"),
        "interpolate, bilinear, smaller": lambda x: F.interpolate(x, (224, 224), mode="bilinear"),
        "interpolate, bicubic": twice("bicubic"),
        "interpolate, trilinear": twice("trilinear"),
        "grid_sample": lambda x, g: F.grid_sample(x, g, align_corners=False),
    }

    def rms_norm(x, w):
        """nn.functional.rms_norm of PyTorch 2.4, which 1.13 lacks."""
        eps = torch.finfo(x.dtype).eps
        return x * (x.square().mean(-1, keepdim=True) + eps).rsqrt() * w

    normalizations = {
        "batch_norm_train": lambda x, w, b: F.batch_norm(x, None, None, w, b, True),
        "batch_norm_relu_train": lambda x, w, b: F.relu_(F.batch_norm(x, None, None, w, b, True)),
        "batch_norm": lambda x, w, b, m, v: F.batch_norm(x, m, v, w, b),
        "batch_norm_relu": lambda x, w, b, m, v: F.relu_(F.batch_norm(x, m, v, w, b)),
        "layer_norm": lambda x, w, b: F.layer_norm(x, (1000,), w, b),
        "layer_norm, 64 rows": lambda x, w, b: F.layer_norm(x, (1000,), w, b),
        "group_norm": lambda x, w, b: F.group_norm(x, 8, w, b),
        "instance_norm": lambda x, w, b: F.instance_norm(x, weight=w, bias=b),
        "rms_norm": rms_norm,
        "normalize": F.normalize,
        "cosine_similarity": F.cosine_similarity,
        "softmax": lambda x: F.softmax(x, 1),
        "softmax, 64 rows": lambda x: F.softmax(x, 1),
        "log_softmax": lambda x: F.log_softmax(x, 1),
    }
    alike = torch.ones(4096)
    losses = {
        "cross_entropy": F.cross_entropy,
        "cross_entropy, 64 rows": F.cross_entropy,
        "cross_entropy, smoothed": lambda x, i: F.cross_entropy(x, i, label_smoothing=0.1),
        "cross_entropy, pixels": F.cross_entropy,
        "label_distribution": lambda i: torch.full((4096, 1000), 1e-4).scatter_(
            1, i[:, None], 0.9 + 1e-4
        ),
        "nll_loss": F.nll_loss,
        "mse_loss": F.mse_loss,
        "l1_loss": F.l1_loss,
        "smooth_l1_loss": F.smooth_l1_loss,
        "huber_loss": F.huber_loss,
        "binary_cross_entropy": F.binary_cross_entropy,
        "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
        "kl_div": lambda x, t: F.kl_div(x, t, reduction="mean"),
        "triplet_margin_loss": F.triplet_margin_loss,
        "cosine_embedding_loss": lambda a, b: F.cosine_embedding_loss(a, b, alike),
    }
    random = {
        "dropout": F.dropout,
        "straight_through": lambda hard, soft: hard + soft - soft.detach(),
        "bernoulli": torch.bernoulli,
        "multinomial": lambda x: x.multinomial(1),
        "randint": lambda: torch.randint(1000, (1 << 20,)),
        "randperm": lambda: torch.randperm(1 << 20),
        "normal": lambda: torch.randn(4 << 20),
        "truncated_normal": lambda: torch.nn.init.trunc_normal_(torch.empty(1 << 20)),
    }
    families = [arithmetic, activations, choices, reductions, layouts, indices, products, linalg,
                convolutions, pools, resizing, normalizations, losses, random]
    return {name: function for family in families for name, function in family.items()}


def drawn(torch, given):
    """What a row is given, by its description."""
    shape, low, high = given["shape"], given["low"], given["high"]
    if given["kind"] == "mask":
        return torch.rand(shape) < 0.5
    if given["kind"] in ("index", "pixel"):
        return torch.randint(int(high), shape)
    return torch.empty(shape).uniform_(low, high)


def median_ms(run, threads, rounds=5, slice_seconds=4e-3):
    """As compete() of bench/harness.hpp."""
    now = time.process_time if threads == 1 else time.perf_counter
    run()
    start = now()
    run()
    repeats = max(1, int(slice_seconds / (now() - start + 1e-9)))
    results = []
    for _ in range(rounds):
        run()
        start = now()
        for _ in range(repeats):
            run()
        results.append((now() - start) / repeats)
    return 1e3 * statistics.median(results)


def pytorch_times(torch, function, row, threads):
    """{"forward_ms", "both_ms"} of one row."""
    inputs = [drawn(torch, given) for given in row["inputs"]]

    def forward():
        with torch.no_grad():
            return function(*inputs)

    times = {"forward_ms": median_ms(forward, threads)}
    if not row["has_gradient"]:
        return times
    leaves = [x.requires_grad_() for x, given in zip(inputs, row["inputs"])
              if given["kind"] == "variable"]
    dy = torch.ones_like(forward())
    times["both_ms"] = median_ms(
        lambda: [dx.contiguous() for dx in torch.autograd.grad(function(*inputs), leaves, dy)],
        threads)
    return times


def run_once(torch, function, row):
    """Runs one row, and its gradient where it has one."""
    inputs = [drawn(torch, given) for given in row["inputs"]]
    if not row["has_gradient"]:
        function(*inputs)
        return
    leaves = [x.requires_grad_() for x, given in zip(inputs, row["inputs"])
              if given["kind"] == "variable"]
    y = function(*inputs)
    torch.autograd.grad(y, leaves, torch.ones_like(y))


def failures(torch, peers, rows):
    """What the rows said that threw; each runs once."""
    said = []
    for row in rows:
        try:
            run_once(torch, peers[row["name"]], row)
        except Exception as error:  # whatever it is, it is told with the row's name
            said.append(f"{row['name']}: {error}")
    return said


def ours(program, *flags):
    """The rows that bench_ops writes."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "rows.json")
        subprocess.run([program, *flags, "--json", path], check=True, stdout=subprocess.DEVNULL,
                       env=ENVIRONMENT, preexec_fn=lambda: os.sched_setaffinity(0, CORES))
        with open(path) as file:
            return json.load(file)


def compare(torch, program, function, row, threads, turns):
    """The row with "ours_..._ms", "pytorch_..._ms" and "..._ratio"."""
    passes = ["forward", "both"] if row["has_gradient"] else ["forward"]
    measured = {side: {one: [] for one in passes} for side in ("ours", "pytorch")}
    for _ in range(turns):
        (mine,) = ours(program, "--row", row["name"], "--threads", str(threads))
        theirs = pytorch_times(torch, function, row, threads)
        for one in passes:
            measured["ours"][one].append(mine[one + "_ms"])
            measured["pytorch"][one].append(theirs[one + "_ms"])
    for one in passes:
        a, b = measured["ours"][one], measured["pytorch"][one]
        row[f"ours_{one}_ms"], row[f"pytorch_{one}_ms"] = statistics.median(a), statistics.median(b)
        row[f"{one}_ratio"] = statistics.median(x / y for x, y in zip(a, b))
    return row


def print_table(rows, threads):
    def worst(row):
        return max(row["forward_ratio"], row.get("both_ratio", 0))

    def cells(row, one):
        if one + "_ratio" not in row:
            return " | | |"
        return (f" {row[f'ours_{one}_ms']:.3f} | {row[f'pytorch_{one}_ms']:.3f} |"
                f" {row[f'{one}_ratio']:.2f} |")

    print("| row | forward, ms: ours | PyTorch | ratio | and backward: ours | PyTorch | ratio |\n"
          "|---|---|---|---|---|---|---|")
    for row in sorted(rows, key=worst, reverse=True):
        print(f"| {row['name']} |" + cells(row, "forward") + cells(row, "both"))
    for one, title in (("forward", "forward"), ("both", "forward and backward")):
        ratios = [row[one + "_ratio"] for row in rows if one + "_ratio" in row]
        if ratios:
            mean = math.exp(statistics.fmean(map(math.log, ratios)))
            slow = sum(ratio > 1.2 for ratio in ratios)
            print(f"ours / PyTorch, {title}, T={threads}: geometric mean {mean:.2f}, "
                  f"{slow} of {len(ratios)} above 1.2")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bench")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--rows", default="")
    parser.add_argument("--allocator", choices=surroundings.ALLOCATORS, default="keep")
    parser.add_argument("--json")
    parser.add_argument("--once", action="store_true",
                        help="run each of PyTorch's rows once and time nothing")
    return parser.parse_args()


def main():
    options = parse()
    if options.turns < 1:
        sys.exit("pytorch_ops.py: --turns is at least 1")
    # The allocator and OpenBLAS look at these when the process begins.
    wanted = surroundings.variables(options.allocator, options.threads)
    if wanted != dict(os.environ):
        os.execve(sys.executable, [sys.executable, *sys.argv], wanted)
    # PyTorch's threads would go on spinning while ours are timed.
    os.environ.pop("OMP_WAIT_POLICY", None)
    try:
        import torch
    except ImportError as error:
        print(f"pytorch_ops.py: {error}", file=sys.stderr)
        sys.exit(77 if options.once else 1)

    if not options.once:
        surroundings.check(torch)
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    peers, rows = functions(torch), ours(options.bench, "--list")
    names = [row["name"] for row in rows]
    unmatched = sorted(set(names) ^ set(peers))
    if unmatched or len(set(names)) != len(names):
        sys.exit(f"pytorch_ops.py: rows that bench_ops or PyTorch alone has: {unmatched}")
    rows = [row for row in rows if options.rows in row["name"]]
    if options.once:
        said = failures(torch, peers, rows)
        print("\n".join([*said, f"{len(rows)} rows, {len(said)} failed"]))
        sys.exit(1 if said else 0)
    for row in rows:  # A mistake in any of them shows before an hour is spent on the others.
        peers[row["name"]](*(drawn(torch, given) for given in row["inputs"]))
    compared = []
    for row in rows:
        compared.append(compare(torch, options.bench, peers[row["name"]], row, options.threads,
                                options.turns))
        print(f"{len(compared)} {row['name']}", file=sys.stderr, flush=True)
    print_table(compared, options.threads)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(compared, file, indent=1)


if __name__ == "__main__":
    main()
