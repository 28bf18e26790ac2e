"""The order in which a recurrent controller takes decisions, and which of them share parameters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from search.decisions import Decision


@dataclass(frozen=True)
class Step:
    """One step in time: it takes `decisions` by their places, and `head` names whose softmax does it.

    An anchor point takes all decisions that join `layer` to those before; it has no head.
    """

    decisions: tuple[int, ...]
    head: str = ""
    layer: int = 0


def steps_of(decisions: Sequence[Decision]) -> tuple[Step, ...]:
    """A step for each decision, and one for all that join one layer."""
    steps: list[Step] = []
    for layer, group in groupby(enumerate(decisions), key=lambda pair: _layer(pair[1])):
        places = [place for place, _ in group]
        if layer:
            steps.append(Step(tuple(places), layer=layer))
        else:
            steps += [Step((place,), head=head_of(decisions[place])) for place in places]
    return tuple(steps)


def head_of(decision: Decision) -> str:
    """Decisions that differ only in the numbers in their names share what decides them."""
    return f"{re.sub(r'[0-9]+', '#', decision.name)} of {len(decision.choices)}"


def _layer(decision: Decision) -> int:
    return decision.joins[1] if decision.joins else 0
