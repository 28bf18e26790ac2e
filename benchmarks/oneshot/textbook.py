"""DARTS' supernet as its paper writes it: one module an operation, an edge a sum over its operations.

What `search.supernet.network` computes together is computed here edge by edge, so that the two can be
compared: in what they compute, from copied weights, and in the time that it takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import torch
from torch import Tensor, nn

from search.architecture.ops import Step, steps_of
from search.supernet.network import STEM
from search.supernet.outline import INPUTS, REDUCE, Outline


class Zero(nn.Module):
    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, state: Tensor) -> Tensor:
        return state[:, :, :: self.stride, :: self.stride].mul(0.0)


class FactorisedReduction(nn.Module):
    def __init__(self, channels: int, wide: int) -> None:
        super().__init__()
        self.near = nn.Conv2d(channels, wide - wide // 2, 1, stride=2, bias=False)
        self.far = nn.Conv2d(channels, wide // 2, 1, stride=2, bias=False)
        self.norm = norm(wide)

    def forward(self, state: Tensor) -> Tensor:
        rectified = state.relu()
        beyond = nn.functional.pad(rectified, (0, 1, 0, 1))[:, :, 1:, 1:]
        both = torch.cat([self.near(rectified), self.far(beyond)], dim=1)
        return cast(Tensor, self.norm(both))


class MixedOperation(nn.Module):
    """Equation 2."""

    def __init__(self, outline: Outline, channels: int, stride: int) -> None:
        super().__init__()
        self.operations = nn.ModuleDict({op: operation(op, channels, stride) for op in outline.ops})

    def forward(self, state: Tensor, shares: Tensor) -> Tensor:
        pairs = zip(shares, self.operations.values(), strict=True)
        return cast(Tensor, sum(share * op(state) for share, op in pairs))


class TextbookCell(nn.Module):
    """Equation 1, and the nodes put together."""

    def __init__(
        self, outline: Outline, older: int, newer: int, wide: int, *, larger: bool, reduces: bool
    ) -> None:
        super().__init__()
        self.outline = outline
        self.older = FactorisedReduction(older, wide) if larger else projection(older, wide)
        self.newer = projection(newer, wide)
        self.edges = nn.ModuleList(
            MixedOperation(outline, wide, 2 if reduces and source < INPUTS else 1)
            for source, _ in outline.edges
        )

    def forward(self, older: Tensor, newer: Tensor, shares: Tensor) -> Tensor:
        states = [self.older(older), self.newer(newer)]
        numbered = list(enumerate(self.outline.edges))
        for node in range(INPUTS, INPUTS + self.outline.nodes):
            into = [(row, source) for row, (source, target) in numbered if target == node]
            sent = (self.edges[row](states[source], shares[row]) for row, source in into)
            states.append(cast(Tensor, sum(sent)))
        return torch.cat(states[INPUTS:], dim=1)


class Textbook(nn.Module):
    """Images (N, *shape) to logits (N, classes), as `Supernet`."""

    def __init__(self, outline: Outline, shape: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        self.kinds, wide = outline.kinds, outline.channels
        size = (len(outline.edges), len(outline.ops))
        self.alphas = nn.ParameterDict(
            {kind: nn.Parameter(1e-3 * torch.randn(size)) for kind in sorted(set(self.kinds))}
        )
        older = newer = STEM * wide
        stem = nn.Conv2d(shape[0], newer, 3, padding=1, bias=False)
        self.stem = nn.Sequential(stem, norm(newer))
        self.cells, larger = nn.ModuleList(), False
        for kind in self.kinds:
            reduces = kind == REDUCE
            wide = 2 * wide if reduces else wide
            self.cells.append(
                TextbookCell(outline, older, newer, wide, larger=larger, reduces=reduces)
            )
            older, newer, larger = newer, outline.nodes * wide, reduces
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(newer, classes)

    def forward(self, images: Tensor) -> Tensor:
        older = newer = self.stem(images)
        for kind, cell in zip(self.kinds, self.cells, strict=True):
            older, newer = newer, cell(older, newer, self.alphas[kind].softmax(dim=1))
        return cast(Tensor, self.classifier(self.pool(newer).flatten(1)))

    def weights(self) -> list[nn.Parameter]:
        return [p for name, p in self.named_parameters() if not name.startswith("alphas.")]


def norm(channels: int) -> nn.Module:
    return nn.BatchNorm2d(channels, affine=False, track_running_stats=False)


def projection(channels: int, wide: int) -> nn.Module:
    return nn.Sequential(nn.ReLU(), nn.Conv2d(channels, wide, 1, bias=False), norm(wide))


def operation(op: str, channels: int, stride: int) -> nn.Module:
    if op == "zero":
        return Zero(stride)
    if op == "id":
        return nn.Identity() if stride == 1 else FactorisedReduction(channels, channels)
    made = [layer for step in steps_of(op, channels, stride) for layer in layers(step)]
    if op.startswith(("max", "avg")):
        made.append(norm(channels))  # so that no scale is favoured
    return nn.Sequential(*made)


def layers(step: Step) -> Iterator[nn.Module]:
    known = step.settings
    match step.kind:
        case "relu":
            yield nn.ReLU()
        case "norm":
            yield norm(known["channels"])
        case "max":
            yield nn.MaxPool2d(known["kernel"], known["stride"], known["padding"])
        case "avg":
            yield nn.AvgPool2d(
                known["kernel"], known["stride"], known["padding"], count_include_pad=False
            )
        case "conv":
            around = {name: known[name] for name in ("stride", "padding", "dilation", "groups")}
            yield nn.Conv2d(
                known["inputs"], known["outputs"], known["kernel"], bias=False, **around
            )


@torch.no_grad()
def copy_weights(source: Any, target: Any) -> None:
    """Give the textbook's network `target` all numbers of the fast one."""
    target.stem[0].weight.copy_(source.stem.weight)
    target.classifier.load_state_dict(source.classifier.state_dict())
    for kind, alpha in source.alphas.items():
        target.alphas[kind].copy_(alpha)
    for fast, plain in zip(source.cells, target.cells, strict=True):
        for adapter, part in zip(fast.adapters, (plain.older, plain.newer), strict=True):
            for given, taken in zip(convolutions(adapter), convolutions(part), strict=True):
                taken.weight.copy_(given.weight)
        for state, leaving in enumerate(fast.leaving):
            rows = fast.rows[state]
            for op, module in leaving.different.items():
                copy_edges(module, [plain.edges[row].operations[op] for row in rows])


def copy_edges(together: nn.Module, alone: list[Any]) -> None:
    """The fast convolutions hold those of all edges one after the other."""
    for number, given in enumerate(convolutions(together)):
        for edge, weight in zip(alone, given.weight.chunk(len(alone)), strict=True):
            convolutions(edge)[number].weight.copy_(weight)


def convolutions(module: nn.Module) -> list[nn.Conv2d]:
    return [part for part in module.modules() if isinstance(part, nn.Conv2d)]
