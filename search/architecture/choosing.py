"""What sets share whose designs are any combination of choices: drawing one, and changing one choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from search.decisions import Decision
from search.message import Message


def drawn(decisions: Sequence[Decision], rng: np.random.Generator) -> tuple[int, ...]:
    """A choice of each decision, all as likely."""
    return tuple(int(rng.integers(len(decision.choices))) for decision in decisions)


def changed(
    decisions: Sequence[Decision], places: Sequence[int], rng: np.random.Generator
) -> tuple[tuple[int, ...], Message]:
    """The places with another choice of one decision, and what was changed."""
    open_ones = [at for at, decision in enumerate(decisions) if len(decision.choices) > 1]
    if not open_ones:
        return tuple(places), Message("Nothing else could be chosen, so nothing was changed")
    at = open_ones[int(rng.integers(len(open_ones)))]
    choices = decisions[at].choices
    new = (places[at] + int(rng.integers(1, len(choices)))) % len(choices)
    told = {
        "name": decisions[at].name,
        "new": shown(choices[new]),
        "old": shown(choices[places[at]]),
    }
    return (*places[:at], new, *places[at + 1 :]), Message(
        "%(name)s: %(new)s instead of %(old)s", told
    )


def shown(choice: Any) -> Any:
    """A choice in words."""
    return {True: "yes", False: "no"}[choice] if isinstance(choice, bool) else choice
