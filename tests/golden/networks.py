#!/usr/bin/env python3
"""Three SGD steps of small adaptive networks in PyTorch, in double.

    python3 networks.py        writes networks.safetensors beside this file

For each network: `state.*` before the first step; `eval.logits` and `eval.decisions.<block>` of the
same clips before it; then for each step the Gumbel noise that the agents were given, and what came
of it: logits, decisions, cross-entropy, cost and loss. Of the first step also the gradient of every
parameter and the running statistics; of the last one all parameters.
The cost takes made-up multiply-accumulates for each channel, `costs.<block>.up` and `.down`.
Made with PyTorch 1.13.
"""

import torch
import torch.nn.functional as F

import adafuse_torch as peer
from safetensors_writer import keep, write_beside

torch.set_default_dtype(torch.float64)

FRAMES, CLASSES, SIZE, STEPS = 3, 4, 8, 3
RATE, MOMENTUM, DECAY, LAMBDA, BASE = 0.05, 0.9, 5e-4, 0.5, 100.0

FIXED = lambda channels: 5
QUOTA = lambda channels: 48 // channels
NETWORKS = {
    # widths, depths, bottleneck, ImageNet's stem
    "basic": lambda: peer.ResNet(((4, 6), (1, 1), False, False), CLASSES, hidden=FIXED),
    "bottleneck": lambda: peer.ResNet(
        ((8, 8), (2, 1), True, False), CLASSES, hidden=QUOTA, shared=True, shift=True
    ),
    "inception": lambda: peer.TinyInception(CLASSES, hidden=FIXED),
}


def cost(weights, costs):
    """Real cost of a frame (the paper, 3.3): weights [N*T, c, 3] by block."""
    total = torch.tensor(BASE)
    for block, w in weights.items():
        up, down = costs[block]
        clips = w.view(-1, FRAMES, *w.shape[1:])
        reused_next = torch.zeros_like(clips[..., peer.REUSE])
        reused_next[:, :-1] = clips[:, 1:, :, peer.REUSE]
        not_needed = (1 - clips[..., peer.KEEP]) * (1 - reused_next)
        total = total - (not_needed.mean((0, 1)) * up).sum()
        total = total - (clips[..., peer.SKIP].mean((0, 1)) * down).sum()
    return total


def keep_state(case, model, which=lambda name: True):
    for name, value in model.state_dict().items():
        if which(name) and not name.endswith("num_batches_tracked"):
            keep(case, **{name: value})


def steps(case, make):
    model = make()
    peer.enliven(model)
    keep_state(f"{case}.state", model)
    clip = torch.randn(2, FRAMES, 3, SIZE, SIZE)
    labels = torch.tensor([1, 3])
    keep(case, clip=clip, labels=labels)

    model.eval()
    call = peer.Call(FRAMES)
    keep(f"{case}.eval", logits=model(clip, call))
    keep(f"{case}.eval.decisions", **call.taken)
    sizes = {block: logits.shape for block, logits in call.logits.items()}
    costs = {block: (torch.rand(shape[1]), torch.rand(shape[1])) for block, shape in sizes.items()}
    for block, (up, down) in costs.items():
        keep(f"{case}.costs.{block}", up=up, down=down)

    model.train()
    optimizer = torch.optim.SGD(model.parameters(), RATE, momentum=MOMENTUM, weight_decay=DECAY)
    for step in range(STEPS):
        noise = {block: -torch.log(-torch.log(torch.rand(shape))) for block, shape in sizes.items()}
        call = peer.Call(FRAMES, noise=noise)
        logits = model(clip, call)
        entropy = F.cross_entropy(logits, labels)
        price = cost(call.weights, costs)
        loss = entropy + LAMBDA * price
        optimizer.zero_grad()
        loss.backward()
        keep(f"{case}.{step}.noise", **noise)
        keep(f"{case}.{step}.decisions", **call.taken)
        keep(f"{case}.{step}", logits=logits, cross_entropy=entropy, cost=price, loss=loss)
        if step == 0:
            for name, parameter in model.named_parameters():
                keep(f"{case}.0.gradient", **{name: parameter.grad})
            keep_state(f"{case}.0.statistics", model, lambda name: "running" in name)
        optimizer.step()
    for name, parameter in model.named_parameters():
        keep(f"{case}.trained", **{name: parameter})


for number, (name, make) in enumerate(NETWORKS.items()):
    torch.manual_seed(2021 + number)
    steps(name, make)
write_beside(__file__)
