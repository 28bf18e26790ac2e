"""The supernet of DARTS: cells whose edges mix all operations. Liu et al., ICLR 2019, section 2."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from search.supernet.operations import Halved, Leaving, normalised, total
from search.supernet.outline import INPUTS, REDUCE, Outline

SPREAD = 1e-3
"""Deviation of the first architecture parameters: nearly equal shares, but no ties."""

STEM = 3
"""The stem is this many times as wide as the first cell."""


class Adapter(nn.Module):
    """What a cell reads, (N, C, H, W), rectified, made `wide` channels, halved if need be, normalised."""

    def __init__(self, channels: int, wide: int, *, halves: bool) -> None:
        super().__init__()
        self.halves = halves
        self.inner = Halved(channels, wide) if halves else nn.Conv2d(channels, wide, 1, bias=False)

    def forward(self, state: Tensor) -> Tensor:
        fitted = self.inner(functional.relu(state))
        return fitted if self.halves else normalised(fitted)


class Cell(nn.Module):
    """One cell: every node is the sum of what all states before it send (equations 1 and 2).

    `older` and `newer` are the channels of its inputs; the older one is `larger` after a reduction. A
    cell that `reduces` halves whatever leaves its inputs.
    """

    def __init__(
        self, outline: Outline, older: int, newer: int, wide: int, *, larger: bool, reduces: bool
    ) -> None:
        super().__init__()
        self.adapters = nn.ModuleList(
            (Adapter(older, wide, halves=larger), Adapter(newer, wide, halves=False))
        )
        sources = range(INPUTS + outline.nodes - 1)
        self.rows = [
            [row for row, edge in enumerate(outline.edges) if edge[0] == source]
            for source in sources
        ]
        self.leaving = nn.ModuleList(
            Leaving(outline.ops, wide, len(self.rows[s]), 2 if reduces and s < INPUTS else 1)
            for s in sources
        )
        self.nodes = outline.nodes

    def forward(self, older: Tensor, newer: Tensor, shares: Tensor) -> Tensor:
        """The nodes put together, (N, nodes * wide, H', W'); `shares` (edges, ops)."""
        states = [adapt(s) for adapt, s in zip(self.adapters, (older, newer), strict=True)]
        arrived: list[list[Tensor]] = []  # of each source, at the nodes behind it
        for source, leaving in enumerate(self.leaving):
            if source >= INPUTS:
                states.append(total(sent.pop(0) for sent in arrived))
            arrived.append(leaving(states[source], shares[self.rows[source]]))
        states.append(total(sent.pop(0) for sent in arrived))
        return torch.cat(states[INPUTS:], dim=1)


class Supernet(nn.Module):
    """Images (N, *shape) to logits (N, classes), through all architectures of `outline` at once.

    `alphas` are the architecture parameters, (edges, ops) a kind of cell, and all other parameters the
    weights. Batch normalisation learns nothing and always takes the batch's own statistics.
    """

    def __init__(self, outline: Outline, shape: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        wide = outline.channels
        size = (len(outline.edges), len(outline.ops))
        self.alphas = nn.ParameterDict(
            {kind: nn.Parameter(SPREAD * torch.randn(size)) for kind in sorted(set(outline.kinds))}
        )
        self.stem = nn.Conv2d(shape[0], STEM * wide, 3, padding=1, bias=False)
        older = newer = STEM * wide
        self.kinds, self.cells, larger = outline.kinds, nn.ModuleList(), False
        for kind in self.kinds:
            reduces = kind == REDUCE
            wide = 2 * wide if reduces else wide
            self.cells.append(Cell(outline, older, newer, wide, larger=larger, reduces=reduces))
            older, newer, larger = newer, outline.nodes * wide, reduces
        self.classifier = nn.Linear(newer, classes)

    def forward(self, images: Tensor) -> Tensor:
        shares = self.shares()
        older = newer = normalised(self.stem(images))
        for kind, cell in zip(self.kinds, self.cells, strict=True):
            older, newer = newer, cell(older, newer, shares[kind])
        return self.classifier(newer.mean(dim=(2, 3)))

    def shares(self) -> dict[str, Tensor]:
        """The softmax of the architecture parameters over the operations, (edges, ops) a kind."""
        return {kind: alpha.softmax(dim=1) for kind, alpha in self.alphas.items()}

    def weights(self) -> list[nn.Parameter]:
        """All parameters but the architecture's."""
        return [p for name, p in self.named_parameters() if not name.startswith("alphas.")]
