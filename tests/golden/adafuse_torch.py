"""AdaFuse's networks a second time, in PyTorch, for what is checked against it.

Written from the paper and the names of its weights, independently of the C++: blocks of any width,
whole ResNets and BN-Inception, temporal shift, agents of their own or with shared linears. It
computes every channel and multiplies by the decisions.
"""

import torch
import torch.nn.functional as F
from torch import nn

SKIP, REUSE, KEEP = 0, 1, 2  # as logits are ordered; files number keep 0, reuse 1, skip 2

LAYOUTS = {  # widths, depths, bottleneck, ImageNet's stem
    "resnet8": ((16, 32, 64), (1, 1, 1), False, False),
    "resnet20": ((16, 32, 64), (3, 3, 3), False, False),
    "resnet18": ((64, 128, 256, 512), (2, 2, 2, 2), False, True),
    "resnet34": ((64, 128, 256, 512), (3, 4, 6, 3), False, True),
    "resnet50": ((64, 128, 256, 512), (3, 4, 6, 3), True, True),
}

UNITS = {  # in, 1x1, 3x3 (reduce, out), double (reduce, out), max pool, projection, halves
    "3a": (192, 64, 64, 64, 64, 96, False, 32, False),
    "3b": (256, 64, 64, 96, 64, 96, False, 64, False),
    "3c": (320, 0, 128, 160, 64, 96, True, 0, True),
    "4a": (576, 224, 64, 96, 96, 128, False, 128, False),
    "4b": (576, 192, 96, 128, 96, 128, False, 128, False),
    "4c": (576, 160, 128, 160, 128, 160, False, 128, False),
    "4d": (608, 96, 128, 192, 160, 192, False, 128, False),
    "4e": (608, 0, 128, 192, 192, 256, True, 0, True),
    "5a": (1056, 352, 192, 320, 160, 224, False, 128, False),
    "5b": (1024, 352, 192, 320, 192, 224, True, 128, False),
}


class Call:
    """What one forward brings: frames of a clip, decisions to follow and noise by block; and what it
    leaves by block: the agent's logits and the decisions' weights [N*T, c, 3], actions taken [N*T, c]."""

    def __init__(self, frames, follow=None, noise=None, temperature=0.67):
        self.frames, self.follow, self.noise = frames, follow or {}, noise or {}
        self.temperature = temperature
        self.logits, self.weights, self.taken = {}, {}, {}


def earlier(x, frames):
    """Each frame's predecessor in its clip; zeros for the first. x: [N*T, ...]."""
    clips = x.view(-1, frames, *x.shape[1:])
    return torch.cat([torch.zeros_like(clips[:, :1]), clips[:, :-1]], 1).view_as(x)


def temporal_shift(x, frames):
    """TSM: an eighth of the channels comes from the next frame, an eighth from the previous."""
    clips = x.view(-1, frames, *x.shape[1:])
    fold = x.shape[1] // 8
    out = torch.zeros_like(clips)
    out[:, :-1, :fold] = clips[:, 1:, :fold]
    out[:, 1:, fold : 2 * fold] = clips[:, :-1, fold : 2 * fold]
    out[:, :, 2 * fold :] = clips[:, :, 2 * fold :]
    return out.view_as(x)


class Agent(nn.Module):
    """Logits from [GAP x_(t-1), GAP x_t]. `shared` = (gate_fc0, gate_fc1) stay with their owner."""

    def __init__(self, channels, out, hidden, shared=None):
        super().__init__()
        self.gate_bn = nn.BatchNorm1d(hidden)
        if shared is None:
            self.gate_fc0 = nn.Linear(2 * channels, hidden)
            self.gate_fc1 = nn.Linear(hidden, 3 * out)
        self.linears = lambda: shared or (self.gate_fc0, self.gate_fc1)

    def forward(self, x, frames):
        v = x.mean((2, 3))
        fc0, fc1 = self.linears()
        both = torch.cat([earlier(v, frames), v], 1)
        return fc1(torch.relu(self.gate_bn(fc0(both)))).view(x.shape[0], -1, 3)


def decide(name, agent, x, call):
    """One-hot decisions [N*T, c, 3]: those to follow, a sample with given noise, or the largest."""
    logits = agent(x, call.frames)
    call.logits[name] = logits
    if name in call.follow:
        actions = 2 - call.follow[name].long()  # as numbered in files -> as ordered in logits
        weights = F.one_hot(actions, 3).to(x.dtype)
    elif name in call.noise:
        log_p = torch.log(torch.clamp_min(torch.softmax(logits, -1), 1e-8))
        soft = torch.softmax((log_p + call.noise[name]) / call.temperature, -1)
        hard = F.one_hot(soft.argmax(-1), 3).to(x.dtype)
        weights = hard - soft.detach() + soft
    else:
        weights = F.one_hot(logits.argmax(-1), 3).to(x.dtype)
    call.weights[name] = weights
    call.taken[name] = (2 - weights.detach().argmax(-1)).to(torch.uint8)
    return weights


def fuse(y, weights, frames):
    weights = weights[..., None, None]
    return weights[:, :, KEEP] * y + weights[:, :, REUSE] * earlier(y, frames)


class ResidualBlock(nn.Module):
    def __init__(self, name, channels, width, out, stride, bottleneck, shift, agent):
        super().__init__()
        self.name, self.shift, self.bottleneck = name, shift, bottleneck
        if bottleneck:
            self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
            self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
            self.conv3 = nn.Conv2d(width, out, 1, bias=False)
            self.bn3 = nn.BatchNorm2d(out)
        else:
            self.conv1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
            self.conv2 = nn.Conv2d(width, out, 3, 1, 1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(width), nn.BatchNorm2d(width if bottleneck else out)
        self.downsample = None
        if stride != 1 or channels != out:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out)
            )
        self.policy_net = agent

    def forward(self, x, call):
        inside = temporal_shift(x, call.frames) if self.shift else x
        weights = decide(self.name, self.policy_net, inside, call) if self.policy_net else None
        y = torch.relu(self.bn1(self.conv1(inside)))
        if weights is not None:
            y = fuse(y, weights, call.frames)
        y = self.bn2(self.conv2(y))
        if self.bottleneck:
            y = self.bn3(self.conv3(torch.relu(y)))
        return torch.relu(y + (self.downsample(inside) if self.downsample else x))


class Clips(nn.Module):
    """What all networks share: clips [N, T, 3, h, w] in, the average of the frames' logits out."""

    def forward(self, clip, call):
        features = self.features(clip.flatten(0, 1), call).mean((2, 3))
        return self.fc(features).view(clip.shape[0], clip.shape[1], -1).mean(1)


class ResNet(Clips):
    """`hidden(c')` is the size of an agent, None for no agents; `adaptive` holds stages, from 1."""

    def __init__(self, layout, classes, hidden=None, shared=False, shift=False, adaptive=None):
        super().__init__()
        widths, depths, bottleneck, imagenet = layout
        self.imagenet = imagenet
        stem = dict(kernel_size=7, stride=2, padding=3) if imagenet else dict(kernel_size=3, padding=1)
        self.conv1 = nn.Conv2d(3, widths[0], bias=False, **stem)
        self.bn1 = nn.BatchNorm2d(widths[0])
        if shared:
            self.gate_fc0s, self.gate_fc1s = nn.ModuleDict(), nn.ModuleDict()
        channels = widths[0]
        for stage, (width, depth) in enumerate(zip(widths, depths), 1):
            out = width * (4 if bottleneck else 1)
            blocks = []
            for i in range(depth):
                agent = None
                if hidden and stage in (adaptive or range(1, 99)):
                    linears = self.shared_linears(channels, width, hidden(width)) if shared else None
                    agent = Agent(channels, width, hidden(width), linears)
                stride = 2 if stage > 1 and i == 0 else 1
                blocks.append(
                    ResidualBlock(
                        f"layer{stage}.{i}", channels, width, out, stride, bottleneck, shift, agent
                    )
                )
                channels = out
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
        self.stages = len(widths)
        self.fc = nn.Linear(channels, classes)

    def shared_linears(self, channels, out, hidden):
        key = f"{2 * channels}_{3 * out}"
        if key not in self.gate_fc0s:
            self.gate_fc0s[key] = nn.Linear(2 * channels, hidden)
            self.gate_fc1s[key] = nn.Linear(hidden, 3 * out)
        return self.gate_fc0s[key], self.gate_fc1s[key]

    def features(self, x, call):
        x = torch.relu(self.bn1(self.conv1(x)))
        if self.imagenet:
            x = F.max_pool2d(x, 3, 2, 1)
        for stage in range(1, self.stages + 1):
            for block in getattr(self, f"layer{stage}"):
                x = block(x, call)
        return x


class WithUnits(Clips):
    """Networks of inception units, whose weights all stand at the root."""

    def add_conv(self, name, channels, out, kernel=1, stride=1, padding=0):
        setattr(self, name, nn.Conv2d(channels, out, kernel, stride, padding))
        setattr(self, name + "_bn", nn.BatchNorm2d(out, eps=1e-5, momentum=0.9))

    def conv(self, name, x):
        return torch.relu(getattr(self, name + "_bn")(getattr(self, name)(x)))

    def add_unit(self, name, row, hidden):
        channels, one, reduce3, three, reduce_d, double, maximum, projection, halves = row
        u, stride = f"inception_{name}", 2 if halves else 1
        if one:
            self.add_conv(u + "_1x1", channels, one)
        self.add_conv(u + "_3x3_reduce", channels, reduce3)
        self.add_conv(u + "_3x3", reduce3, three, 3, stride, 1)
        self.add_conv(u + "_double_3x3_reduce", channels, reduce_d)
        self.add_conv(u + "_double_3x3_1", reduce_d, double, 3, 1, 1)
        self.add_conv(u + "_double_3x3_2", double, double, 3, stride, 1)
        if projection:
            self.add_conv(u + "_pool_proj", channels, projection)
        out = one + three + double + (projection or channels)
        if hidden:
            setattr(self, f"policy_net_{name}", Agent(channels, out, hidden(out)))
        return out

    def unit(self, name, row, x, call):
        _, one, _, _, _, _, maximum, projection, halves = row
        u = f"inception_{name}"
        agent = getattr(self, f"policy_net_{name}", None)
        weights = decide(u, agent, x, call) if agent else None
        parts = [self.conv(u + "_1x1", x)] if one else []
        parts.append(self.conv(u + "_3x3", self.conv(u + "_3x3_reduce", x)))
        y = self.conv(u + "_double_3x3_1", self.conv(u + "_double_3x3_reduce", x))
        parts.append(self.conv(u + "_double_3x3_2", y))
        pool = dict(kernel_size=3, stride=2 if halves else 1, padding=0 if halves else 1, ceil_mode=True)
        y = F.max_pool2d(x, **pool) if maximum else F.avg_pool2d(x, **pool)
        parts.append(self.conv(u + "_pool_proj", y) if projection else y)
        y = torch.cat(parts, 1)
        return y if weights is None else fuse(y, weights, call.frames)


class TinyInception(WithUnits):
    """A 3x3 stem and two units of a few channels, the first of which halves the map."""

    ROWS = {"3a": (4, 0, 3, 4, 2, 3, True, 0, True), "3b": (11, 3, 2, 3, 3, 4, False, 2, False)}

    def __init__(self, classes, hidden):
        super().__init__()
        self.add_conv("stem", 3, 4, 3, 1, 1)
        for name, row in self.ROWS.items():
            out = self.add_unit(name, row, hidden)
        self.fc = nn.Linear(out, classes)

    def features(self, x, call):
        x = self.conv("stem", x)
        for name, row in self.ROWS.items():
            x = self.unit(name, row, x, call)
        return x


class BnInception(WithUnits):
    def __init__(self, classes, hidden=None):
        super().__init__()
        self.add_conv("conv1_7x7_s2", 3, 64, 7, 2, 3)
        self.add_conv("conv2_3x3_reduce", 64, 64)
        self.add_conv("conv2_3x3", 64, 192, 3, 1, 1)
        for name, row in UNITS.items():
            out = self.add_unit(name, row, hidden)
        self.fc = nn.Linear(out, classes)

    def features(self, x, call):
        x = F.max_pool2d(self.conv("conv1_7x7_s2", x), 3, 2, ceil_mode=True)
        x = self.conv("conv2_3x3", self.conv("conv2_3x3_reduce", x))
        x = F.max_pool2d(x, 3, 2, ceil_mode=True)
        for name, row in UNITS.items():
            x = self.unit(name, row, x, call)
        return x


@torch.no_grad()
def enliven(model):
    """Weights and statistics as training might leave them; agents that have a will."""
    for name, value in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        if name.endswith("running_var"):
            value.uniform_(0.5, 2)
        elif value.dim() == 1:
            value.uniform_(-0.5, 0.5)
            if name.endswith("weight"):
                value.add_(1)
        elif "gate_fc" in name:
            value.normal_(0, 2 / value.shape[1] ** 0.5)
        else:
            value.normal_(0, (2 / value[0].numel()) ** 0.5)
