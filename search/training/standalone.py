"""A network as one Python file that needs torch and nothing of ours: it is rebuilt, loaded and used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from search.architecture.blueprint import INPUT, Blueprint, Layer
from search.training.meta import Meta

HEAD = '''\
"""A network for images that AutoML Web has found, rebuilt with torch alone.

    model = load("weights.safetensors")
    images = torch.rand(1, {channels}, {height}, {width})  # values from 0 to 1
    probabilities = model(images)  # one row an image, one column a class
    print(CLASSES[int(probabilities[0].argmax())])
"""

import json
import struct
import sys

import torch
from torch import nn
from torch.nn import functional as F

CLASSES = {classes}


class Network(nn.Module):
    """{params:,} parameters, {macs:,} multiply-adds for one image. Shapes are those of one image."""

    def __init__(self):
        super().__init__()
'''

TAIL = '''

class Model(nn.Module):
    """Images, float32 (N, {channels}, {height}, {width}) from 0 to 1, to probabilities (N, {count})."""

    def __init__(self):
        super().__init__()
        self.network = Network()
        self.register_buffer("mean", torch.zeros(1, {channels}, 1, 1))
        self.register_buffer("std", torch.ones(1, {channels}, 1, 1))

    def forward(self, images):
        return self.network((images - self.mean) / self.std).softmax(dim=1)


def load(path):
    """The trained model from the weights that lie beside this file."""
    model = Model()
    model.load_state_dict(read(path))
    return model.eval()


def read(path):
    """The tensors of a safetensors file: a length, a header as JSON, then numbers, little end first."""
    kinds = {{"F32": torch.float32, "I64": torch.int64}}
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        content = bytearray(file.read())
    tensors = {{}}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            numbers = torch.frombuffer(content[begin:end], dtype=kinds[entry["dtype"]])
            tensors[name] = numbers.reshape(entry["shape"])
    return tensors


if __name__ == "__main__":
    model = load(sys.argv[1] if len(sys.argv) > 1 else "weights.safetensors")
    count = sum(parameter.numel() for parameter in model.parameters())
    print(f"{{count:,}} parameters, {{len(CLASSES)}} classes: {{', '.join(CLASSES)}}")
'''


def source(blueprint: Blueprint, known: Meta) -> str:
    """The Python file of a network for the classes and images of a dataset.

    Its `Model` has the state of `search.training.export.Standalone`, name by name. Paths that training
    dropped are always there in a model that is used.
    """
    blueprint = blueprint.with_drop_path(0)
    words = {
        "channels": known.channels,
        "height": known.height,
        "width": known.width,
        "count": len(known.classes),
        "classes": repr(list(known.classes)),
        "params": blueprint.params,
        "macs": blueprint.macs,
    }
    lines = [HEAD.format(**words).rstrip("\n")]
    lines += [f"        {line}" for line in _modules(blueprint)]
    lines += ["", "    def forward(self, images):"]
    lines += [f"        {line}" for line in _steps(blueprint)]
    return "\n".join(lines) + "\n" + TAIL.format(**words)


def _modules(blueprint: Blueprint) -> Iterator[str]:
    """A line for each layer that has weights, or that does something else while training."""
    for layer in blueprint.layers:
        if layer.kind in MODULES:
            made = MODULES[layer.kind](layer.settings)
            if layer.name.isidentifier():
                yield f"self.{layer.name} = {made}"
            else:
                yield f'self.add_module("{layer.name}", {made})'


def _steps(blueprint: Blueprint) -> Iterator[str]:
    """A line for each layer, with the shape that it gives."""
    for layer in blueprint.layers:
        inputs = [_variable(name) for name in layer.inputs]
        shape = " x ".join(map(str, layer.shape))
        yield f"{_variable(layer.name)} = {_expression(layer, inputs)}  # {shape}"
    yield f"return {_variable(blueprint.layers[-1].name)}"


def _variable(name: str) -> str:
    if name == INPUT:
        return "images"
    return name if name.isidentifier() else f"x{name}"


def _expression(layer: Layer, inputs: list[str]) -> str:
    if layer.kind in MODULES:
        module = f"self.{layer.name}" if layer.name.isidentifier() else ""
        return f'{module or f"""self.get_submodule("{layer.name}")"""}({inputs[0]})'
    known, first = layer.settings, inputs[0]
    match layer.kind:
        case "add":
            return " + ".join(inputs)
        case "concat":
            return f"torch.cat(({', '.join(inputs)},), dim=1)"
        case "max" | "avg":
            window = ", ".join(str(known[name]) for name in ("kernel", "stride", "padding"))
            count = ", count_include_pad=False" if layer.kind == "avg" else ""
            return f"F.{layer.kind}_pool2d({first}, {window}{count})"
        case "zero":
            sizes = ", ".join(map(str, layer.shape))
            return f"images.new_zeros(len(images), {sizes})"
        case "pad":
            return f"F.pad({first}, {known['around']})"
    return FUNCTIONS[layer.kind].format(*inputs)


FUNCTIONS = {
    "relu": "F.relu({})",
    "relu6": "F.relu6({})",
    "sigmoid": "torch.sigmoid({})",
    "scale": "{} * {}[:, :, None, None]",
    "hardswish": "F.hardswish({})",
    "mish": "F.mish({})",
    "shift": "F.pad({}, (0, 1, 0, 1))[:, :, 1:, 1:]",
    "global_avg": "F.adaptive_avg_pool2d({}, 1)",
    "flatten": "torch.flatten({}, 1)",
}


def _conv(known: Mapping[str, Any]) -> str:
    around = ", ".join(f"{n}={known[n]}" for n in ("stride", "padding", "dilation", "groups"))
    size = f"{known['inputs']}, {known['outputs']}, {known['kernel']}"
    return f"nn.Conv2d({size}, {around}, bias=False)"


MODULES = {
    "conv": _conv,
    "norm": lambda known: f"nn.BatchNorm2d({known['channels']})",
    "linear": lambda known: f"nn.Linear({known['inputs']}, {known['outputs']})",
    "dropout": lambda known: f"nn.Dropout({known['share']})",
}
