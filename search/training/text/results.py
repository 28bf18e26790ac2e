"""What a result page shows of a text model besides its scores; from the one scoring of the test part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from search.training.text import data
from search.training.text.classification import PREDICTIONS
from search.training.text.language import SURPRISES, perplexity
from search.training.text.meta import CHARACTERS, WORDS, Meta
from search.training.text.networks import LanguageModel
from search.training.text.sample import Array, continued
from search.training.text.stepping import beginning_of, stepping
from search.training.text.tokens import joined

SHOWN = 12
"""Tokens that are told as the hardest."""

LEAST = 5
"""How often a token has to occur in the test part to be told of."""

BEGINNING, LENGTH = {CHARACTERS: 80, WORDS: 20}, {CHARACTERS: 400, WORDS: 100}
"""Tokens of the sample: what it is given, and what it writes."""

TEMPERATURE = 0.8
FAR = 1_000
"""Tokens in which the end of a line is looked for."""


def of_language(network: LanguageModel, known: Meta, folder: Path, beside: Path) -> dict[str, Any]:
    """How hard the test part is without a model, which tokens are hard with it, and a sample."""
    text = data.tokens(folder, "test").numpy()
    nats = np.load(beside / SURPRISES)
    return {
        "tokens": len(nats),
        "by_frequency": _by_frequency(folder, text[1:], len(known.vocabulary)),
        "unknown": float((text == 0).mean()),
        "hardest": _hardest(text[1:], nats, known),
        "sample": _sample(network, known, text),
    }


def _by_frequency(folder: Path, text: Array, vocabulary: int) -> float:
    """Perplexity of knowing only how often each token occurs, each counted once too often."""
    counts = np.ones(vocabulary)
    for name in ("train", "validation"):
        counts += np.bincount(data.tokens(folder, name).numpy(), minlength=vocabulary)
    nats = -np.log(counts / counts.sum())
    return perplexity(float(nats[text].mean()))


def _hardest(text: Array, nats: Array, known: Meta) -> list[dict[str, Any]]:
    """Tokens that surprise the model most, of those that occur often enough; perplexity of each."""
    counts = np.bincount(text)
    sums = np.bincount(text, weights=nats)
    often = np.flatnonzero(counts >= LEAST)
    means = sums[often] / counts[often]
    worst = often[np.argsort(-means, kind="stable")][:SHOWN]
    return [
        {
            "token": known.vocabulary[token],
            "count": int(counts[token]),
            "perplexity": perplexity(float(sums[token] / counts[token])),
        }
        for token in worst
    ]


def _sample(network: LanguageModel, known: Meta, text: Array) -> dict[str, str]:
    """Some of the middle of the test part, whose beginning may be a title, and what is written behind."""
    begin = _line(text, known)
    given = text[begin : begin + BEGINNING[known.unit]]
    beginning = joined((known.vocabulary[number] for number in given), known.unit)
    rng = np.random.default_rng(0)
    step, start = stepping(network), beginning_of(network)
    written = continued(step, start, known, beginning, LENGTH[known.unit], TEMPERATURE, rng)
    return {"beginning": beginning, "written": written}


def _line(text: Array, known: Meta) -> int:
    """Where in the middle of a text a line begins, or the middle."""
    middle = len(text) // 2
    if "\n" not in known.vocabulary:
        return middle
    ends = np.flatnonzero(text[middle : middle + FAR] == known.vocabulary.index("\n"))
    return middle + int(ends[0]) + 1 if len(ends) else middle


def of_classification(known: Meta, folder: Path, beside: Path) -> dict[str, Any]:
    """Counts (K, K) of test items by true and predicted class."""
    predicted = np.load(beside / PREDICTIONS).argmax(axis=1)
    labels, classes = data.items(folder, "test").labels.numpy(), len(known.classes)
    counted = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return {"confusion": counted.reshape(classes, classes).tolist()}
