"""The catalogue: a method is one file and one line here."""

from __future__ import annotations

from search.method import Method
from search.strategies import hyperband, random_search

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        random_search.METHOD,
        hyperband.METHOD,
    )
}
