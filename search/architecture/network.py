"""Blueprints as networks that torch trains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from search.architecture.blueprint import INPUT, Blueprint, Layer, Shape
from search.architecture.chains import chain_blueprint

Function = Callable[..., Tensor]

INITIALISATIONS: dict[str, Callable[..., Any]] = {
    "he": nn.init.kaiming_normal_,
    "xavier": nn.init.xavier_normal_,
    "orthogonal": nn.init.orthogonal_,
}

OVERWRITTEN = frozenset({"conv", "norm", "add", "concat"})
"""Layers whose output their own gradient does not need, so that a rectifier may work in place."""


class Network(nn.Module):
    """The network of a blueprint: images (N, C, H, W) to what its last layer gives.

    Layers with weights are modules under their own names; the others are functions, of which the
    state knows nothing. A state is let go of as soon as no layer to come reads it.
    """

    def __init__(self, blueprint: Blueprint) -> None:
        super().__init__()
        self.blueprint = blueprint
        self._reads = Counter(state for layer in blueprint.layers for state in layer.inputs)
        kinds = {layer.name: layer.kind for layer in blueprint.layers}
        self._functions: dict[str, Function] = {}
        for layer in blueprint.layers:
            if layer.kind in MODULES:
                self.add_module(layer.name, MODULES[layer.kind](layer.settings))
            else:
                alone = self._reads[layer.inputs[0]] == 1
                spare = alone and kinds.get(layer.inputs[0]) in OVERWRITTEN
                self._functions[layer.name] = _function(layer, in_place=spare)

    def forward(self, images: Tensor) -> Tensor:
        states, left = {INPUT: images}, dict(self._reads)
        for layer in self.blueprint.layers:
            function = self._functions.get(layer.name) or self.get_submodule(layer.name)
            states[layer.name] = function(*(states[name] for name in layer.inputs))
            for name in layer.inputs:
                left[name] -= 1
                if not left[name]:
                    del states[name]
        return states[self.blueprint.layers[-1].name]


class DropPath(nn.Module):
    """Training leaves out all of it for a `share` of the images, and makes up for that in the others.

    Huang et al., "Deep networks with stochastic depth", ECCV 2016, section 3. One that is `scheduled`
    begins at nothing and grows with the training's `progress`: Zoph et al. 2018, section A.7.
    """

    def __init__(self, share: float, *, scheduled: bool = False) -> None:
        super().__init__()
        self.share, self.scheduled = share, scheduled
        self.progress = 1.0  # of the training, from 0 to 1

    def forward(self, path: Tensor) -> Tensor:
        share = self.share * (self.progress if self.scheduled else 1.0)
        if not self.training or not share:
            return path
        kept = torch.rand(len(path), 1, 1, 1, device=path.device) >= share
        return path * kept / (1 - share)


def build(blueprint: Blueprint, initialisation: str) -> Network:
    """The network with its weights drawn from torch's global generator.

    Raises KeyError if there is no such initialisation.
    """
    network = Network(blueprint)
    initialise(network, INITIALISATIONS[initialisation])
    return network


def chain(
    shape: Shape, classes: int, *, layers: int, width: int, dropout: float, initialisation: str
) -> Network:
    """The small convolutional network that is always there; see `chain_blueprint`."""
    drawn = chain_blueprint(shape, classes, layers=layers, width=width, dropout=dropout)
    return build(drawn, initialisation)


def initialise(network: nn.Module, draw: Callable[..., Any]) -> None:
    """Draw the weights of all convolution and linear layers anew; biases start at zero."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            draw(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _conv(settings: Mapping[str, Any]) -> nn.Module:
    return nn.Conv2d(
        settings["inputs"],
        settings["outputs"],
        settings["kernel"],
        stride=settings["stride"],
        padding=settings["padding"],
        dilation=settings["dilation"],
        groups=settings["groups"],
        bias=False,
    )


MODULES: dict[str, Callable[[Mapping[str, Any]], nn.Module]] = {
    "conv": _conv,
    "norm": lambda settings: nn.BatchNorm2d(settings["channels"]),
    "linear": lambda settings: nn.Linear(settings["inputs"], settings["outputs"]),
    "dropout": lambda settings: nn.Dropout(settings["share"]),
    "drop_path": lambda settings: DropPath(settings["share"], scheduled="depth" in settings),
}
"""The layers that have weights, or that do something else while training."""


def _function(layer: Layer, *, in_place: bool) -> Function:
    """What a layer without weights computes of its inputs."""
    match layer.kind:
        case "relu":
            return partial(functional.relu, inplace=in_place)
        case "relu6":
            return partial(functional.relu6, inplace=in_place)
        case "max" | "avg":
            return partial(POOLS[layer.kind], **layer.settings)
        case "zero":
            return partial(_zeros, shape=layer.settings["shape"])
        case "pad":
            return partial(functional.pad, pad=layer.settings["around"])
    return FUNCTIONS[layer.kind]


POOLS: dict[str, Function] = {
    "max": lambda image, *, kernel, stride, padding: functional.max_pool2d(
        image, kernel, stride, padding
    ),
    "avg": lambda image, *, kernel, stride, padding: functional.avg_pool2d(
        image, kernel, stride, padding, count_include_pad=False
    ),
}


def _add(*states: Tensor) -> Tensor:
    total, *others = states
    for state in others:
        total = total + state
    return total


def _concat(*states: Tensor) -> Tensor:
    return torch.cat(states, dim=1)


def _zeros(images: Tensor, shape: tuple[int, ...]) -> Tensor:
    return images.new_zeros(images.shape[0], *shape)


def _shift(image: Tensor) -> Tensor:
    """The image one pixel up and left: zeros move in below and on the right."""
    return functional.pad(image, (0, 1, 0, 1))[:, :, 1:, 1:]


def _scale(image: Tensor, factors: Tensor) -> Tensor:
    return image * factors[:, :, None, None]


def _global_avg(image: Tensor) -> Tensor:
    return functional.adaptive_avg_pool2d(image, 1)


FUNCTIONS: dict[str, Function] = {
    "add": _add,
    "concat": _concat,
    "shift": _shift,
    "sigmoid": torch.sigmoid,
    "hardswish": functional.hardswish,
    "mish": functional.mish,
    "scale": _scale,
    "global_avg": _global_avg,
    "flatten": partial(torch.flatten, start_dim=1),
}
