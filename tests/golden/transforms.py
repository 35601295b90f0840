#!/usr/bin/env python3
"""What torchvision makes of pictures: colours changed, boxes scaled; and which boxes its random crops
and TSN's choose from.

    python3 transforms.py        writes transforms.safetensors beside this file

Made with torchvision 0.14.1 and PIL 9.4 (Debian: python3-torchvision).
"""

import torch
import torchvision.transforms.functional as F
from PIL import Image
from torchvision.transforms import RandomErasing, RandomResizedCrop

from safetensors_writer import keep, write_beside

torch.manual_seed(28)


def picture(height, width):
    """[3, h, w]: noise above a ramp, with grey, black and white corners."""
    noise = torch.randint(0, 256, (3, height, width), dtype=torch.uint8)
    ramp = torch.arange(width).repeat(3, height, 1) * 255 // max(width - 1, 1)
    image = torch.where(torch.rand(1, height, width) < 0.5, noise, ramp.to(torch.uint8))
    image[:, 0, 0], image[:, 0, -1], image[:, -1, 0] = 0, 255, 128
    return image


def last(image):
    """[3, h, w] to [h, w, 3], as pictures lie here."""
    return image.permute(1, 2, 0)


def colours():
    image = picture(12, 11)
    keep("colour", picture=last(image))
    changes = {
        "brightness": (F.adjust_brightness, (0.0, 0.4, 1.3, 2.5)),
        "contrast": (F.adjust_contrast, (0.0, 0.4, 1.3, 2.5)),
        "saturation": (F.adjust_saturation, (0.0, 0.4, 1.3, 2.5)),
        "hue": (F.adjust_hue, (-0.5, -0.1, 0.25, 0.4)),
    }
    for name, (change, values) in changes.items():
        for number, value in enumerate(values):
            keep(f"{name}.{number}", y=last(change(image, value)), value=torch.tensor(value, dtype=torch.float64))


def scaled():
    """PIL's bilinear resize of a box, antialiased: rounded after each direction."""
    image = picture(24, 30)
    pil = Image.fromarray(last(image).contiguous().numpy())
    keep("box", picture=last(image))
    for number, (top, left, h, w, size) in enumerate(
        [(0, 0, 24, 24, 16), (3, 8, 15, 21, 16), (6, 1, 10, 12, 16), (0, 0, 24, 30, 7)]
    ):
        part = pil.crop((left, top, left + w, top + h)).resize((size, size), Image.BILINEAR)
        pixels = torch.frombuffer(bytearray(part.tobytes()), dtype=torch.uint8)
        keep(f"box.{number}", box=[top, left, h, w], y=pixels.view(size, size, 3))


def drawn():
    """The means of what torchvision draws for its boxes."""
    image = picture(40, 60)
    boxes = torch.tensor(
        [RandomResizedCrop.get_params(image, (0.08, 1.0), (3 / 4, 4 / 3)) for _ in range(20000)]
    ).double()
    keep("resized", mean=boxes.mean(0), deviation=boxes.std(0))
    erasing = RandomErasing(p=1.0)
    rows = []
    for _ in range(20000):
        top, left, h, w, _ = erasing.get_params(
            image.float(), scale=(0.02, 0.33), ratio=(0.3, 3.3), value=[0.0]
        )
        rows.append((top, left, h, w))
    boxes = torch.tensor(rows).double()
    keep("erased", mean=boxes.mean(0), deviation=boxes.std(0))


colours()
scaled()
drawn()
write_beside(__file__)
