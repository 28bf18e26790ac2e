"""What a result page shows of a text model besides its scores; from the one scoring of the test part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from search.training.text import data
from search.training.text.classification import PREDICTIONS
from search.training.text.language import SURPRISES
from search.training.text.meta import CHARACTERS, Meta
from search.training.text.networks import LanguageModel
from search.training.text.sample import Array, continued
from search.training.text.stepping import beginning_of, stepping
from search.training.text.tokens import joined

SHOWN = 12
"""Tokens that are told as the hardest."""

LEAST = 5
"""How often a token has to occur in the test part to be told of."""

BEGINNING, LENGTH = {"characters": 80, "words": 20}, {"characters": 400, "words": 100}
"""Tokens of the sample: what it is given, and what it writes."""

TEMPERATURE = 0.8


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
    return float(np.exp(nats[text].mean()))


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
            "perplexity": float(np.exp(sums[token] / counts[token])),
        }
        for token in worst
    ]


def _sample(network: LanguageModel, known: Meta, text: Array) -> dict[str, str]:
    """The beginning of the test part, and what the model writes behind it."""
    given = [known.vocabulary[number] for number in text[: BEGINNING[known.unit]]]
    beginning = "".join(given) if known.unit == CHARACTERS else joined(given, known.unit)
    rng = np.random.default_rng(0)
    step, start = stepping(network), beginning_of(network)
    written = continued(step, start, known, beginning, LENGTH[known.unit], TEMPERATURE, rng)
    return {"beginning": beginning, "written": written}


def of_classification(known: Meta, folder: Path, beside: Path) -> dict[str, Any]:
    """Counts (K, K) of test items by true and predicted class."""
    predicted = np.load(beside / PREDICTIONS).argmax(axis=1)
    labels, classes = data.items(folder, "test").labels.numpy(), len(known.classes)
    counted = np.bincount(labels * classes + predicted, minlength=classes * classes)
    return {"confusion": counted.reshape(classes, classes).tolist()}
