"""Texts that are prepared, and what was written of them, for tests."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from automl_web.datasets.order import Order, Prepared
from automl_web.datasets.text.prepare import prepare
from search.training.text.meta import meta
from search.training.text.tokens import joined


def prepared(file: Path, folder: Path, earlier: Path | None = None, **options: Any) -> Prepared:
    return prepare(Order(file, folder, name=file.name, options=options, earlier=earlier))


def text_of(folder: Path, part: str) -> str:
    """What the tokens of a part say."""
    known = meta(folder)
    numbers = np.load(folder / f"{part}-tokens.npy", mmap_mode="r")
    return joined((known.vocabulary[n] for n in numbers), known.unit)


def texts_of(folder: Path, part: str) -> list[tuple[str, str]]:
    """The texts of a part with their classes."""
    known = meta(folder)
    numbers, offsets, labels = (
        np.load(folder / f"{part}-{name}.npy") for name in ("tokens", "offsets", "labels")
    )
    cut = [numbers[a:b] for a, b in pairwise(offsets)]
    said = (joined((known.vocabulary[n] for n in each), known.unit) for each in cut)
    return [(text, known.classes[label]) for text, label in zip(said, labels, strict=True)]


def kept_back(folder: Path) -> set[int]:
    """What tells the texts of the test part from others."""
    return set(np.load(folder / "test-items.npy").tolist())


def codes(result: Prepared) -> set[str]:
    return {finding["code"] for finding in result.facts["findings"]}


def fix_of(result: Prepared, code: str) -> dict[str, Any]:
    fix: dict[str, Any]
    (fix,) = (each["fix"] for each in result.facts["findings"] if each["code"] == code)
    return fix
