#!/usr/bin/env python3
"""What PyTorch computes for layers, optimisers, schedules and the agent of adafuse, in double.

    python3 layers.py        writes layers.safetensors beside this file

Each case is a group of tensors `what.number.name`; a function below says what its names mean.
Made with PyTorch 1.13.
"""

import torch
from torch import nn

from safetensors_writer import keep, write_beside

torch.manual_seed(2021)
torch.set_default_dtype(torch.float64)


def batch_norm():
    """Three steps in training, then one evaluation. options: momentum, eps."""
    cases = [(nn.BatchNorm2d, (4, 3, 2, 2), 0.1, 1e-5), (nn.BatchNorm1d, (5, 2), 0.3, 1e-3)]
    for number, (layer_type, shape, momentum, eps) in enumerate(cases):
        case = f"batch_norm.{number}"
        layer = layer_type(shape[1], eps=eps, momentum=momentum)
        layer.weight.data.normal_()
        layer.bias.data.normal_()
        keep(case, options=[momentum, eps], weight=layer.weight, bias=layer.bias)
        for step in range(3):
            x = torch.randn(shape) * 3 + step
            y = layer(x)
            keep(f"{case}.{step}", x=x, y=y)
            keep(f"{case}.{step}", running_mean=layer.running_mean, running_var=layer.running_var)
        layer.eval()
        x = torch.randn(shape)
        keep(f"{case}.eval", x=x, y=layer(x))


def optimizers():
    """Five steps of two parameters along given gradients; the first decays by 0.1, the second learns
    at twice the rate. options: which optimiser (0 SGD, 1 Adam, 2 AdamW), rate, momentum, nesterov."""
    cases = [
        (0, 0.1, 0.0, 0),
        (0, 0.1, 0.9, 0),
        (0, 0.05, 0.8, 1),
        (1, 0.02, 0.0, 0),
        (2, 0.02, 0.0, 0),
    ]
    for number, (which, rate, momentum, nesterov) in enumerate(cases):
        case = f"optimizer.{number}"
        p, q = nn.Parameter(torch.randn(3)), nn.Parameter(torch.randn(2, 2))
        keep(case, options=[float(which), rate, momentum, float(nesterov)], p=p, q=q)
        groups = [
            {"params": [p], "weight_decay": 0.1, "lr": rate},
            {"params": [q], "weight_decay": 0.0, "lr": 2 * rate},
        ]
        if which == 0:
            optimizer = torch.optim.SGD(groups, rate, momentum=momentum, nesterov=bool(nesterov))
        else:
            optimizer = [torch.optim.Adam, torch.optim.AdamW][which - 1](groups, rate)
        for step in range(5):
            p.grad, q.grad = torch.randn(3), torch.randn(2, 2)
            keep(f"{case}.{step}", dp=p.grad, dq=q.grad)
            optimizer.step()
            keep(f"{case}.{step}", p=p, q=q)


def clip():
    """Gradients before and after. options: the largest norm; norm: the one before."""
    for number, largest in enumerate([0.5, 100.0]):
        case = f"clip.{number}"
        p, q = nn.Parameter(torch.zeros(3)), nn.Parameter(torch.zeros(2, 2))
        p.grad, q.grad = torch.randn(3), torch.randn(2, 2)
        keep(case, options=[largest], dp=p.grad, dq=q.grad)
        keep(case, norm=nn.utils.clip_grad_norm_([p, q], largest))
        keep(case, clipped_dp=p.grad, clipped_dq=q.grad)


def one_cycle():
    """The rates of all steps. options: peak, warm share, first divisor, last divisor."""
    cases = [(0.1, 20, 0.3, 25.0, 1e4), (2.0, 7, 0.5, 10.0, 100.0), (1.0, 3, 0.3, 25.0, 1e4)]
    for number, (peak, steps, warm, first, last) in enumerate(cases):
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], 1.0)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer,
            peak,
            total_steps=steps,
            pct_start=warm,
            div_factor=first,
            final_div_factor=last,
            cycle_momentum=False,
        )
        rates = []
        for step in range(steps):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if step + 1 < steps:
                schedule.step()
        keep(f"one_cycle.{number}", options=[peak, warm, first, last], rates=rates)


def lstm():
    """A sequence of four steps, all outputs and the last state, and gradients of sum(dy * y)."""
    layer = nn.LSTM(3, 5, batch_first=True)
    keep("lstm", **dict(layer.named_parameters()))
    x = torch.randn(2, 4, 3, requires_grad=True)
    dy = torch.randn(2, 4, 5)
    y, (h, c) = layer(x)
    gradients = torch.autograd.grad(y, [x, *layer.parameters()], dy)
    keep("lstm", x=x, y=y, h=h[0], c=c[0], dy=dy, dx=gradients[0])
    names = [name for name, _ in layer.named_parameters()]
    keep("lstm.gradient", **dict(zip(names, gradients[1:])))


def policy():
    """The agent on two clips of three frames, once in training and then, with the running statistics
    that this left, at evaluation."""
    frames, c, out, hidden = 3, 4, 5, 6
    fc0, bn, fc1 = nn.Linear(2 * c, hidden), nn.BatchNorm1d(hidden), nn.Linear(hidden, 3 * out)
    bn.weight.data.normal_()
    bn.bias.data.normal_()
    for name, layer in (("gate_fc0", fc0), ("gate_bn", bn), ("gate_fc1", fc1)):
        keep(f"policy.state.{name}", weight=layer.weight, bias=layer.bias)
    for mode in ("train", "eval"):
        bn.train(mode == "train")
        x = torch.randn(2 * frames, c, 3, 2, requires_grad=True)
        v = x.mean((2, 3)).view(2, frames, c)
        before = torch.cat([torch.zeros(2, 1, c), v[:, :-1]], 1)
        both = torch.cat([before, v], 2).view(2 * frames, 2 * c)
        y = fc1(torch.relu(bn(fc0(both)))).view(2 * frames, out, 3)
        dy = torch.randn_like(y)
        weights = [fc0.weight, fc0.bias, bn.weight, bn.bias, fc1.weight, fc1.bias]
        gradients = torch.autograd.grad(y, [x, *weights], dy)
        keep(f"policy.{mode}", x=x, y=y, dy=dy, dx=gradients[0])
        for number, gradient in enumerate(gradients[1:]):
            keep(f"policy.{mode}", **{f"dweight{number}": gradient})
        keep(f"policy.{mode}", running_mean=bn.running_mean, running_var=bn.running_var)


def keep_layer(case, layer, inputs, **options):
    """The layer's state, its result and the gradients of sum(dy * y), also of the inputs."""
    keep(f"{case}.state", **dict(layer.named_parameters()))
    y = layer(*inputs.values(), **options)
    y = y[0] if isinstance(y, tuple) else y
    dy = torch.randn_like(y)
    leaves = list(dict.fromkeys(inputs.values()))
    gradients = torch.autograd.grad(y, [*leaves, *layer.parameters()], dy)
    keep(case, y=y, dy=dy, **inputs)
    keep(case, **{f"d{name}": g for name, g in zip(inputs, gradients)})
    names = [name for name, _ in layer.named_parameters()]
    keep(f"{case}.gradient", **dict(zip(names, gradients[len(leaves) :])))


def draw(*shape):
    return torch.randn(shape, requires_grad=True)


def redraw(layer):
    """Weights that start as ones and zeros would hide mistakes."""
    for parameter in layer.parameters():
        parameter.data.normal_()
    return layer


def norms():
    keep_layer("layer_norm", redraw(nn.LayerNorm((3, 4), eps=1e-3)), {"x": draw(2, 5, 3, 4)})
    keep_layer("group_norm", redraw(nn.GroupNorm(2, 6)), {"x": draw(2, 6, 3, 2)})
    keep_layer("instance_norm", redraw(nn.InstanceNorm2d(3, affine=True)), {"x": draw(2, 3, 4, 2)})


def embedding():
    """Numbers that are repeated; of the padded one number 1 is not learnt."""
    for case, padding in (("embedding", None), ("embedding_padded", 1)):
        layer = nn.Embedding(5, 3, padding_idx=padding)
        numbers = torch.tensor([[4, 1, 0], [1, 4, 4]])
        y = layer(numbers)
        dy = torch.randn_like(y)
        (dweight,) = torch.autograd.grad(y, [layer.weight], dy)
        keep(case, weight=layer.weight, numbers=numbers, y=y, dy=dy, dweight=dweight)


def attention():
    layer = redraw(nn.MultiheadAttention(6, 2, batch_first=True))
    keep_layer("attention", layer, {"q": draw(2, 3, 6), "k": draw(2, 4, 6), "v": draw(2, 4, 6)})
    layer = redraw(nn.MultiheadAttention(6, 3, batch_first=True))
    hidden = torch.ones(4, 4).triu(1).bool()
    x = draw(2, 4, 6)

    class ToItself(nn.Module):
        def named_parameters(self, *arguments, **options):
            return layer.named_parameters()

        def forward(self, x):
            return layer(x, x, x, attn_mask=hidden)

    keep_layer("attention_causal", ToItself(), {"x": x})


def encoder_layer():
    for number, norm_first in enumerate([False, True]):
        layer = redraw(
            nn.TransformerEncoderLayer(6, 2, 10, 0.0, batch_first=True, norm_first=norm_first)
        )
        keep_layer(f"encoder_layer.{number}", layer, {"x": draw(2, 3, 6)})


def convolutions():
    """Of lines and volumes, and transposed ones, each with groups or a dilation and a bias."""
    keep_layer("conv1d", nn.Conv1d(4, 6, 3, 2, 1, 2, 2), {"x": draw(2, 4, 9)})
    keep_layer(
        "conv3d", nn.Conv3d(2, 4, (3, 2, 3), (1, 2, 1), (1, 0, 2), 1, 2), {"x": draw(1, 2, 3, 4, 3)}
    )
    keep_layer("conv_transpose1d", nn.ConvTranspose1d(4, 2, 3, 2, 1, 1, 2), {"x": draw(2, 4, 4)})
    keep_layer(
        "conv_transpose2d",
        nn.ConvTranspose2d(3, 4, (3, 2), (2, 3), (1, 0), (1, 2), dilation=(2, 1)),
        {"x": draw(2, 3, 3, 2)},
    )
    keep_layer("conv_transpose3d", nn.ConvTranspose3d(2, 2, 2, 2), {"x": draw(1, 2, 2, 2, 3)})


def batch_norm_3d():
    """In training; the statistics that it leaves."""
    layer = redraw(nn.BatchNorm3d(3))
    keep_layer("batch_norm3d", layer, {"x": draw(2, 3, 2, 3, 2)})
    keep("batch_norm3d", running_mean=layer.running_mean, running_var=layer.running_var)


def path(case, make, steps=5):
    """Steps of two parameters along given gradients; the first decays by 0.1, the second learns at twice
    the rate, which `make` is given as groups."""
    p, q = nn.Parameter(torch.randn(3)), nn.Parameter(torch.randn(2, 2))
    keep(case, p=p, q=q)
    optimizer = make(
        lambda rate: [
            {"params": [p], "weight_decay": 0.1, "lr": rate},
            {"params": [q], "weight_decay": 0.0, "lr": 2 * rate},
        ]
    )
    for step in range(steps):
        p.grad, q.grad = torch.randn(3), torch.randn(2, 2)
        keep(f"{case}.{step}", dp=p.grad, dq=q.grad)
        optimizer.step()
        keep(f"{case}.{step}", p=p, q=q)


def more_optimizers():
    """options of rmsprop: rate, alpha, momentum, centered; of adagrad: rate, rate_decay,
    initial_accumulator_value; of amsgrad: rate, whether AdamW."""
    for number, options in enumerate([(0.1, 0.99, 0, 0), (0.05, 0.9, 0.8, 0), (0.05, 0.9, 0.8, 1)]):
        case = f"rmsprop.{number}"
        rate, alpha, momentum, centered = options
        keep(case, options=[float(o) for o in options])
        path(
            case,
            lambda groups: torch.optim.RMSprop(
                groups(rate), rate, alpha=alpha, momentum=momentum, centered=bool(centered)
            ),
        )
    for number, options in enumerate([(0.1, 0.0, 0.0), (0.2, 0.5, 0.3)]):
        case = f"adagrad.{number}"
        rate, decay, initial = options
        keep(case, options=list(options))
        path(
            case,
            lambda groups: torch.optim.Adagrad(
                groups(rate), rate, lr_decay=decay, initial_accumulator_value=initial
            ),
        )
    for number, kind in enumerate([torch.optim.Adam, torch.optim.AdamW]):
        case = f"amsgrad.{number}"
        keep(case, options=[0.05, float(number)])
        # With such a beta the largest square is soon an older one.
        path(case, lambda groups: kind(groups(0.05), 0.05, betas=(0.9, 0.5), amsgrad=True))


def lbfgs():
    """Three steps on sum (p^2 - a)^2 + sum b q^2 / 2 + sum p sum q / 10, the loss before each and the
    parameters after. options: rate, iterations, history, strong Wolfe."""
    for number, options in enumerate([(1.0, 4, 100, 1), (1.0, 6, 2, 1), (0.1, 3, 100, 0)]):
        case = f"lbfgs.{number}"
        rate, iterations, history, wolfe = options
        p, q = nn.Parameter(torch.randn(3)), nn.Parameter(torch.randn(2, 2))
        a, b = torch.rand(3) + 0.5, torch.rand(2, 2) + 0.5
        keep(case, options=[float(o) for o in options], p=p, q=q, a=a, b=b)
        optimizer = torch.optim.LBFGS(
            [p, q],
            rate,
            max_iter=iterations,
            history_size=history,
            line_search_fn="strong_wolfe" if wolfe else None,
        )

        def closure():
            optimizer.zero_grad()
            loss = ((p * p - a) ** 2).sum() + (b * q * q).sum() / 2 + p.sum() * q.sum() / 10
            loss.backward()
            return loss

        for step in range(3):
            loss = optimizer.step(closure)
            keep(f"{case}.{step}", loss=loss, p=p, q=q)


def clip_value():
    p = nn.Parameter(torch.zeros(3))
    p.grad = torch.randn(3)
    keep("clip_value", dp=p.grad)
    nn.utils.clip_grad_value_([p], 0.5)
    keep("clip_value", clipped_dp=p.grad)


def rates_of(make, steps):
    """The rates of all steps of the schedule that `make` puts on an optimiser with rate 0.5."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], 0.5)
    schedule = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


def schedules():
    """schedule_test.cpp has the options of each a second time."""
    lr = torch.optim.lr_scheduler

    def cyclic(**options):
        return lambda o: lr.CyclicLR(o, 0.1, 0.5, cycle_momentum=False, **options)

    cases = {
        "exponential": lambda o: lr.ExponentialLR(o, 0.9),
        "polynomial": lambda o: lr.PolynomialLR(o, total_iters=7, power=2.0),
        "warm_restarts": lambda o: lr.CosineAnnealingWarmRestarts(o, 5, eta_min=0.05),
        "warm_restarts_growing": lambda o: lr.CosineAnnealingWarmRestarts(o, 3, T_mult=2),
        "cyclic": cyclic(step_size_up=4, step_size_down=3),
        "cyclic_halved": cyclic(step_size_up=3, mode="triangular2"),
        "cyclic_exponential": cyclic(step_size_up=3, mode="exp_range", gamma=0.9),
        "sequential": lambda o: lr.SequentialLR(
            o,
            [lr.ExponentialLR(o, 0.5), lr.ExponentialLR(o, 0.9)],
            milestones=[4],
        ),
        "chained": lambda o: lr.ChainedScheduler(
            [lr.ExponentialLR(o, 0.9), lr.MultiStepLR(o, [3, 8], 0.5)]
        ),
    }
    for name, make in cases.items():
        keep(f"schedule.{name}", rates=rates_of(make, 20))

    values = [3.0, 2.0, 2.5, 2.5, 2.0, 1.99999, 1.9, 2, 2, 2, 2, 2, 2, 1.0, 2, 2, 2, 2, 2, 2]
    for number, options in enumerate(
        [
            dict(factor=0.5, patience=2),
            dict(factor=0.5, patience=1, cooldown=2, min_lr=0.1, threshold=0.2),
            dict(mode="max", factor=0.1, patience=1, threshold=0.3, threshold_mode="abs"),
        ]
    ):
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], 0.5)
        schedule = lr.ReduceLROnPlateau(optimizer, **options)
        rates = []
        for value in values:
            schedule.step(value)
            rates.append(optimizer.param_groups[0]["lr"])
        keep(f"plateau.{number}", values=values, rates=rates)


def averages():
    """Means along four values of a parameter: plain, and with 0.9 of the old."""
    model = nn.Linear(3, 2, bias=False)
    plain = torch.optim.swa_utils.AveragedModel(model)
    moving = torch.optim.swa_utils.AveragedModel(
        model, avg_fn=lambda average, value, n: 0.9 * average + 0.1 * value
    )
    for step in range(4):
        model.weight.data.normal_()
        plain.update_parameters(model)
        moving.update_parameters(model)
        keep(f"average.{step}", weight=model.weight)
        keep(f"average.{step}", plain=plain.module.weight, moving=moving.module.weight)


def keep_recurrent(case, layer, x, state):
    """All outputs, the last states, and gradients of sum(dy * y) of x and weights."""
    keep(f"{case}.state", **dict(layer.named_parameters()))
    y, last = layer(x, state)
    dy = torch.randn_like(y)
    gradients = torch.autograd.grad(y, [x, *layer.parameters()], dy)
    keep(case, x=x, y=y, dy=dy, dx=gradients[0])
    names = [name for name, _ in layer.named_parameters()]
    keep(f"{case}.gradient", **dict(zip(names, gradients[1:])))
    if isinstance(layer, nn.LSTM):
        keep(case, h0=state[0], c0=state[1], h=last[0], c=last[1])
    else:
        keep(case, h0=state, h=last)


def recurrent():
    """Two layers, both directions, from a state that is given; and a GRU of one."""
    two = dict(num_layers=2, bidirectional=True, batch_first=True)
    h0, c0 = torch.randn(4, 2, 5), torch.randn(4, 2, 5)
    keep_recurrent("lstm_stack", nn.LSTM(3, 5, **two), draw(2, 4, 3), (h0, c0))
    keep_recurrent("gru_stack", nn.GRU(3, 5, **two), draw(2, 4, 3), h0)
    keep_recurrent("gru", nn.GRU(3, 5, batch_first=True), draw(2, 4, 3), torch.randn(1, 2, 5))


def functional():
    """torch.autograd.functional of f(x, y) = sin(x) y + y^2 and of g(x, y) = sum f^2; u and v are vectors
    for x and y, w is one for f."""
    F = torch.autograd.functional
    x, y, u, v = (torch.randn(3) for _ in range(4))
    w = torch.randn(3)

    def f(x, y):
        return torch.sin(x) * y + y * y

    def g(x, y):
        return (f(x, y) ** 2).sum()

    keep("functional", x=x, y=y, u=u, v=v, w=w, f=f(x, y), g=g(x, y))
    jx, jy = F.jacobian(f, (x, y))
    (hxx, hxy), (hyx, hyy) = F.hessian(g, (x, y))
    keep("functional", jx=jx, jy=jy, hxx=hxx, hxy=hxy, hyx=hyx, hyy=hyy)
    keep("functional", jvp=F.jvp(f, (x, y), (u, v))[1])
    for name, products in {
        "vjp": F.vjp(f, (x, y), w)[1],
        "hvp": F.hvp(g, (x, y), (u, v))[1],
        "vhp": F.vhp(g, (x, y), (u, v))[1],
    }.items():
        keep("functional", **{f"{name}_x": products[0], f"{name}_y": products[1]})


def products():
    keep_layer("linear", nn.Linear(3, 4), {"x": draw(2, 5, 3)})
    keep_layer(
        "conv2d", nn.Conv2d(4, 6, (3, 2), (2, 1), (2, 1), (2, 3), 2), {"x": draw(2, 4, 7, 6)}
    )


def batch_norms():
    """In training, of vectors, lines and images."""
    keep_layer("batch_norm1d", redraw(nn.BatchNorm1d(3)), {"x": draw(4, 3)})
    keep_layer("batch_norm1d_lines", redraw(nn.BatchNorm1d(3)), {"x": draw(2, 3, 4)})
    keep_layer("batch_norm2d", redraw(nn.BatchNorm2d(3)), {"x": draw(2, 3, 2, 3)})


class RMSNorm(nn.Module):
    """PyTorch has it since 2.4; written out from its definition."""

    def __init__(self, shape, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(shape))
        self.dims, self.eps = [-1 - d for d in range(len(shape))], eps

    def forward(self, x):
        mean = (x * x).mean(self.dims, keepdim=True)
        return x / torch.sqrt(mean + self.eps) * self.weight


def activations():
    """Numbers on both sides of all bends."""
    layers = {
        "relu": nn.ReLU(),
        "relu6": nn.ReLU6(),
        "leaky_relu": nn.LeakyReLU(0.2),
        "tanh": nn.Tanh(),
        "sigmoid": nn.Sigmoid(),
        "log_sigmoid": nn.LogSigmoid(),
        "gelu": nn.GELU(),
        "gelu_tanh": nn.GELU("tanh"),
        "silu": nn.SiLU(),
        "mish": nn.Mish(),
        "hardswish": nn.Hardswish(),
        "elu": nn.ELU(1.5),
        "selu": nn.SELU(),
        "softplus": nn.Softplus(2, 3),
        "prelu": nn.PReLU(),
        "prelu_channels": redraw(nn.PReLU(3)),
    }
    for name, layer in layers.items():
        x = draw(2, 3, 5)
        x.data.mul_(4)
        keep_layer(f"activation.{name}", layer, {"x": x})


def pools():
    lines, images, volumes = (2, 3, 7), (2, 3, 7, 6), (1, 2, 5, 4, 6)
    window = dict(kernel_size=(3, 2), stride=(2, 1), padding=(1, 0))
    cases = {
        "max1d": (nn.MaxPool1d(3, 2, 1), lines),
        "max2d": (nn.MaxPool2d(**window), images),
        "max3d": (nn.MaxPool3d((2, 3, 2), (2, 1, 2), (1, 1, 0)), volumes),
        "avg1d": (nn.AvgPool1d(3, 2, 1), lines),
        "avg2d": (nn.AvgPool2d(**window, count_include_pad=False), images),
        "avg3d": (nn.AvgPool3d((2, 3, 2), (2, 1, 2), (1, 1, 0)), volumes),
        "adaptive_avg1d": (nn.AdaptiveAvgPool1d(3), lines),
        "adaptive_avg2d": (nn.AdaptiveAvgPool2d((3, 4)), images),
        "adaptive_avg3d": (nn.AdaptiveAvgPool3d((2, 3, 4)), volumes),
        "adaptive_max1d": (nn.AdaptiveMaxPool1d(3), lines),
        "adaptive_max2d": (nn.AdaptiveMaxPool2d((3, 4)), images),
        "adaptive_max3d": (nn.AdaptiveMaxPool3d((2, 3, 4)), volumes),
        "global_avg": (nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), images),
    }
    for name, (layer, shape) in cases.items():
        keep_layer(f"pool.{name}", layer, {"x": draw(*shape)})


def sizes():
    keep_layer("upsample", nn.Upsample(scale_factor=2, mode="bilinear"), {"x": draw(1, 2, 3, 4)})
    keep_layer("pixel_shuffle", nn.PixelShuffle(2), {"x": draw(2, 8, 2, 3)})
    keep_layer("pixel_unshuffle", nn.PixelUnshuffle(2), {"x": draw(2, 2, 4, 6)})
    keep_layer("flatten", nn.Flatten(), {"x": draw(2, 3, 2, 2)})
    keep_layer("identity", nn.Identity(), {"x": draw(2, 3)})


def cells():
    """One step from a state that is given; y is the hidden state after it."""
    keep_layer("gru_cell", nn.GRUCell(3, 5), {"x": draw(2, 3), "h0": draw(2, 5)})

    class Lstm(nn.LSTMCell):
        def forward(self, x, h, c):
            return torch.cat(super().forward(x, (h, c)), 1)

    state = {"h0": draw(2, 5), "c0": draw(2, 5)}
    keep_layer("lstm_cell", Lstm(3, 5), {"x": draw(2, 3), **state})



def transformers():
    """Decoder layers with norms last and first; stacks of two layers, the decoder causal."""
    sizes = (6, 2, 10, 0.0)  # d_model, nhead, dim_feedforward, dropout
    common = dict(batch_first=True)
    gelu = nn.TransformerEncoderLayer(*sizes, activation="gelu", **common)
    keep_layer("encoder_layer.gelu", redraw(gelu), {"x": draw(2, 3, 6)})
    for number, options in enumerate([{}, dict(norm_first=True, activation="gelu")]):
        layer = nn.TransformerDecoderLayer(*sizes, **options, **common)
        inputs = {"x": draw(2, 3, 6), "memory": draw(2, 4, 6)}
        keep_layer(f"decoder_layer.{number}", redraw(layer), inputs)
    first = dict(norm_first=True, **common)
    encoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(*sizes, **first), 2, nn.LayerNorm(6)
    )
    keep_layer("encoder", redraw(encoder), {"x": draw(2, 3, 6)})
    decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(*sizes, **common), 2)
    inputs = {"x": draw(2, 3, 6), "memory": draw(2, 4, 6)}
    keep_layer("decoder", redraw(decoder), inputs, tgt_mask=torch.ones(3, 3).triu(1).bool())



batch_norm()
optimizers()
clip()
one_cycle()
policy()
lstm()
norms()
embedding()
attention()
encoder_layer()
convolutions()
batch_norm_3d()
more_optimizers()
lbfgs()
clip_value()
schedules()
averages()
recurrent()
functional()
products()
batch_norms()
keep_layer("rms_norm", RMSNorm((3, 4), 1e-3), {"x": draw(2, 3, 4)})
activations()
pools()
sizes()
cells()
transformers()
write_beside(__file__)
