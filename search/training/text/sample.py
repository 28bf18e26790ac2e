"""Writing on from a beginning, token by token, and reading a text to be judged; no torch here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from search.training.text.meta import Meta
from search.training.text.tokens import joined, tokens

Array = np.ndarray[Any, Any]
State = tuple[Array, ...]
Step = Callable[[Array, State], tuple[Array, State]]
"""Tokens, int64 (1, L), and a state to what comes next, probabilities (V,), and the state behind them."""

WINDOW = 64
"""Tokens of a beginning that are read at once."""


def encoded(text: str, known: Meta) -> Array:
    """The numbers of the text's tokens, int64 (L,), 0 for those that are not in the vocabulary."""
    numbers = _numbers(known.vocabulary)
    lowered = text.lower() if known.lowercase else text
    found = [numbers.get(token, 0) for token in tokens(lowered, known.unit)]
    return np.array(found, dtype=np.int64)


@lru_cache(maxsize=4)
def _numbers(vocabulary: tuple[str, ...]) -> dict[str, int]:
    return {token: number for number, token in enumerate(vocabulary)}


def continued(
    step: Step,
    start: State,
    known: Meta,
    beginning: str,
    length: int,
    temperature: float,
    rng: np.random.Generator,
) -> str:
    """What the model writes behind `beginning`: `length` tokens, as text.

    The lower the temperature, the likelier what is chosen; at 0 it is always the likeliest.
    """
    written = list(encoded(beginning, known))
    behind = len(written)
    probabilities, state = _read(step, start, np.array(written or [_first(known)]))
    for _ in range(length):
        token = _drawn(probabilities, temperature, rng)
        written.append(token)
        probabilities, state = step(np.array([[token]]), state)
    return _behind(written, behind, known)


def _first(known: Meta) -> int:
    """What a text begins behind that has no beginning: a line that ends, or the commonest token."""
    return _numbers(known.vocabulary).get("\n", min(1, len(known.vocabulary) - 1))


def _read(step: Step, state: State, given: Array) -> tuple[Array, State]:
    for window in _windows(given):
        probabilities, state = step(window[None], state)
    return probabilities, state


def _windows(given: Array) -> Iterator[Array]:
    for begin in range(0, len(given), WINDOW):
        yield given[begin : begin + WINDOW]


def _drawn(probabilities: Array, temperature: float, rng: np.random.Generator) -> int:
    """A token, never the unknown, which nobody can read."""
    weights = probabilities[1:].astype(np.float64)
    if temperature <= 0:
        return 1 + int(weights.argmax())
    logits = np.log(np.maximum(weights, 1e-300)) / temperature
    weights = np.exp(logits - logits.max())
    return 1 + int(rng.choice(len(weights), p=weights / weights.sum()))


def _behind(written: list[int], behind: int, known: Meta) -> str:
    """The text of what was written, with the space before it that its last token asks for."""
    words = [known.vocabulary[number] for number in written]
    whole, before = joined(words, known.unit), joined(words[:behind], known.unit)
    return whole[len(before) :]
