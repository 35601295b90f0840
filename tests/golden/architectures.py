#!/usr/bin/env python3
"""Networks of the usual kinds in PyTorch, forward and backward once, in double.

    python3 architectures.py        writes architectures.safetensors beside this file

A case is a network: `state.*` is its state dict, `x` its input and `dy` the gradient of its output; `y`,
`dx` and `gradient.*` are what came of them in training. Of a network with batch norms also
`statistics.*`, which that left, and `eval`, the output in evaluation with them. What is given (state, x,
dy) holds numbers that are floats as well, so that a float network starts from the same ones.
Made with PyTorch 1.13.
"""

import torch
from torch import nn

from safetensors_writer import keep, write_beside

torch.set_default_dtype(torch.float64)


class Encoder(nn.Module):
    """Two layers of a transformer; each position sees those before it."""

    def __init__(self, norm_first):
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, 12, 0.0, batch_first=True, norm_first=norm_first)
        encoder = nn.TransformerEncoder(layer, 2, nn.LayerNorm(8))
        self.layers, self.norm = encoder.layers, encoder.norm

    def forward(self, x):
        hidden = torch.ones(x.shape[1], x.shape[1]).triu(1).bool()
        for layer in self.layers:
            x = layer(x, src_mask=hidden)
        return self.norm(x)


class Tagger(nn.Module):
    """Scores for each position of a sequence, which an LSTM reads in both directions."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 6, 2, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(12, 5)

    def forward(self, x):
        return self.fc(self.rnn(x)[0])


def double_conv(inputs, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class UNet(nn.Module):
    """Ronneberger, Fischer and Brox, 2015, with two halvings: up once by a transposed convolution, once
    between pixels."""

    def __init__(self, width, classes):
        super().__init__()
        self.inc = double_conv(1, width)
        self.down1 = double_conv(width, 2 * width)
        self.down2 = double_conv(2 * width, 4 * width)
        self.up1 = nn.ConvTranspose2d(4 * width, 2 * width, 2, 2)
        self.conv1 = double_conv(4 * width, 2 * width)
        self.up2 = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
        self.conv2 = double_conv(3 * width, width)
        self.outc = nn.Conv2d(width, classes, 1)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        full = self.inc(x)
        half = self.down1(self.pool(full))
        quarter = self.down2(self.pool(half))
        half = self.conv1(torch.cat([half, self.up1(quarter)], 1))
        return self.outc(self.conv2(torch.cat([full, self.up2(half)], 1)))


def conv_norm(inputs, outputs, kernel, stride, padding, *more):
    conv = nn.Conv3d(inputs, outputs, kernel, stride, padding, bias=False)
    return nn.Sequential(conv, nn.BatchNorm3d(outputs), *more)


class BasicBlock3d(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = conv_norm(inputs, outputs, 3, stride, 1, nn.ReLU())
        self.conv2 = conv_norm(outputs, outputs, 3, 1, 1)
        self.downsample = None
        if inputs != outputs or stride != 1:
            self.downsample = conv_norm(inputs, outputs, 1, stride, 0)

    def forward(self, x):
        skip = x if self.downsample is None else self.downsample(x)
        return torch.relu(self.conv2(self.conv1(x)) + skip)


class ResNet3d(nn.Module):
    """torchvision.models.video.r3d_18 (Tran et al., 2018) where `width` is 64."""

    def __init__(self, width, classes):
        super().__init__()
        self.stem = conv_norm(3, width, (3, 7, 7), (1, 2, 2), (1, 3, 3), nn.ReLU())
        for number in range(4):
            outputs = width << number
            inputs, stride = (width, 1) if number == 0 else (outputs // 2, 2)
            blocks = [BasicBlock3d(inputs, outputs, stride), BasicBlock3d(outputs, outputs, 1)]
            setattr(self, f"layer{number + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(8 * width, classes)

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.stem(x)))))
        return self.fc(x.mean((2, 3, 4)))


def as_floats(x):
    return x.float().double()


def run(case, model, shape):
    for parameter in model.parameters():
        if parameter.dim() == 1:  # Ones and zeros would hide mistakes.
            parameter.data += 0.3 * torch.randn_like(parameter)
        parameter.data = as_floats(parameter.data)
    for name, value in model.state_dict().items():
        keep(f"{case}.state", **{name: value.float() if value.is_floating_point() else value})
    x = as_floats(torch.randn(shape)).requires_grad_()
    y = model(x)
    dy = as_floats(torch.randn_like(y))
    names = [name for name, _ in model.named_parameters()]
    dx, *gradients = torch.autograd.grad(y, [x, *model.parameters()], dy)
    keep(case, x=x.float(), dy=dy.float(), y=y, dx=dx)
    keep(f"{case}.gradient", **dict(zip(names, gradients)))
    statistics = {n: b for n, b in model.named_buffers() if b.is_floating_point()}
    if statistics:
        keep(f"{case}.statistics", **statistics)
        model.eval()
        keep(case, eval=model(x))


CASES = {
    "encoder_norm_last": (lambda: Encoder(norm_first=False), (2, 5, 8)),
    "encoder_norm_first": (lambda: Encoder(norm_first=True), (2, 5, 8)),
    "tagger": (Tagger, (3, 5, 4)),
    "unet": (lambda: UNet(4, 3), (2, 1, 12, 8)),
    # Its last norms are over 24 numbers each: of 8, PyTorch in float is 1e-5 away from double.
    "resnet3d": (lambda: ResNet3d(4, 5), (6, 3, 2, 20, 20)),
}

if __name__ == "__main__":
    for number, (case, (make, shape)) in enumerate(CASES.items()):
        torch.manual_seed(3 + number)
        run(case, make(), shape)
    write_beside(__file__)
