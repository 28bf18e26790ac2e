"""What a model of text says: how it goes on from a beginning, or which class a text is of."""

from __future__ import annotations

import json
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from automl_web.registry.answer import NoAnswerError, asked_of_process, session_of
from automl_web.registry.models import ModelVersion
from search.training.card import CARD
from search.training.text.meta import Meta
from search.training.text.recipe import Recipe
from search.training.text.sample import Array, State, continued, encoded

SECONDS = 20.0
"""That a text may take to be written in this process; the longest usual one takes two."""


def continuation(
    model: ModelVersion, beginning: str, length: int, temperature: float, seed: int
) -> str:
    """What a language model writes behind `beginning`, `length` tokens; raises NoAnswerError."""
    session = session_of(model)
    if session is None:
        asked = {"length": length, "temperature": temperature, "seed": seed}
        written: str = asked_of_process(model, _question(beginning, **asked))
        return written
    rng = np.random.default_rng(seed)
    step, start = _stepping(session), _start(session)
    return continued(step, start, _known(model), beginning, length, temperature, rng)


def probabilities(model: ModelVersion, text: str) -> list[float]:
    """One probability a class for a text; raises NoAnswerError."""
    session = session_of(model)
    if session is None:
        shares: list[float] = asked_of_process(model, _question(text))
        return shares
    recipe = Recipe.of(_card(model)["config"])
    numbers = encoded(text, _known(model))[: recipe.sequence_length]
    tokens = numbers if len(numbers) else np.zeros(1, dtype=np.int64)
    given = {"tokens": tokens[None], "lengths": np.array([len(tokens)])}
    (found,) = session.run(None, given)
    answer: list[float] = found[0].tolist()
    return answer


def _question(text: str, **asked: Any) -> bytes:
    return json.dumps({"text": text, **asked}).encode()


def _stepping(session: Any) -> Any:
    """The ONNX model as `search.training.text.sample` asks it, which gives up when it takes too long."""
    names = [given.name for given in session.get_inputs()]
    deadline = time.monotonic() + SECONDS

    def step(tokens: Array, state: State) -> tuple[Array, State]:
        if time.monotonic() > deadline:
            raise NoAnswerError
        given = dict(zip(names, (tokens, *state), strict=True))
        shares, *after = session.run(None, given)
        return shares[0, -1], tuple(after)

    return step


def _start(session: Any) -> State:
    """The state before the first token; the sizes of it, but of the texts, are in the model."""
    _tokens, *state = session.get_inputs()
    return tuple(np.zeros((given.shape[0], 1, given.shape[2]), dtype=np.float32) for given in state)


def _card(model: ModelVersion) -> Any:
    path = model.folder / CARD
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, stamp: int) -> Any:
    """The card that was written at `stamp`."""
    return json.loads(path.read_text(encoding="utf-8"))


def _known(model: ModelVersion) -> Meta:
    return Meta.of(_card(model))
