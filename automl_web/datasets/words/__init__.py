"""What the Data Doctor says, a card a code; the codes are those of `findings.found`."""

from __future__ import annotations

from automl_web.datasets.words import of_all, of_images, of_tables, of_text
from automl_web.datasets.words.card import Card

CARDS: dict[str, Card] = {**of_all.CARDS, **of_images.CARDS, **of_tables.CARDS, **of_text.CARDS}
