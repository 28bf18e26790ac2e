"""Prepared texts that are made up: languages of which is known how well they can be predicted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from search.history import Candidate, Report, Stage
from search.method import Context, Problem
from search.problems.text import TEXT
from search.training.text.evaluate import evaluate
from search.training.text.tokens import UNKNOWN, WORD

CHAIN = np.array([[0.0, 0.7, 0.2, 0.1], [0.6, 0.0, 0.1, 0.3], [0.1, 0.1, 0.0, 0.8], [0.25] * 4])
"""How likely each of four letters follows each."""

NICE, NASTY = ("good", "fine", "lovely", "warm"), ("bad", "awful", "cold", "poor")
FILLING = ("the", "day", "was", "and", "it", "so", "very", "here")


def chain_text(length: int, seed: int = 0) -> np.ndarray:
    """Letters 1 to 4, int32 (length,), each drawn by the one before."""
    rng = np.random.default_rng(seed)
    drawn, letters = rng.random(length), [0]
    sums = CHAIN.cumsum(axis=1)
    for share in drawn[1:]:
        letters.append(int(np.searchsorted(sums[letters[-1]], share, side="right").clip(max=3)))
    return np.array(letters, dtype=np.int32) + 1


def true_loss(letters: np.ndarray) -> float:
    """Nats a letter for who knows the chain."""
    return float(-np.log(CHAIN[letters[:-1] - 1, letters[1:] - 1]).mean())


def language(
    folder: Path, parts: Mapping[str, np.ndarray], vocabulary: str = UNKNOWN + "abcd"
) -> Path:
    """A prepared running text of characters."""
    folder.mkdir(parents=True)
    for name, tokens in parts.items():
        np.save(folder / f"{name}-tokens.npy", tokens.astype(np.int32))
    counts = {name: len(tokens) for name, tokens in parts.items()}
    _describe(folder, "language", "characters", list(vocabulary), [], counts)
    return folder


def chain(folder: Path, train: int = 8_000, held_out: int = 3_000) -> Path:
    sizes = {"train": train, "validation": held_out, "test": held_out}
    return language(folder, {n: chain_text(size, i) for i, (n, size) in enumerate(sizes.items())})


def reviews(folder: Path, counts: tuple[int, int, int] = (300, 120, 280)) -> Path:
    """Prepared short texts with a class each: some words tell which, where they stand does not."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    vocabulary = [UNKNOWN, *FILLING, *NICE, *NASTY]
    for name, count in zip(("train", "validation", "test"), counts, strict=True):
        labels = np.arange(count) % 2
        texts = [_review(rng, int(label)) for label in labels]
        numbers = [[vocabulary.index(word) for word in WORD.findall(text)] for text in texts]
        np.save(folder / f"{name}-tokens.npy", np.concatenate(numbers).astype(np.int32))
        ends = np.cumsum([0, *map(len, numbers)])
        np.save(folder / f"{name}-offsets.npy", ends.astype(np.int64))
        np.save(folder / f"{name}-labels.npy", labels.astype(np.int64))
    named = dict(zip(("train", "validation", "test"), counts, strict=True))
    _describe(folder, "classification", "words", vocabulary, ["nice", "nasty"], named)
    return folder


def _review(rng: np.random.Generator, label: int) -> str:
    words = list(rng.choice(FILLING, size=rng.integers(2, 12)))
    words.insert(int(rng.integers(len(words) + 1)), str(rng.choice((NICE, NASTY)[label])))
    return " ".join(words)


def _describe(
    folder: Path,
    task: str,
    unit: str,
    vocabulary: list[str],
    classes: list[str],
    counts: dict[str, int],
) -> None:
    meta = {
        "kind": "text",
        "task": task,
        "unit": unit,
        "vocabulary": vocabulary,
        "classes": classes,
        "counts": counts,
        "lowercase": False,
    }
    (folder / "meta.json").write_text(json.dumps(meta))


def text_problem(folder: Path, **chosen: Any) -> Problem:
    return TEXT.problem(TEXT.usual_space().to_json(), folder, **chosen)


def a_config(**changed: Any) -> dict[str, Any]:
    """A small and quick config in which all that is random takes part."""
    config = {
        "cell": "lstm",
        "layers": 1,
        "width": 16,
        "embedding": 8,
        "dropout_embedding": 0.1,
        "dropout_output": 0.1,
        "learning_rate": 0.02,
        "epochs": 3,
        "batch_size": 16,
        "sequence_length": 16,
    }
    return {**config, **changed}


def train_text(
    folder: Path,
    workdir: Path,
    config: Mapping[str, Any],
    *,
    seed: int = 1,
    stage: Stage = Stage.SEARCH,
    resume: Path | None = None,
    parts: int = 1,
    limits: Mapping[str, float] | None = None,
    **fidelity: float,
) -> list[Report]:
    """All reports of one training on a prepared text."""
    workdir.mkdir(parents=True, exist_ok=True)
    context = Context(seed, workdir, "cpu", stage, fidelity, resume, parts=parts)
    problem = text_problem(folder, limits=limits)
    return list(evaluate(problem, Candidate(config), context))
