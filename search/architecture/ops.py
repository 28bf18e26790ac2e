"""The operations that an edge of a cell may carry, each as the layers that it is made of.

This table is all that is known of an operation: networks are built, counted, drawn and printed from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any


@dataclass(frozen=True)
class Step:
    """One layer of an operation, before it has a place in a network.

    `sources` are the states that it reads: 0 is what the operation is applied to, i what its i-th
    step gives. None means the state before it.
    """

    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[int, ...] | None = None


Steps = tuple[Step, ...]


@dataclass(frozen=True)
class Op:
    """An operation; `steps(channels, stride)` keeps the channels and divides the sides by the stride."""

    title: str
    steps: Callable[[int, int], Steps]


RELU, RELU6 = Step("relu"), Step("relu6")

ACTIVATIONS = {"relu": "ReLU", "hardswish": "Hardswish", "mish": "Mish"}
"""Kinds of layers that a network may have in place of its rectifiers, and what they are called."""


def conv(
    inputs: int,
    outputs: int,
    kernel: int | tuple[int, int],
    stride: int | tuple[int, int] = 1,
    *,
    groups: int = 1,
    dilation: int = 1,
) -> Step:
    """A convolution without bias whose padding keeps the sides, up to its stride."""
    size = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    settings = {
        "inputs": inputs,
        "outputs": outputs,
        "kernel": size,
        "stride": stride if isinstance(stride, tuple) else (stride, stride),
        "padding": tuple(dilation * (side - 1) // 2 for side in size),
        "dilation": (dilation, dilation),
        "groups": groups,
    }
    return Step("conv", settings)


def norm(channels: int) -> Step:
    return Step("norm", {"channels": channels})


def conv_norm(inputs: int, outputs: int) -> Steps:
    """ReLU, 1 x 1 convolution, normalisation: how a cell brings its inputs to its width."""
    return (RELU, conv(inputs, outputs, 1), norm(outputs))


def halving(inputs: int, outputs: int) -> Steps:
    """The factorised reduction: half the outputs from every other pixel, half from those between.

    Stride 2 alone would never look at three pixels of four. `shift` moves the image by one pixel
    up and left and fills with zeros, so that odd sides, too, give two halves of one size.
    """
    first, second = outputs - outputs // 2, outputs // 2
    if not second:
        return (RELU, conv(inputs, first, 1, 2), norm(outputs))
    return (
        RELU,
        conv(inputs, first, 1, 2),
        Step("shift", sources=(1,)),
        conv(inputs, second, 1, 2),
        Step("concat", sources=(2, 4)),
        norm(outputs),
    )


def _identity(channels: int, stride: int) -> Steps:
    return () if stride == 1 else halving(channels, channels)


def _zero(channels: int, stride: int) -> Steps:
    return (Step("zero", {"stride": stride}),)


def _convolution(kernel: int) -> Callable[[int, int], Steps]:
    def steps(channels: int, stride: int) -> Steps:
        return (RELU, conv(channels, channels, kernel, stride), norm(channels))

    return steps


def _separable(kernel: int) -> Callable[[int, int], Steps]:
    """ReLU, depthwise, pointwise, normalisation, twice; the first depthwise has the stride."""

    def steps(channels: int, stride: int) -> Steps:
        depthwise = conv(channels, channels, kernel, stride, groups=channels)
        again = conv(channels, channels, kernel, groups=channels)
        pointwise = conv(channels, channels, 1)
        rest = (pointwise, norm(channels))
        return (RELU, depthwise, *rest, RELU, again, *rest)

    return steps


def _dilated(kernel: int) -> Callable[[int, int], Steps]:
    def steps(channels: int, stride: int) -> Steps:
        depthwise = conv(channels, channels, kernel, stride, groups=channels, dilation=2)
        return (RELU, depthwise, conv(channels, channels, 1), norm(channels))

    return steps


def _factorised(length: int) -> Callable[[int, int], Steps]:
    """A row of weights, then a column, in place of a square."""

    def steps(channels: int, stride: int) -> Steps:
        row = conv(channels, channels, (1, length), (1, stride))
        column = conv(channels, channels, (length, 1), (stride, 1))
        return (RELU, row, column, norm(channels))

    return steps


def _depthwise(channels: int, stride: int) -> Steps:
    return (RELU, conv(channels, channels, 3, stride, groups=channels), norm(channels))


def _pool(kind: str, kernel: int) -> Callable[[int, int], Steps]:
    def steps(channels: int, stride: int) -> Steps:
        return (Step(kind, {"kernel": kernel, "stride": stride, "padding": kernel // 2}),)

    return steps


OPS: dict[str, Op] = {
    "id": Op("identity", _identity),
    "zero": Op("zero", _zero),
    "conv1": Op("1 x 1 convolution", _convolution(1)),
    "conv3": Op("3 x 3 convolution", _convolution(3)),
    "conv5": Op("5 x 5 convolution", _convolution(5)),
    "sep3": Op("3 x 3 separable convolution, twice", _separable(3)),
    "sep5": Op("5 x 5 separable convolution, twice", _separable(5)),
    "sep7": Op("7 x 7 separable convolution, twice", _separable(7)),
    "dil3": Op("3 x 3 dilated separable convolution", _dilated(3)),
    "dil5": Op("5 x 5 dilated separable convolution", _dilated(5)),
    "avg3": Op("3 x 3 average pooling", _pool("avg", 3)),
    "max3": Op("3 x 3 max pooling", _pool("max", 3)),
    "max5": Op("5 x 5 max pooling", _pool("max", 5)),
    "max7": Op("7 x 7 max pooling", _pool("max", 7)),
    "c1x7": Op("1 x 7, then 7 x 1 convolution", _factorised(7)),
    "c1x3": Op("1 x 3, then 3 x 1 convolution", _factorised(3)),
    "dw3": Op("3 x 3 depthwise convolution", _depthwise),
}


@cache
def steps_of(op: str, channels: int, stride: int) -> Steps:
    """The layers of operation `op`; none for the identity at stride 1. KeyError if there is no such op."""
    return OPS[op].steps(channels, stride)
