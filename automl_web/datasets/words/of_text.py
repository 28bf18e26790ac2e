"""What is said of text."""

from __future__ import annotations

from automl_web.datasets.words.card import Card

CARDS: dict[str, Card] = {}
