#!/usr/bin/env python3
"""What PyTorch computes for convolutions, poolings and batch norms: inputs, results, gradients.

    python3 ops.py        writes ops.safetensors beside this file

Cases that say more than rows.py, which has every operation: settings that differ in height and
width, maxima reached twice, running statistics, second derivatives; all in double.

Each case is a group of tensors `op.number.name`. `options` are the integers that the test passes on;
`x`, `weight`, `bias` are inputs, `y` is the result, `dy` the gradient that arrives there, and `dx`,
`dweight`, `dbias` are what PyTorch sends back. Made with PyTorch 1.13.
"""

import torch
import torch.nn.functional as F

from safetensors_writer import keep, write_beside

torch.manual_seed(2021)
torch.set_default_dtype(torch.float64)


def keep_gradients(case, f, **inputs):
    """Keeps the inputs, y = f(inputs), a random dy, and d<name> for each input."""
    for value in inputs.values():
        value.requires_grad_()
    y = f(*inputs.values())
    dy = torch.randn_like(y)
    y.backward(dy)
    keep(case, **inputs, y=y, dy=dy, **{f"d{name}": value.grad for name, value in inputs.items()})


def conv2d():
    # x, out channels, kernel, then stride, padding, dilation (height, width each), groups
    cases = [
        ((2, 3, 6, 5), 4, (3, 3), (1, 1, 1, 1, 1, 1, 1)),
        ((1, 3, 7, 8), 2, (3, 3), (2, 2, 1, 1, 1, 1, 1)),
        ((2, 4, 5, 6), 3, (1, 1), (1, 1, 0, 0, 1, 1, 1)),
        ((2, 4, 5, 6), 3, (1, 1), (2, 2, 0, 0, 1, 1, 1)),
        ((1, 2, 9, 7), 3, (5, 2), (2, 1, 2, 0, 1, 1, 1)),
        ((1, 2, 8, 7), 2, (3, 3), (1, 1, 2, 2, 2, 2, 1)),
        ((2, 4, 6, 5), 6, (3, 3), (1, 2, 1, 0, 1, 1, 2)),
        ((1, 3, 7, 7), 3, (3, 2), (3, 2, 0, 1, 2, 1, 3)),
    ]
    for number, (shape, out, kernel, options) in enumerate(cases):
        groups = options[6]
        keep(f"conv2d.{number}", options=options)
        keep_gradients(
            f"conv2d.{number}",
            lambda x, w, b: F.conv2d(x, w, b, options[0:2], options[2:4], options[4:6], groups),
            x=torch.randn(shape),
            weight=torch.randn(out, shape[1] // groups, *kernel),
            bias=torch.randn(out),
        )


def pools():
    # kernel, stride, padding (height, width each), ceil_mode, count_include_pad
    cases = [
        (2, 2, 2, 2, 0, 0, 0, 1),
        (3, 3, 2, 2, 1, 1, 0, 1),
        (3, 3, 2, 2, 0, 0, 1, 1),
        (3, 3, 2, 2, 1, 1, 1, 1),
        (3, 3, 2, 2, 1, 1, 1, 0),
        (3, 3, 1, 1, 1, 1, 0, 0),
        (2, 4, 3, 2, 1, 2, 1, 1),
        (2, 4, 3, 2, 1, 2, 1, 0),
    ]
    for number, options in enumerate(cases):
        kernel, stride, padding = options[0:2], options[2:4], options[4:6]
        ceil_mode, count = bool(options[6]), bool(options[7])
        x = torch.randn(2, 2, 7, 8).mul(3).round()  # some maxima are reached twice
        keep(f"max_pool2d.{number}", options=options)
        keep_gradients(
            f"max_pool2d.{number}",
            lambda x: F.max_pool2d(x, kernel, stride, padding, ceil_mode=ceil_mode),
            x=x,
        )
        keep(f"avg_pool2d.{number}", options=options)
        keep_gradients(
            f"avg_pool2d.{number}",
            lambda x: F.avg_pool2d(x, kernel, stride, padding, ceil_mode, count),
            x=torch.randn(2, 2, 7, 8),
        )


def batch_norm():
    for number, shape in enumerate([(6, 3), (3, 2, 5), (2, 3, 3, 4)]):
        layer = [torch.nn.BatchNorm1d, torch.nn.BatchNorm1d, torch.nn.BatchNorm2d][number](shape[1])
        mean, var = torch.randn(shape[1]), torch.rand(shape[1]) + 0.5
        for mode in ("batch_norm_train", "batch_norm"):
            case = f"{mode}.{number}"
            layer.running_mean.copy_(mean)
            layer.running_var.copy_(var)
            layer.train(mode == "batch_norm_train")
            keep(case, running_mean=mean, running_var=var)
            keep_gradients(
                case,
                lambda x, w, b: F.batch_norm(
                    x, layer.running_mean, layer.running_var, w, b, layer.training, 0.1, 1e-5
                ),
                x=torch.randn(shape) * 2 + 1,
                weight=torch.randn(shape[1]),
                bias=torch.randn(shape[1]),
            )
            keep(case, new_running_mean=layer.running_mean, new_running_var=layer.running_var)


def second_derivatives():
    """d/d(inputs) of |gradients|^2: what create_graph is for."""

    def keep_second(case, f, **inputs):
        for value in inputs.values():
            value.requires_grad_()
        y = f(*inputs.values())
        dy = torch.randn_like(y)
        first = torch.autograd.grad(y, list(inputs.values()), dy, create_graph=True)
        second = torch.autograd.grad(sum((g * g).sum() for g in first), list(inputs.values()))
        keep(case, **inputs, dy=dy, **{f"d{n}": g for n, g in zip(inputs, second)})

    keep_second(
        "second_conv2d.0",
        lambda x, w, b: F.conv2d(x, w, b, 2, 1).tanh(),
        x=torch.randn(1, 2, 5, 6),
        weight=torch.randn(3, 2, 3, 3),
        bias=torch.randn(3),
    )
    keep_second(
        "second_batch_norm.0",
        lambda x, w, b: F.batch_norm(x, None, None, w, b, True).tanh(),
        x=torch.randn(3, 2, 2, 3),
        weight=torch.randn(2),
        bias=torch.randn(2),
    )


conv2d()
pools()
batch_norm()
second_derivatives()
write_beside(__file__)
