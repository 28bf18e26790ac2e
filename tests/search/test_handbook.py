"""`docs/methods.md` is what the catalogue says."""

from __future__ import annotations

from pathlib import Path

from search.handbook import page
from search.methods import METHODS

WRITTEN = Path(__file__).parents[2] / "docs" / "methods.md"


def test_the_page_is_current():
    assert WRITTEN.read_text() == page(), "run: python -m search.handbook > docs/methods.md"


def test_the_page_names_every_method():
    assert all(method.title in page() for method in METHODS.values())
