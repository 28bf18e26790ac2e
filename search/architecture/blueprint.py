"""Blueprints: a network as a flat list of layers with sizes, of which it is built, counted and printed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from search.architecture.ops import Step, Steps

Shape = tuple[int, ...]
"""Of one image: channels, height and width, or just channels once it is flat."""

INPUT = "images"
"""The name under which layers read what the network is given."""

SMALLEST = 4
"""Images with a shorter side are not made smaller any more."""

SHARED = frozenset(
    {
        "relu",
        "relu6",
        "hardswish",
        "mish",
        "max",
        "avg",
        "shift",
        "zero",
        "pad",
        "global_avg",
        "flatten",
    }
)
"""Kinds of layers that are computed once if they are asked for twice with the same input."""


@dataclass(frozen=True)
class Layer:
    """One layer: it maps the outputs of `inputs`, which stand before it, to one of `shape`.

    kind and settings: `conv` (inputs, outputs, kernel, stride, padding, dilation, groups; no bias),
    `norm` (channels: batch normalisation), `linear` (inputs, outputs; with bias), `max` and `avg`
    (kernel, stride, padding; padding does not count in the average), `dropout` (share), `drop_path`
    (share: of images for which training drops all of it), `zero` (shape: zeros, whatever it reads),
    and without settings `relu`, `relu6`, `hardswish`, `mish`, `add`, `concat`, `shift` (one pixel up
    and left, zeros move in), `global_avg`, `flatten`.

    A `drop_path` with a `depth`, from 0 to 1, drops nothing until `with_drop_path` gives it its part,
    and less of that at the beginning of the training. Two more: `pad` (around: zeros left, right,
    above and below), and `scale`, an image by the factors, one a channel, of a flat state, which
    `sigmoid` gives.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    settings: Mapping[str, Any]
    shape: Shape

    @property
    def weights(self) -> int:
        """Numbers of its weight."""
        match self.kind:
            case "conv":
                area = math.prod(self.settings["kernel"])
                return self.settings["outputs"] * self._depth * area
            case "linear":
                return self.settings["inputs"] * self.settings["outputs"]
            case "norm":
                return self.settings["channels"]
        return 0

    @property
    def params(self) -> int:
        """Numbers that training adjusts: the weight, and the bias of linear and norm."""
        match self.kind:
            case "linear":
                return self.weights + self.settings["outputs"]
            case "norm":
                return 2 * self.weights
        return self.weights

    @property
    def macs(self) -> int:
        """Multiplications with a weight for one image, in convolutions and linear layers only."""
        match self.kind:
            case "conv":
                return self.weights * self.shape[1] * self.shape[2]
            case "linear":
                return self.weights
        return 0

    @property
    def size_bytes(self) -> int:
        """Four bytes for each parameter and each running mean and variance of a normalisation."""
        running = 2 * self.weights if self.kind == "norm" else 0
        return 4 * (self.params + running)

    @property
    def _depth(self) -> int:
        return self.settings["inputs"] // self.settings["groups"]


@dataclass(frozen=True)
class Blueprint:
    """A network that maps images of `shape` to what its last layer gives; layers in order of work."""

    shape: Shape
    layers: tuple[Layer, ...]

    @cached_property
    def params(self) -> int:
        """Numbers that training adjusts."""
        return sum(layer.params for layer in self.layers)

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates of convolutions and linear layers for one image.

        Biases, normalisations and activations are left out, as in torchvision's figures.
        """
        return sum(layer.macs for layer in self.layers)

    @cached_property
    def size_bytes(self) -> int:
        """The weights as stored in float32: parameters, running means and running variances.

        The counter of batches that a normalisation keeps, and the file's header, are left out.
        """
        return sum(layer.size_bytes for layer in self.layers)

    @property
    def costs(self) -> dict[str, float]:
        """The metrics that are counted before training."""
        return {
            "params": float(self.params),
            "macs": float(self.macs),
            "size_bytes": float(self.size_bytes),
        }

    def with_drop_path(self, rate: float) -> Blueprint:
        """The network with its paths dropped at `rate` times their own shares; without any at 0."""
        if rate:
            return replace(self, layers=tuple(_dropping(layer, rate) for layer in self.layers))
        passed = {layer.name: layer.inputs[0] for layer in self.layers if layer.kind == "drop_path"}
        kept = (layer for layer in self.layers if layer.name not in passed)
        layers = tuple(
            replace(layer, inputs=tuple(passed.get(name, name) for name in layer.inputs))
            for layer in kept
        )
        return replace(self, layers=layers)


def _dropping(layer: Layer, rate: float) -> Layer:
    if layer.kind != "drop_path":
        return layer
    known = layer.settings
    share = rate * known.get("depth", known["share"])
    return replace(layer, settings={**known, "share": share})


class Draft:
    """A blueprint while it is drawn."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.shapes: dict[str, Shape] = {INPUT: shape}
        self._layers: list[Layer] = []
        self._drawn: dict[Any, str] = {}

    def add(
        self, name: str, kind: str, inputs: Sequence[str], settings: Mapping[str, Any] | None = None
    ) -> str:
        """Draw a layer and return its name, or that of a layer that gives the same."""
        settings, sources = settings or {}, tuple(inputs)
        same = (kind, sources, tuple(settings.items())) if kind in SHARED else None
        if same is not None and same in self._drawn:
            return self._drawn[same]
        assert name not in self.shapes, f"two layers are named {name}"
        shape = SHAPES[kind](settings, [self.shapes[source] for source in sources])
        self._layers.append(Layer(name, kind, sources, settings, shape))
        self.shapes[name] = shape
        if same is not None:
            self._drawn[same] = name
        return name

    def follow(self, name: str, source: str, steps: Steps) -> str:
        """Draw the steps of an operation on `source`; returns the last state, `source` if there are none."""
        states = [source]
        for number, step in enumerate(steps):
            reads = step.sources or (len(states) - 1,)
            states.append(self._step(f"{name}_{number}", step, [states[i] for i in reads]))
        return states[-1]

    def _step(self, name: str, step: Step, inputs: list[str]) -> str:
        if step.kind != "zero":
            return self.add(name, step.kind, inputs, step.settings)
        # Zeros depend on nothing, so what only they would read is not built.
        channels, *sides = self.shapes[inputs[0]]
        shape = (channels, *(-(-side // step.settings["stride"]) for side in sides))
        return self.add(name, "zero", (INPUT,), {"shape": shape})

    def classify(self, state: str, classes: int, dropout: float) -> Blueprint:
        """Finish with the mean over the image and a linear layer to logits (N, classes)."""
        pooled = self.add("pool", "global_avg", (state,))
        flat = self.add("flat", "flatten", (pooled,))
        if dropout:
            flat = self.add("dropout", "dropout", (flat,), {"share": dropout})
        settings = {"inputs": self.shapes[flat][0], "outputs": classes}
        self.add("classify", "linear", (flat,), settings)
        return self.finish()

    def finish(self) -> Blueprint:
        """The blueprint of what the last layer needs; the rest is left out."""
        needed = {self._layers[-1].name}
        kept: list[Layer] = []
        for layer in reversed(self._layers):
            if layer.name in needed:
                needed.update(layer.inputs)
                kept.append(layer)
        return Blueprint(self.shape, tuple(reversed(kept)))


def _windowed(settings: Mapping[str, Any], inputs: list[Shape]) -> Shape:
    kernel, stride, padding = settings["kernel"], settings["stride"], settings["padding"]
    return (inputs[0][0], *((side + 2 * padding - kernel) // stride + 1 for side in inputs[0][1:]))


def _convolved(settings: Mapping[str, Any], inputs: list[Shape]) -> Shape:
    channels, *sides = inputs[0]
    assert channels == settings["inputs"]
    spans = zip(
        sides,
        settings["kernel"],
        settings["stride"],
        settings["padding"],
        settings["dilation"],
        strict=True,
    )
    return (
        settings["outputs"],
        *(
            (side + 2 * pad - gap * (size - 1) - 1) // step + 1
            for side, size, step, pad, gap in spans
        ),
    )


def _joined(settings: Mapping[str, Any], inputs: list[Shape]) -> Shape:
    assert len({shape[1:] for shape in inputs}) == 1
    return (sum(shape[0] for shape in inputs), *inputs[0][1:])


def _padded(settings: Mapping[str, Any], inputs: list[Shape]) -> Shape:
    left, right, above, below = settings["around"]
    channels, height, width = inputs[0]
    return (channels, height + above + below, width + left + right)


def _scaled(settings: Mapping[str, Any], inputs: list[Shape]) -> Shape:
    image, factors = inputs
    assert factors == image[:1]
    return image


def _same(settings: Mapping[str, Any], inputs: Iterable[Shape]) -> Shape:
    (shape,) = set(inputs)
    return shape


SHAPES: dict[str, Callable[[Mapping[str, Any], list[Shape]], Shape]] = {
    "conv": _convolved,
    "norm": _same,
    "relu": _same,
    "relu6": _same,
    "sigmoid": _same,
    "scale": _scaled,
    "pad": _padded,
    "hardswish": _same,
    "mish": _same,
    "max": _windowed,
    "avg": _windowed,
    "add": _same,
    "concat": _joined,
    "shift": _same,
    "zero": lambda settings, inputs: settings["shape"],
    "global_avg": lambda settings, inputs: (inputs[0][0], 1, 1),
    "flatten": lambda settings, inputs: (math.prod(inputs[0]),),
    "dropout": _same,
    "drop_path": _same,
    "linear": lambda settings, inputs: (settings["outputs"],),
}
"""The shape that a layer of each kind gives, by its settings and the shapes that it reads."""
