#!/usr/bin/env python3
"""What PyTorch computes for each row of the gradcheck table: results and gradients, in double.

    cmake --build --preset release --target rows_inputs
    build/release/tests/rows_inputs inputs.safetensors
    python3 rows.py inputs.safetensors      writes rows.safetensors beside this file

tests/ops/golden_rows.hpp says which rows there are and what the file holds of each. A row is
written here in PyTorch's operations, from the definition in docs/ops.md: a function of the row's
inputs, then of its constants. Where the row's name says its options, they are read from it. What
the rows are given is in rows.safetensors too, so that `python3 rows.py rows.safetensors` makes the
same file again. Made with PyTorch 1.13.
"""

import re
import sys

import torch
import torch.nn.functional as F

from safetensors_writer import keep, read, write_beside

torch.manual_seed(2021)
torch.set_default_dtype(torch.float64)

ARITHMETIC = {
    "neg": lambda x: -x,
    "add": lambda a, b: a + b,
    "add, broadcast": lambda a, b: a + b,
    "add, both stretch": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "sub, broadcast": lambda a, b: b - a,
    "mul": lambda a, b: a * b,
    "mul, broadcast": lambda a, b: a * b,
    "mul, by itself": lambda x: x * x,
    "mul, by a number": lambda x: 3 * x,
    "div": lambda a, b: a / b,
    "div, broadcast": lambda a, b: a / b,
    "div, a number": lambda x: 3 / x,
    "pow, a number": lambda x: x**2.5,
    "pow, 3 of negatives": lambda x: x**3,
    "pow, 2": lambda x: x**2,
    "pow, 2 of 0": lambda x: x**2,
    "pow, 1": lambda x: x**1,
    "pow, 1 of 0": lambda x: x**1,
    "pow, 0": lambda x: x**0,
    "pow": lambda a, b: a**b,
    "pow, broadcast": lambda a, b: a**b,
    "pow, of zeros": lambda a, b: a**b,
    "pow, of a number": lambda x: 2**x,
    "gate": lambda x, by: x * (by > 0),
    "gate, by 0": lambda x, by: x * (by > 0),
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "relu": torch.relu,
    "relu, at 0": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "abs": torch.abs,
    "abs, at 0": torch.abs,
    "clamp": lambda x: x.clamp(-0.5, 0.3),
    "clamp, at the ends": lambda x: x.clamp(-0.5, 0.5),
    "clamp_min": lambda x: x.clamp_min(0.2),
    "clamp_min, at the end": lambda x: x.clamp_min(0.25),
}

FUNCTIONS = {
    "expm1": torch.expm1,
    "log1p": torch.log1p,
    "log2": torch.log2,
    "rsqrt": torch.rsqrt,
    "reciprocal": torch.reciprocal,
    "square": torch.square,
    "erf": torch.erf,
    "sin": torch.sin,
    "cos": torch.cos,
    "sign": torch.sign,
    "floor": torch.floor,
    "ceil": torch.ceil,
    "round": torch.round,
    "trunc": torch.trunc,
}
ACTIVATIONS = {
    "leaky_relu": F.leaky_relu,
    "leaky_relu, steep": lambda x: F.leaky_relu(x, 0.3),
    "elu": F.elu,
    "elu, alpha": lambda x: F.elu(x, 0.7),
    "selu": F.selu,
    "relu6": F.relu6,
    "hardswish": F.hardswish,
    "silu": F.silu,
    "softplus": F.softplus,
    "softplus, beta": lambda x: F.softplus(x, 3, 8),
    "log_sigmoid": F.logsigmoid,
    "mish": F.mish,
    "gelu": F.gelu,
    "gelu, tanh": lambda x: F.gelu(x, approximate="tanh"),
}
CHOOSING = {
    "atan2": torch.atan2,
    "atan2, broadcast": lambda a, b: torch.atan2(b, a),
    "minimum": torch.minimum,
    "minimum, broadcast": lambda a, b: torch.minimum(a * a, b),
    "maximum": torch.maximum,
    "maximum, of a number": lambda a: torch.maximum(a * a, torch.tensor(0.3)),
    "where": lambda a, b, by: torch.where(by > 0, a * a, b * b),
    "where, broadcast": lambda a, b, by: torch.where(by > 0, a, b * b),
    "where, a number": lambda a, by: torch.where(by > 0, a * a, 0.5),
    "masked_fill": lambda x, by: (x * x).masked_fill(by > 0, -1.5),
    "masked_fill, broadcast": lambda x, by: (x * x).masked_fill(by > 0, -1.5),
    "prelu": F.prelu,
    "prelu, image": F.prelu,
    "prelu, one weight": F.prelu,
    "atan2, special values": torch.atan2,
    "minimum, special values": torch.minimum,
    "maximum, special values": torch.maximum,
    "where, special values": lambda a, b, by: torch.where(by > 0, a, b),
    "prelu, special values": F.prelu,
}
STANDARD = {op: ARITHMETIC[op] for op in ("exp", "log", "sqrt", "relu", "sigmoid", "tanh", "abs")}
ELEMENTWISE = {
    **FUNCTIONS,
    **ACTIVATIONS,
    **CHOOSING,
    **{f"{op}, special values": f for op, f in {**STANDARD, **FUNCTIONS, **ACTIVATIONS}.items()},
    **{f"{op}, far from 0": f for op, f in ACTIVATIONS.items()},
}

REPEATED = torch.tensor([[6, 0, 3, 3], [0, 1, 1, 0]])


def embed(x, positions, size):
    """Dimension 1 at those positions of `size` zeros."""
    y = torch.zeros(x.shape[0], size, *x.shape[2:])
    y[:, positions] = x
    return y


SHAPE = {
    "broadcast_to": lambda x: (x * x).expand(4, 2, 3),
    "sum_to": lambda x: (x * x).sum((0, 2)).unsqueeze(1),
    "sum": lambda x: (x * x).sum(),
    "sum, dims": lambda x: (x * x).sum((0, -1)),
    "sum, keepdim": lambda x: (x * x).sum(1, keepdim=True),
    "mean": lambda x: (x * x).mean(),
    "mean, dims": lambda x: (x * x).mean((1, 2)),
    "max": lambda x: ((x + 20) ** 2).max(),
    "max, first dim": lambda x: ((x + 20) ** 2).max(0).values,
    "max, keepdim": lambda x: ((x + 20) ** 2).max(1, keepdim=True).values,
    "max, last dim": lambda x: ((x + 20) ** 2).max(-1).values,
    "max, dim of equals": lambda x: x.max(1).values,
    "reshape": lambda x: (x * x).reshape(5, -1),
    "flatten": lambda x: (x * x).flatten(1),
    "permute": lambda x: (x * x).permute(2, 0, 1),
    "transpose": lambda x: (x * x).transpose(0, -1),
    "slice": lambda x: (x * x)[:, 1:3],
    "slice, step 2": lambda x: (x * x)[..., 0:5:2],
    "slice, downwards": lambda x: (x * x)[..., [4, 1]],
    "embed": lambda x: embed(x * x, [2, 5, 8], 9),
    "embed, downwards": lambda x: embed(x * x, [5, 3, 1], 6),
    "select": lambda x: (x * x).select(1, 2),
    "cat": lambda a, b: torch.cat([a * a, b * b], 1),
    "stack": lambda a, b: torch.stack([a * a, b * b], -1),
    "take": lambda x: (x * x).take(REPEATED),
    "put": lambda x: torch.zeros(3, 3).put(REPEATED, x * x, accumulate=True),
    "index_select": lambda x: (x * x).index_select(1, torch.tensor([2, 0, 2])),
    "linear": F.linear,
    "linear, no bias": F.linear,
}

inf = float("inf")


def norm(p, dim=None, keepdim=False):
    return lambda x: torch.linalg.vector_norm(x, p, dim, keepdim)


REDUCTION = {
    "max, several dims": lambda x: ((x + 20) ** 2).amax((0, 2), keepdim=True),
    "max, neighbouring dims": lambda x: ((x + 20) ** 2).amax((1, 2)),
    "min": lambda x: ((x + 20) ** 2).min(),
    "min, middle dim": lambda x: ((x + 20) ** 2).min(1, keepdim=True).values,
    "min, several dims": lambda x: ((x + 20) ** 2).amin((0, 2)),
    "min, dim of equals": lambda x: x.min(1).values,
    "prod": torch.prod,
    "prod, middle dim": lambda x: x.prod(1, keepdim=True),
    "prod, several dims": lambda x: x.prod(2).prod(0),
    "prod, of zeros": lambda x: x.prod(1),
    "var": lambda x: (x * x).var(),
    "var, dims": lambda x: (x * x).var((0, 2), keepdim=True),
    "var, no correction": lambda x: (x * x).var(1, unbiased=False),
    "var, all and keepdim": lambda x: torch.var(x * x, None, correction=2, keepdim=True),
    "stddev": lambda x: (x * x).std(),
    "stddev, dims": lambda x: (x * x).std((0, 1), unbiased=False, keepdim=True),
    "stddev, of equals": lambda x: x.std(1),
    "sum_over": lambda x: 2 * x * x,
    "mean_over": lambda x: x * x,
    "logsumexp": lambda x: x.logsumexp(1),
    "logsumexp, several dims": lambda x: x.logsumexp((0, -1), keepdim=True),
    "norm": norm(2),
    "norm, dims": norm(2, (0, 2), True),
    "norm, 1": lambda x: (x * x).norm(1),
    "norm, 3": norm(3, 1),
    "norm, 1.5": norm(1.5, 1),
    "norm, 0.5": norm(0.5, -1),
    "norm, -1": norm(-1, -1),
    "norm, inf": lambda x: norm(inf, (0, 2))((x + 20) ** 2),
    "norm, -inf": lambda x: norm(-inf, 1)((x + 20) ** 2),
    "norm, of zeros": norm(2, 1),
    "norm, 0 of zeros": lambda x: norm(0, 1)(x) + 0 * x.sum(),  # else x is not in its graph
    "norm, 1 of zeros": norm(1, 1),
    "norm, 1.5 of zeros": norm(1.5, 1),
    "norm, 3 of zeros": norm(3, 1),
    "cumsum": lambda x: (x * x).cumsum(1),
    "cumsum, last dim": lambda x: (x * x).cumsum(-1),
    "cumprod": lambda x: x.cumprod(1),
    "cumprod, last dim": lambda x: x.cumprod(-1),
    "cumprod, of zeros": lambda x: x.cumprod(1),
    "sort": lambda x: ((x + 20) ** 2).sort().values,
    "sort, descending": lambda x: ((x + 20) ** 2).sort(0, descending=True).values,
    "sort, of equals": lambda x: x.sort(stable=True).values,
    "topk": lambda x: ((x + 20) ** 2).topk(2).values,
    "topk, smallest": lambda x: ((x + 20) ** 2).topk(3, 1, largest=False).values,
}

INDEX = (torch.arange(40) ** 2 % 7 % 3).view(2, 4, 5)
FEW = torch.tensor([[[4, 0], [1, 1]]])
ROWS = torch.tensor([2, 0, 2, 2])

INDEXING = {
    "gather": lambda x: (x * x).gather(1, INDEX),
    "gather, a few": lambda x: (x * x).gather(-1, FEW),
    "scatter_add": lambda x, src: (x * x).scatter_add(1, INDEX, src * src),
    # PyTorch has no gradient for a src that is larger than the index.
    "scatter_add, a few": lambda x, src: (x * x).scatter_add(2, FEW, (src * src)[:1, :2, :2]),
    "index_add": lambda x, src: (x * x).index_add(1, ROWS, src * src),
    "index_add, alpha": lambda x, src: (x * x).index_add(1, ROWS, src * src, alpha=-0.5),
    "embedding": lambda w: F.embedding(FEW, w * w),
    "embedding, padding": lambda w: F.embedding(FEW, w * w, padding_idx=1),
    "embedding, last padding": lambda w: F.embedding(FEW, w * w, padding_idx=-1),
}


def products(parts):
    y = parts[0]
    for part in parts[1:]:
        y = y * part
    return y


def pad2(x, pads, mode):
    """The two last of three dimensions, which F.pad takes for planes of one image."""
    return F.pad((x * x).unsqueeze(0), pads, mode=mode).squeeze(0)


def meshgrid(a, b, indexing):
    a, b = torch.meshgrid(a, b, indexing=indexing)
    return a * a * b


LAYOUT = {
    "squeeze": lambda x: (x * x).squeeze(),
    "squeeze, dims": lambda x: (x * x).squeeze(1).squeeze(-2),
    "unsqueeze": lambda x: (x * x).unsqueeze(-1),
    "expand": lambda x: (x * x).expand(2, 4, -1, 3, -1),
    "repeat": lambda x: (x * x).repeat(2, 1, 3, 2),
    "tile": lambda x: (x * x).tile(3, 2),
    "flip": lambda x: (x * x).flip(0, -1),
    "roll": lambda x: (x * x).roll((1, -7), (1, 2)),
    "roll, of all": lambda x: (x * x).roll(4),
    "split": lambda x: torch.cat(
        [(x * x).split([2, 0, 3], -1)[2] ** 2, (x * x).split([2, 0, 3], -1)[0]], -1
    ),
    "split, of a size": lambda x: products((x * x).split(2, 2)),
    "chunk": lambda x: products((x * x).chunk(2, 1)),
    "meshgrid": lambda a, b: meshgrid(a, b, "ij"),
    "meshgrid, xy": lambda a, b: meshgrid(a, b, "xy"),
    "pad": lambda x: F.pad(x * x, (1, 2, 0, 3)),
    "pad, value": lambda x: F.pad(x * x, (-1, 2, 2, -2, 1, 0), value=1.5),
    "pad, reflect": lambda x: pad2(x, (4, 2, 1, 2), "reflect"),
    "pad, replicate": lambda x: pad2(x, (6, 2, 1, 4), "replicate"),
    "pad, circular": lambda x: pad2(x, (5, 2, 1, 3), "circular"),
    "tril": lambda x: (x * x).tril(),
    "tril, above": lambda x: (x * x).tril(1),
    "triu": lambda x: (x * x).triu(),
    "triu, below": lambda x: (x * x).triu(-1),
    "diagonal": lambda x: (x * x).diagonal(),
    "diagonal, above": lambda x: (x * x).diagonal(2, 1, -1),
    "diagonal, below": lambda x: (x * x).diagonal(-1, 2, 0),
    "unfold": lambda x: F.unfold(x * x, (3, 2), stride=(2, 1), padding=1),
    "unfold, dilated": lambda x: F.unfold(x * x, 2, dilation=(3, 2)),
    "fold": lambda x: F.fold(x * x, (5, 4), (3, 2), stride=(2, 1), padding=1),
}

# Of x [2, 2, 5, 4] and a kernel 3x2 with stride 2x1 and padding 1: the gradient of the weights is
# a convolution over the batch, in which stride and dilation have changed places.
CONV = {
    "conv2d, depthwise": lambda x, w: F.conv2d(x, w, None, 2, 1, 1, 3),
    "conv2d_backward_data": lambda dy, w: F.conv_transpose2d(dy, w, None, (2, 1), 1),
    "conv2d_backward_weights": lambda x, dy: F.conv2d(
        x.transpose(0, 1), dy.transpose(0, 1), None, 1, 1, (2, 1)
    ).transpose(0, 1),
}

PIXELS = (torch.arange(12) * 8 % 35).view(1, 3, 4)


def scatter_pixels(y):
    return torch.zeros(1, 3, 35).scatter_add(2, PIXELS, y.flatten(2)).view(1, 3, 7, 5)


POOL = {
    "max_pool2d, of equals": lambda x: F.max_pool2d(x.view(1, 1, 3, 3), 2, 1),
    "avg_pool2d, divisor 5": lambda x: (
        F.avg_pool2d(x, (3, 2), 2, 1, True, False, divisor_override=5) ** 2
    ),
    "global_avg_pool": lambda x: x.mean((2, 3)) ** 2,
    "gather_pixels": lambda x: x.flatten(2).gather(2, PIXELS).view(1, 3, 2, 2) ** 2,
    "scatter_pixels": lambda y: scatter_pixels(y) ** 2,
}


def train(x, w=None, b=None, eps=0.01):
    return F.batch_norm(x, None, None, w, b, True, eps=eps)


def evaluate(x, w, b, mean, variance, eps=0.01):
    return F.batch_norm(x, mean, variance, w, b, eps=eps)


LABELS = torch.tensor([2, 0, 1, 2, 2])
NORMALIZATION = {
    "batch_norm_train, 1d": train,
    "batch_norm_train, 1d with length": train,
    "batch_norm_train, 2d": train,
    "batch_norm_train, with peers": train,
    "batch_norm_train, not affine": lambda x: train(x, eps=1e-5),
    "batch_norm_train, weight only": lambda x, w: train(x, w, eps=1e-5),
    "batch_norm_relu_train": lambda x, w, b: train(x, w, b).relu(),
    "batch_norm_relu_train, with peers": lambda x, w, b, r: (train(x, w, b) + r).relu(),
    "batch_norm_relu_train, residual": lambda x, w, b, r: (train(x, w, b) + r).relu(),
    "batch_norm_relu_train, residual and not affine": lambda x, r: (train(x) + r).relu(),
    "batch_norm, 1d": evaluate,
    "batch_norm, 2d": evaluate,
    "batch_norm, not affine": lambda x, m, v: evaluate(x * x, None, None, m, v, 1e-5),
    "batch_norm_relu": lambda x, w, b, m, v: evaluate(x, w, b, m, v).relu(),
    "batch_norm_relu, residual": lambda x, w, b, r, m, v: (evaluate(x, w, b, m, v) + r).relu(),
    "softmax": lambda x: F.softmax(x, -1),
    "softmax, middle dim": lambda x: F.softmax(x, 1),
    "log_softmax": lambda x: F.log_softmax(x, -1),
    "log_softmax, first dim": lambda x: F.log_softmax(x, 0),
    "cross_entropy": lambda x: F.cross_entropy(x, LABELS),
    "cross_entropy, smoothed": lambda x: F.cross_entropy(x, LABELS, label_smoothing=0.1),
    "cross_entropy, of the smoothing alone": lambda x: F.cross_entropy(
        x, LABELS, label_smoothing=1.0
    ),
    "dropout": lambda x, u: x * x * (u >= 0.4) / (1 - 0.4),
    "straight_through": lambda x: x * x,
    "straight_through, of another value": lambda x, hard: hard + x * x - (x * x).detach(),
}

PIXEL_LABELS = torch.tensor([[[2, 0], [1, 1]], [[0, 2], [2, 2]]])
ONE_LABEL = torch.tensor(1)
SIGNS = torch.tensor([1.0, -1.0, 1.0, -1.0])


def entropy(labels, **options):
    return lambda x, w=None: F.cross_entropy(x, labels, weight=w, **options)


def soft_entropy(**options):
    return lambda x, t, w=None: F.cross_entropy(x, t, weight=w, **options)


def nll(labels, **options):
    return lambda x, w=None: F.nll_loss(x * x, labels, weight=w, **options)


def bce_with_logits(x, t, weight, pos_weight):
    return F.binary_cross_entropy_with_logits(x, t, weight, reduction="sum", pos_weight=pos_weight)


LOSSES = {
    "cross_entropy, sum": entropy(LABELS, reduction="sum"),
    "cross_entropy, none": entropy(LABELS, reduction="none"),
    "cross_entropy, ignoring 0": entropy(LABELS, ignore_index=0),
    "cross_entropy, weighted": entropy(LABELS),
    "cross_entropy, weighted, smoothed and ignoring 2": entropy(
        LABELS, ignore_index=2, label_smoothing=0.3
    ),
    "cross_entropy, pixels": entropy(PIXEL_LABELS),
    "cross_entropy, pixels, weighted and smoothed": entropy(PIXEL_LABELS, label_smoothing=0.2),
    "cross_entropy, pixels, weighted, ignoring 1, none": entropy(
        PIXEL_LABELS, ignore_index=1, reduction="none"
    ),
    "cross_entropy, one row": entropy(ONE_LABEL, label_smoothing=0.1),
    "cross_entropy, distributions": soft_entropy(),
    "cross_entropy, distributions, weighted, smoothed, none": soft_entropy(
        label_smoothing=0.1, reduction="none"
    ),
    "cross_entropy, distributions of pixels, weighted": soft_entropy(),
    "cross_entropy, one distribution": soft_entropy(reduction="sum"),
    "nll_loss": nll(LABELS),
    "nll_loss, weighted and ignoring 0": nll(LABELS, ignore_index=0),
    "nll_loss, pixels, ignoring 2, none": nll(PIXEL_LABELS, ignore_index=2, reduction="none"),
    "nll_loss, one row, sum": nll(ONE_LABEL, reduction="sum"),
    "mse_loss": F.mse_loss,
    "mse_loss, none": lambda x, t: F.mse_loss(x, t, reduction="none"),
    "l1_loss": lambda x, t: F.l1_loss(x, t * t),
    "l1_loss, sum": lambda x, t: F.l1_loss(x * x, t, reduction="sum"),
    "l1_loss, of equals": F.l1_loss,
    "smooth_l1_loss": F.smooth_l1_loss,
    "smooth_l1_loss, beta 0.5": lambda x, t: F.smooth_l1_loss(x, t, reduction="none", beta=0.5),
    "smooth_l1_loss, at beta": lambda x, t: F.smooth_l1_loss(x, t, beta=0.5),
    "huber_loss": F.huber_loss,
    "huber_loss, delta 0.3": lambda x, t: F.huber_loss(x, t, reduction="sum", delta=0.3),
    "huber_loss, at delta": lambda x, t: F.huber_loss(x, t, delta=0.5),
    "binary_cross_entropy": F.binary_cross_entropy,
    "binary_cross_entropy, weighted, none": lambda x, t, w: F.binary_cross_entropy(
        x, t, w, reduction="none"
    ),
    "binary_cross_entropy, of certainties": F.binary_cross_entropy,
    "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
    "binary_cross_entropy_with_logits, weighted": bce_with_logits,
    "kl_div": F.kl_div,
    "kl_div, batchmean": lambda x, t: F.kl_div(x, t, reduction="batchmean"),
    "kl_div, log_target": lambda x, t: F.kl_div(x, t, reduction="none", log_target=True),
    "kl_div, of what cannot be": F.kl_div,
    "triplet_margin_loss": F.triplet_margin_loss,
    "triplet_margin_loss, swap, p 3": lambda a, p, n: F.triplet_margin_loss(
        a, p, n, margin=0.7, p=3, swap=True, reduction="none"
    ),
    "triplet_margin_loss, p 1.5": lambda a, p, n: F.triplet_margin_loss(
        a, p, n, p=1.5, reduction="sum"
    ),
    "cosine_embedding_loss": lambda a, b: F.cosine_embedding_loss(a, b, SIGNS),
    "cosine_embedding_loss, margin 0.2, none": lambda a, b: F.cosine_embedding_loss(
        a, b, SIGNS, margin=0.2, reduction="none"
    ),
}


def rms_norm(x, dims, weight=None, eps=None):
    """nn.functional.rms_norm of PyTorch 2.4, which 1.13 lacks."""
    eps = torch.finfo(x.dtype).eps if eps is None else eps
    y = x / (x.square().mean(dims, keepdim=True) + eps).sqrt()
    return y if weight is None else y * weight


NORMS = {
    "layer_norm": lambda x, w, b: F.layer_norm(x, (4,), w, b),
    "layer_norm, two dimensions, eps 0.1": lambda x, w, b: F.layer_norm(x, (3, 4), w, b, 0.1),
    "layer_norm, not affine": lambda x: F.layer_norm(x, (4,)),
    "rms_norm": lambda x, w: rms_norm(x, (-1,), w),
    "rms_norm, two dimensions, eps 0.1": lambda x: rms_norm(x, (-2, -1), eps=0.1),
    "group_norm": lambda x, w, b: F.group_norm(x, 2, w, b),
    "group_norm, of rows, not affine": lambda x: F.group_norm(x, 2, eps=0.1),
    "instance_norm": lambda x, w, b: F.instance_norm(x, weight=w, bias=b),
    "instance_norm, with length, not affine": lambda x: F.instance_norm(x, eps=0.1),
    "normalize": F.normalize,
    "normalize, p 1, last dim": lambda x: F.normalize(x, 1, -1),
    "normalize, p 3, first dim": lambda x: F.normalize(x, 3, 0),
    "normalize, p 1.5": lambda x: F.normalize(x, 1.5),
    "normalize, largest": lambda x: F.normalize(x, float("inf")),
    "normalize, shorter than eps": lambda x: F.normalize(x, eps=10),
    "normalize, of 0": F.normalize,
    "normalize, of 0, p 1": lambda x: F.normalize(x, 1),
    "cosine_similarity": F.cosine_similarity,
    "cosine_similarity, broadcast": lambda a, b: F.cosine_similarity(a, b, -1),
    "cosine_similarity, of 0": F.cosine_similarity,
}


def attend(q, k, scale=None, added=0.0):
    """nn.functional.scaled_dot_product_attention of PyTorch 2.0, which 1.13 lacks: the weights."""
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    return F.softmax(scale * q @ k.mT + added, -1)


def hidden(visible):
    return torch.zeros(visible.shape).masked_fill(visible == 0, float("-inf"))


ATTENTION = {
    "outer": torch.outer,
    "scaled_dot_product_attention": lambda q, k, v: attend(q, k) @ v,
    "scaled_dot_product_attention, masked": lambda q, k, v, sees: (
        attend(q, k, added=hidden(sees)) @ v
    ),
    "scaled_dot_product_attention, causal, scale 0.3": lambda q, k, v: (
        attend(q, k, 0.3, hidden(torch.ones(3, 3).tril())) @ v
    ),
    "scaled_dot_product_attention, bias": lambda q, k, v, bias: attend(q, k, added=bias) @ v,
    "scaled_dot_product_attention, dropout": lambda q, k, v, u: (
        (attend(q, k) * (u >= 0.4) / (1 - 0.4)) @ v
    ),
}


def shift(x, frames, offset):
    """y_t = x_(t + offset) within each clip, 0 where there is no such frame."""
    clips = x.unflatten(0, (-1, frames))
    y = [
        clips[:, t + offset] if 0 <= t + offset < frames else torch.zeros_like(clips[:, 0])
        for t in range(frames)
    ]
    return torch.stack(y, 1).flatten(0, 1)


def temporal_shift(x, frames, fold, direction=1):
    ahead, back, rest = x.split([fold, fold, x.shape[1] - 2 * fold], 1)
    return torch.cat([shift(ahead, frames, direction), shift(back, frames, -direction), rest], 1)


VIDEO = {
    "fold_time": lambda x: x.flatten(0, 1),
    "unfold_time": lambda x: x.unflatten(0, (-1, 3)),
    "shift_time, previous": lambda x: shift(x, 3, -1),
    "shift_time, next but one": lambda x: shift(x, 3, 2),
    "temporal_shift": lambda x: temporal_shift(x, 3, 2),
    "temporal_shift, back": lambda x: temporal_shift(x, 3, 1, -1),
    "last_frame": lambda x: (x * x)[2::3],
    "average_consensus": lambda x: x.unflatten(0, (-1, 3)).mean(1),
}

SKIP, REUSE, KEEP = range(3)


def fuse(y, weights, frames, history=None):
    """Equation 3 of the paper; the history is that of y."""
    scale = weights[..., None, None]  # [N*T, c, 3, 1, 1]
    before = shift(y if history is None else history, frames, -1)
    return scale[:, :, KEEP] * y + scale[:, :, REUSE] * before


def gumbel_softmax(x, noise, tau=0.67, hard=True):
    soft = F.softmax((F.softmax(x, -1).clamp_min(1e-8).log() + noise) / tau, -1)
    one_hot = F.one_hot(soft.argmax(-1), soft.shape[-1])
    return one_hot + soft - soft.detach() if hard else soft


def cost(kind, *blocks):
    """Section 3.3 of the paper: of two blocks with costs of computing and of reading a channel."""
    computing, reading = [[3.0, 5.0], [4.0]], [[2.0, 7.0], [6.0]]
    total = torch.tensor(100.0)
    for weights, up, down in zip(blocks, computing, reading):
        w = weights.unflatten(0, (-1, 3))  # [N, T, c, 3]
        total = total - (w[..., SKIP].mean((0, 1)) * torch.tensor(down)).sum()
        if kind == "upper bound":
            continue
        not_kept = 1 - w[..., KEEP]
        if kind == "authors":  # their last frame reads the one before it
            not_kept = not_kept[:, [0, 1, 1]]
        not_reused = 1 - torch.cat([w[:, 1:, :, REUSE], torch.zeros_like(w[:, :1, :, REUSE])], 1)
        total = total - ((not_kept * not_reused).mean((0, 1)) * torch.tensor(up)).sum()
    return total / 10


FUSION = {
    "fuse": lambda y, w: fuse(y, w, 3),
    "fuse, single frames": lambda y, w: fuse(y, w, 1),
    "fuse, detached history": lambda y, w: fuse(y, w, 3, y.detach()),
    "fuse_composed": lambda y, w: fuse(y, w, 3),
    "gumbel_softmax": lambda x, noise: gumbel_softmax(x, noise, hard=False),
    "gumbel_softmax, hard": gumbel_softmax,
    "gumbel_softmax, hardly possible": lambda x, noise: gumbel_softmax(x, noise, hard=False),
    "draw_choices": lambda x, noise: gumbel_softmax(x, noise, hard=False),
    "draw_choices, gumbel": lambda x, noise: gumbel_softmax(x, noise, 0.5),
    "draw_choices, straight-through": lambda x, noise: gumbel_softmax(x, 0 * noise, 0.5),
    "draw_choices, reinforce": lambda x, noise: F.one_hot((x + noise).argmax(-1), 3) + 0 * x,
    "adaptive_cost, real": lambda a, b: cost("real", a, b),
    "adaptive_cost, upper bound": lambda a, b: cost("upper bound", a, b),
    "adaptive_cost, authors": lambda a, b: cost("authors", a, b),
}

TRANSPOSED = {
    "conv_transpose1d": F.conv_transpose1d,
    "conv_transpose1d, stride 3, padding 1, output_padding 2, groups 2": lambda x, w, b: (
        F.conv_transpose1d(x, w, b, 3, 1, 2, 2)
    ),
    "conv_transpose1d, output_padding beyond the stride": lambda x, w: F.conv_transpose1d(
        x, w, None, 1, 1, 2, 1, 3
    ),
    "conv_transpose2d": lambda x, w, b: F.conv_transpose2d(x, w, b, 2),
    "conv_transpose2d, stride 2x3, padding 1x0, output_padding 1x2, groups 2, dilation 1x2": (
        lambda x, w, b: F.conv_transpose2d(x, w, b, (2, 3), (1, 0), (1, 2), 2, (1, 2))
    ),
    "conv_transpose2d, output_padding beyond the stride": lambda x, w: F.conv_transpose2d(
        x, w, None, (1, 2), 1, (2, 3), 1, (3, 4)
    ),
    "conv_transpose3d": lambda x, w, b: F.conv_transpose3d(x, w, b, 2),
    "conv_transpose3d, stride 2x1x2, padding 1x1x0, output_padding 1x0x0, groups 2, dilation "
    "1x1x2": lambda x, w, b: F.conv_transpose3d(
        x, w, b, (2, 1, 2), (1, 1, 0), (1, 0, 0), 2, (1, 1, 2)
    ),
    "conv_transpose3d, output_padding beyond the stride": lambda x, w: F.conv_transpose3d(
        x, w, None, 1, 0, (1, 1, 2), 1, (2, 2, 3)
    ),
}
LINES_AND_VOLUMES = {
    "conv1d": F.conv1d,
    "conv1d, stride 2, padding 2, dilation 2, groups 2": lambda x, w, b: F.conv1d(
        x, w, b, 2, 2, 2, 2
    ),
    "conv1d, no bias": lambda x, w: F.conv1d(x, w, None, 1, 1),
    "conv3d": F.conv3d,
    "conv3d, stride 2x1x2, padding 1x0x2, dilation 2x1x1, groups 2": lambda x, w, b: F.conv3d(
        x, w, b, (2, 1, 2), (1, 0, 2), (2, 1, 1), 2
    ),
    "conv3d, no bias": lambda x, w: F.conv3d(x, w, None, 1, 1),
    "batch_norm_train, 3d": train,
    "max_pool1d": lambda x: F.max_pool1d(x, 2) ** 2,
    "max_pool1d, overlapping, ceil": lambda x: F.max_pool1d(x, 4, 3, 1, ceil_mode=True) ** 2,
    "max_pool1d, of equals": lambda x: F.max_pool1d(x, 3, 2),
    "avg_pool1d": lambda x: F.avg_pool1d(x, 2) ** 2,
    "avg_pool1d, overlapping, ceil": lambda x: F.avg_pool1d(x, 4, 3, 1, True) ** 2,
    "avg_pool1d, no pad": lambda x: F.avg_pool1d(x, 3, 2, 1, True, False) ** 2,
    "max_pool3d": lambda x: F.max_pool3d(x, 2) ** 2,
    "max_pool3d, overlapping, ceil": lambda x: (
        F.max_pool3d(x, (3, 2, 3), (2, 1, 2), (1, 1, 0), ceil_mode=True) ** 2
    ),
    "max_pool3d, of equals": lambda x: F.max_pool3d(x, 2, 1),
    "avg_pool3d": lambda x: F.avg_pool3d(x, 2) ** 2,
    "avg_pool3d, overlapping, ceil": lambda x: (
        F.avg_pool3d(x, (3, 2, 3), (2, 1, 2), (1, 1, 0), True) ** 2
    ),
    "avg_pool3d, divisor 5": lambda x: (
        F.avg_pool3d(x, (3, 2, 3), (2, 1, 2), (1, 1, 0), True, divisor_override=5) ** 2
    ),
    "avg_pool3d, no pad": lambda x: (
        F.avg_pool3d(x, (2, 3, 2), (2, 3, 1), 1, False, False) ** 2
    ),
}
ADAPTIVE_POOL = {
    "adaptive_avg_pool1d, to 3": lambda x: F.adaptive_avg_pool1d(x, 3) ** 2,
    "adaptive_avg_pool1d, to 9": lambda x: F.adaptive_avg_pool1d(x, 9) ** 2,
    "adaptive_avg_pool2d, to 3x2": lambda x: F.adaptive_avg_pool2d(x, (3, 2)) ** 2,
    "adaptive_avg_pool2d, to 1": lambda x: F.adaptive_avg_pool2d(x, 1) ** 2,
    "adaptive_avg_pool2d, dividing": lambda x: F.adaptive_avg_pool2d(x, (3, 2)) ** 2,
    "adaptive_avg_pool3d, to 2x3x2": lambda x: F.adaptive_avg_pool3d(x, (2, 3, 2)) ** 2,
    "adaptive_max_pool1d, to 3": lambda x: F.adaptive_max_pool1d(x, 3) ** 2,
    "adaptive_max_pool1d, to 9": lambda x: F.adaptive_max_pool1d(x, 9) ** 2,
    "adaptive_max_pool2d, to 3x2": lambda x: F.adaptive_max_pool2d(x, (3, 2)) ** 2,
    "adaptive_max_pool2d, to 1": lambda x: F.adaptive_max_pool2d(x, 1) ** 2,
    "adaptive_max_pool2d, dividing": lambda x: F.adaptive_max_pool2d(x, (3, 2)) ** 2,
    "adaptive_max_pool3d, to 2x3x2": lambda x: F.adaptive_max_pool3d(x, (2, 3, 2)) ** 2,
    "adaptive_max_pool2d, of equals": lambda x: F.adaptive_max_pool2d(x, (3, 2)),
    "adaptive_max_pool3d, of equals": lambda x: F.adaptive_max_pool3d(x, 2),
}


def resize(mode, align_corners=None, **size):
    return lambda x: F.interpolate(x * x, mode=mode, align_corners=align_corners, **size)


def grid_sample(mode, padding, corners):
    if mode == "nearest":
        return lambda x, grid: F.grid_sample(x * x, grid, mode, padding, corners)
    return lambda x, grid: F.grid_sample(x, grid, mode, padding, corners)


RESIZE = {
    "interpolate, nearest, scale 2": resize("nearest", scale_factor=2),
    "interpolate, nearest, scale 1.7x0.6": resize("nearest", scale_factor=(1.7, 0.6)),
    "interpolate, nearest, line to 7": resize("nearest", size=7),
    "interpolate, nearest, volume to 2x5x3": resize("nearest", size=(2, 5, 3)),
    "interpolate, nearest_exact, to 7x3": resize("nearest-exact", size=(7, 3)),
    "interpolate, nearest_exact, volume, scale 1.7": resize("nearest-exact", scale_factor=1.7),
    "interpolate, linear, to 8": resize("linear", False, size=8),
    "interpolate, linear, to 3, corners": resize("linear", True, size=3),
    "interpolate, linear, to 1, corners": resize("linear", True, size=1),
    "interpolate, bilinear, scale 2": resize("bilinear", False, scale_factor=2),
    "interpolate, bilinear, scale 1.7x0.6": resize("bilinear", False, scale_factor=(1.7, 0.6)),
    "interpolate, bilinear, scale 1.1, of the same size": resize(
        "bilinear", False, scale_factor=1.1
    ),
    "interpolate, bilinear, to 7x5": resize("bilinear", False, size=(7, 5)),
    "interpolate, bilinear, to 7x3, corners": resize("bilinear", True, size=(7, 3)),
    "interpolate, bilinear, scale 1.7, corners": resize("bilinear", True, scale_factor=1.7),
    "interpolate, trilinear, scale 2": resize("trilinear", False, scale_factor=2),
    "interpolate, trilinear, to 5x3x2, corners": resize("trilinear", True, size=(5, 3, 2)),
    "interpolate, bicubic, scale 2": resize("bicubic", False, scale_factor=2),
    "interpolate, bicubic, to 7x3": resize("bicubic", False, size=(7, 3)),
    "interpolate, bicubic, scale 1.7x0.6": resize("bicubic", False, scale_factor=(1.7, 0.6)),
    "interpolate, bicubic, to 7x3, corners": resize("bicubic", True, size=(7, 3)),
    "interpolate, area, to 3x2": resize("area", size=(3, 2)),
    "interpolate, area, line, scale 0.7": resize("area", scale_factor=0.7),
    "pixel_shuffle": lambda x: F.pixel_shuffle(x * x, 2),
    "pixel_shuffle, leading dimensions": lambda x: F.pixel_shuffle(x * x, 3),
    "pixel_unshuffle": lambda x: F.pixel_unshuffle(x * x, 2),
    **{
        f"grid_sample, {mode}, {padding}{', corners' * corners}": grid_sample(
            mode, padding, corners
        )
        for mode in ("bilinear", "nearest")
        for padding in ("zeros", "border", "reflection")
        for corners in (False, True)
    },
}


def det3(x):
    """By the expansion along the first row: torch's derivative of a singular matrix is rounded."""
    (a, b, c), (d, e, f), (g, h, i) = [row.unbind(-1) for row in x.unbind(-2)]
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


LINALG = {
    "inverse": torch.linalg.inv,
    "solve": torch.linalg.solve,
    "solve, a vector": torch.linalg.solve,
    "solve, vectors": torch.linalg.solve,
    "solve, batches stretch": torch.linalg.solve,
    "det": torch.linalg.det,
    "det, singular": det3,
    "slogdet": lambda x: torch.linalg.slogdet(x).logabsdet,
    "cholesky": lambda x: torch.linalg.cholesky(x @ x.mT + torch.eye(3)),
}

FAMILIES = [
    ARITHMETIC, ELEMENTWISE, SHAPE, CONV, POOL, NORMALIZATION, VIDEO, FUSION, REDUCTION,
    INDEXING, LAYOUT, LOSSES, NORMS, ATTENTION,
    LINES_AND_VOLUMES, TRANSPOSED, ADAPTIVE_POOL, RESIZE, LINALG,
]
NAMED = {row: function for family in FAMILIES for row, function in family.items()}


def einsum(equation):
    def of(*operands):
        y = torch.einsum(equation, *operands)
        return y * y if len(operands) == 1 else y

    return of


def size(text):
    """(3, 2) of 3x2."""
    return tuple(int(number) for number in text.split("x"))


def conv2d(stride, padding, dilation, groups):
    sizes = size(stride), size(padding), size(dilation)
    return lambda x, w, b: F.conv2d(x, w, b, *sizes, int(groups))


def pool2d(kind, kernel, stride, padding, ceil, no_pad):
    sizes = size(kernel), size(stride), size(padding)
    if kind == "max":
        return lambda x: F.max_pool2d(x, *sizes, ceil_mode=bool(ceil)) ** 2
    return lambda x: F.avg_pool2d(x, *sizes, bool(ceil), not no_pad) ** 2


def matmul(transpose_a, transpose_b):
    return lambda a, b: (a.mT if transpose_a else a) @ (b.mT if transpose_b else b)


SIZE = r"(\d+x\d+)"
PATTERNS = {
    rf"conv2d, stride {SIZE}, padding {SIZE}, dilation {SIZE}, groups (\d+), kernel .+": conv2d,
    rf"(max|avg)_pool2d, kernel {SIZE}, stride {SIZE}, padding {SIZE}(, ceil)?(, no pad)?": pool2d,
    r"matmul, \[[\d,]+\](\^T)? \[[\d,]+\](\^T)?": matmul,
    r"einsum, ([a-z.,>-]+)": einsum,
}


def function_of(row):
    """The row in PyTorch's operations."""
    if row in NAMED:
        return NAMED[row]
    for pattern, make in PATTERNS.items():
        match = re.fullmatch(pattern, row)
        if match:
            return make(*match.groups())
    sys.exit(f"rows.py: row {row!r} of the gradcheck table is not written here")


def keep_row(row, inputs, constants):
    y = function_of(row)(*[x.requires_grad_() for x in inputs], *constants)
    gradients = torch.autograd.grad(y, inputs, DY[: y.numel()].view(y.shape))
    keep(row, y=y, **{f"dx{i}": dx for i, dx in enumerate(gradients)})


DY = torch.rand(1024) * 2 - 1
keep("given", dy=DY)
given = {n: v for n, v in read(sys.argv[1]).items() if re.search(r"\.(inputs|constants|\d+)$", n)}
rows = [name.removesuffix(".inputs") for name in given if name.endswith(".inputs")]
gone = NAMED.keys() - set(rows)
if gone:
    sys.exit(f"rows.py: no rows of the gradcheck table: {sorted(gone)}")
for name, value in given.items():
    case, _, last = name.rpartition(".")
    keep(case, **{last: value})
for row in rows:
    numbers = [given.get(f"{row}.{kind}", torch.tensor([])) for kind in ("inputs", "constants")]
    keep_row(row, *[[given[f"given.{int(n)}"].clone() for n in kind] for kind in numbers])
write_beside(__file__)
