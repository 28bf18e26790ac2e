"""Every operation on all edges that leave one state, computed at once: faster, the same mathematics.

An edge of a supernet mixes all operations, and all edges that leave a state read the same numbers. So
one convolution with a group an edge does the work of many, the state is rectified and pooled once, and
the weight of an operation is folded into the batch normalisation that stands at its end anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import pairwise
from operator import add

import torch
from torch import Tensor, nn
from torch.nn import functional

from search.architecture.network import POOLS
from search.architecture.ops import Step, steps_of

PASSES, ADDS_NOTHING = "id", "zero"


def normalised(features: Tensor, scale: Tensor | None = None) -> Tensor:
    """Features (N, C, H, W) normalised by the statistics of the batch, each channel times `scale` (C,)."""
    return functional.batch_norm(features, None, None, scale, None, training=True)


class Leaving(nn.Module):
    """All operations on the edges that leave one state, mixed by the weights of each edge."""

    def __init__(self, ops: Sequence[str], channels: int, edges: int, stride: int) -> None:
        super().__init__()
        self.ops = tuple(ops)
        self.alike, self.different = nn.ModuleDict(), nn.ModuleDict()
        for op in ops:
            steps = steps_of(op, channels, stride)
            if op == PASSES and stride == 1:
                self.alike[op] = nn.Identity()
            elif op == PASSES:
                self.different[op] = Halved(channels, channels, edges)
            elif steps[0].kind in POOLS:
                self.alike[op] = Pooled(steps)
            elif op != ADDS_NOTHING:
                self.different[op] = Convolved(steps, channels, edges)

    def forward(self, state: Tensor, weights: Tensor) -> list[Tensor]:
        """What comes out of each edge, (N, C, H', W'); `weights` (edges, ops)."""
        by_op = dict(zip(self.ops, weights.unbind(dim=1), strict=True))
        parts: list[Sequence[Tensor]] = []
        if self.different:
            rectified = functional.relu(state)
            sent = (module(rectified, by_op[op]) for op, module in self.different.items())
            parts.append(total(sent).chunk(len(weights), dim=1))
        if self.alike:
            shares = torch.stack([by_op[op] for op in self.alike], dim=1)
            parts.append(mixed([module(state) for module in self.alike.values()], shares))
        return [total(edge) for edge in zip(*parts, strict=True)]


class Convolved(nn.Module):
    """A convolving operation on `edges` edges: rectified (N, C, H, W) to (N, edges * C, H', W')."""

    def __init__(self, steps: Sequence[Step], channels: int, edges: int) -> None:
        super().__init__()
        self.channels, self.edges = channels, edges
        self.convolutions = nn.ModuleList(
            convolution(step, edges) for step in steps if step.kind == "conv"
        )
        kinds = [step.kind for step in steps]
        # What comes between a convolution and the next: nothing, or the end of a block.
        self.ends = [after == "norm" for kind, after in pairwise(kinds) if kind == "conv"]

    def forward(self, rectified: Tensor, weights: Tensor) -> Tensor:
        """`weights` (edges,) scale what each edge gets."""
        features = torch.cat([rectified] * self.edges, dim=1)
        *inner, last = zip(self.convolutions, self.ends, strict=True)
        for convolve, ends in inner:
            features = convolve(features)
            if ends:
                features = functional.relu(normalised(features))
        return normalised(last[0](features), weights.repeat_interleave(self.channels))


class Halved(nn.Module):
    """The identity where a cell halves: every other pixel, and those between, half of the channels each.

    Maps rectified (N, C, H, W) to (N, edges * wide, ceil(H / 2), ceil(W / 2)).
    """

    def __init__(self, channels: int, wide: int, edges: int = 1) -> None:
        super().__init__()
        self.edges, self.wide = edges, wide
        self.near = nn.Conv2d(channels, edges * (wide - wide // 2), 1, stride=2, bias=False)
        self.far = nn.Conv2d(channels, edges * (wide // 2), 1, stride=2, bias=False)

    def forward(self, rectified: Tensor, weights: Tensor | None = None) -> Tensor:
        beyond = functional.pad(rectified, (0, 1, 0, 1))[:, :, 1:, 1:]
        halves = (
            self.near(rectified).chunk(self.edges, dim=1),
            self.far(beyond).chunk(self.edges, dim=1),
        )
        features = torch.cat([half for edge in zip(*halves, strict=True) for half in edge], dim=1)
        return normalised(
            features, None if weights is None else weights.repeat_interleave(self.wide)
        )


class Pooled(nn.Module):
    """A pooling operation (N, C, H, W) to (N, C, H', W'), normalised so that no scale is favoured."""

    def __init__(self, steps: Sequence[Step]) -> None:
        super().__init__()
        self.pool, self.settings = POOLS[steps[0].kind], steps[0].settings

    def forward(self, state: Tensor) -> Tensor:
        return normalised(self.pool(state, **self.settings))


def convolution(step: Step, edges: int) -> nn.Conv2d:
    """The convolution of one edge, for `edges` of them side by side."""
    groups, inputs, outputs = (step.settings[n] for n in ("groups", "inputs", "outputs"))
    shape = {n: step.settings[n] for n in ("kernel", "stride", "padding", "dilation")}
    size = shape.pop("kernel")
    return nn.Conv2d(
        edges * inputs, edges * outputs, size, groups=edges * groups, bias=False, **shape
    )


def mixed(features: Sequence[Tensor], shares: Tensor) -> list[Tensor]:
    """Sums of `features`, each (N, C, H, W), one by each row of `shares` (edges, features): a product."""
    together = torch.stack([f.permute(0, 2, 3, 1) for f in features])  # as they lie in memory
    sums = (shares @ together.flatten(start_dim=1)).view(-1, *together.shape[1:])
    return list(sums.permute(0, 1, 4, 2, 3).unbind())


def total(tensors: Iterable[Tensor]) -> Tensor:
    """Their sum, without the zero that Python's own begins with."""
    return reduce(add, tensors)
