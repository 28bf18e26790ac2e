"""A language model of characters against counted n-grams, on the same split of one book.

`python -m benchmarks.text BOOK.zip` where the zip holds train.txt, valid.txt and test.txt.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from automl_web.datasets.order import Order
from automl_web.datasets.text.prepare import prepare
from benchmarks.measured import load, machine
from search.history import Candidate, Report
from search.method import Context
from search.problems.text import TEXT
from search.training.text.data import meta, tokens
from search.training.text.evaluate import evaluate

CONFIG = {"epochs": 3, "width": 256, "embedding": 32, "learning_rate": 1e-2, "batch_size": 16}
STILL = {"dropout_embedding": 0.0, "dropout_between": 0.0, "dropout_output": 0.0}

Array = np.ndarray[Any, Any]


def ngram_loss(train: Array, held_out: Array, order: int, vocabulary: int) -> float:
    """Nats a token of counted n-grams, each interpolated with the one below down to equal chances.

    Witten and Bell, "The zero-frequency problem", IEEE Transactions on Information Theory, 1991,
    method C. The first `order` - 1 tokens, which have no full context, are left out.
    """
    chances = np.full(len(held_out) - order + 1, 1 / vocabulary)
    for length in range(1, order + 1):
        grams, counts = np.unique(_codes(train, length, vocabulary), return_counts=True)
        contexts, first = np.unique(grams // vocabulary, return_index=True)
        seen = np.add.reduceat(counts, first)
        kinds = np.diff([*first, len(grams)])
        asked = _codes(held_out, length, vocabulary)[order - length :]
        count = _found(grams, counts, asked)
        total, new = (_found(contexts, v, asked // vocabulary) for v in (seen, kinds))
        known = total > 0
        mixed = (count + new * chances) / np.maximum(total + new, 1)
        chances = np.where(known, mixed, chances)
    return float(-np.log(chances).mean())


def _codes(text: Array, length: int, vocabulary: int) -> Array:
    """Each run of `length` tokens as one number."""
    codes = np.zeros(len(text) - length + 1, dtype=np.int64)
    for i in range(length):
        codes = codes * vocabulary + text[i : len(text) - length + 1 + i]
    return codes


def _found(keys: Array, values: Array, asked: Array) -> Array:
    """The value of each key that is asked for, 0 for those that are not there."""
    at = np.searchsorted(keys, asked).clip(max=len(keys) - 1)
    return np.where(keys[at] == asked, values[at], 0)


def train(folder: Path, workdir: Path, seed: int) -> list[tuple[float, float, Report]]:
    """Seconds on the clock, seconds of computing, and each report."""
    problem = TEXT.problem(TEXT.usual_space().to_json(), folder)
    told, clock, computed = [], time.perf_counter(), time.process_time()
    for report in evaluate(problem, Candidate({**CONFIG, **STILL}), Context(seed, workdir)):
        told.append((time.perf_counter() - clock, time.process_time() - computed, report))
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("book", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{machine()}; load {load()}")
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "prepared"
        began = time.perf_counter()
        options = {"task": "language", "unit": "characters"}
        prepare(Order(arguments.book, folder, arguments.book.name, "text", options))
        print(f"prepared in {time.perf_counter() - began:.1f} s")
        known, parts = len(meta(folder).vocabulary), ("train", "validation")
        book, held_out = (tokens(folder, name).numpy() for name in parts)
        print(f"{len(book):,} and {len(held_out):,} tokens, {known} in the vocabulary")
        for order in (1, 2, 3, 5):
            loss = ngram_loss(book, held_out, order, known)
            print(f"| {order}-gram | {loss:.3f} | {math.exp(loss):.2f} | |")
        told = None
        for seconds, computed, report in train(folder, Path(scratch), arguments.seed):
            if report.values == told:  # told again, as a sign of life
                continue
            told = report.values
            values = {name: round(value, 4) for name, value in report.values.items()}
            whole = "whole" if report.checkpoint else "on its way"
            print(f"step {report.step} {whole}: {seconds:.1f} s, {computed:.1f} s CPU: {values}")
        print({name: round(value, 3) for name, value in report.costs.items()})
    print(f"load {load()}")


if __name__ == "__main__":
    main()
