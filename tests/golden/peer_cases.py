"""The networks that forward_check.py and gradient_check.py compare: in PyTorch, and as options."""

import torch

import adafuse_torch as peer
import safetensors_writer as safetensors

QUOTA = lambda channels: 196608 // channels
FIXED = lambda hidden: lambda channels: hidden
CLASSES = 174


def resnet(name, **options):
    return peer.ResNet(peer.LAYOUTS[name], CLASSES, **options)


CASES = {  # name: the network in PyTorch, the options of adafuse
    "r18-1024": (
        lambda: resnet("resnet18", hidden=FIXED(1024)),
        "--model resnet18 --fusion adafuse --policy-hidden 1024",
    ),
    "r18-shared": (
        lambda: resnet("resnet18", hidden=QUOTA, shared=True),
        "--model resnet18 --fusion adafuse --policy-quota 196608 --shared-policy",
    ),
    "r50-shared": (
        lambda: resnet("resnet50", hidden=QUOTA, shared=True),
        "--model resnet50 --fusion adafuse --policy-quota 196608 --shared-policy",
    ),
    "r50-tsm-last": (
        lambda: resnet("resnet50", hidden=FIXED(1024), shift=True, adaptive=[4]),
        "--model resnet50 --fusion adafuse-tsm --adaptive-stages 4",
    ),
    "r34-tsm": (
        lambda: resnet("resnet34", hidden=FIXED(1024), shift=True),
        "--model resnet34 --fusion adafuse-tsm",
    ),
    "bninception": (
        lambda: peer.BnInception(CLASSES, hidden=FIXED(128)),
        "--model bninception --fusion adafuse --policy-hidden 128",
    ),
    "r20-tsm": (
        lambda: resnet("resnet20", hidden=FIXED(32), shift=True),
        "--model resnet20 --fusion adafuse-tsm --policy-hidden 32",
    ),
}


def make(name):
    """The network in double, with weights as training might leave them, and its pictures' side."""
    torch.manual_seed(len(name))
    model = CASES[name][0]().double()
    peer.enliven(model)
    return model, 32 if name.startswith("r20") else 224


def write_weights(model, folder, form="safetensors"):
    """As safetensors, or as a checkpoint with the authors' names around those of the weights."""
    state = model.state_dict()
    if form == "safetensors":
        state = {n: v for n, v in state.items() if not n.endswith("num_batches_tracked")}
        safetensors.write(folder / "weights.safetensors", state)
        return folder / "weights.safetensors"
    wrap = lambda n: "module.base_model." + n.replace("downsample.", "downsample")
    wrapped = {wrap(n) if n[:3] != "fc." else "module.new_" + n: v for n, v in state.items()}
    path = folder / "weights.pth.tar"
    torch.save({"epoch": 3, "state_dict": wrapped}, path, _use_new_zipfile_serialization=form == "zip")
    return path
