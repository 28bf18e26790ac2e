"""The catalogue: every method that is written is listed, once and by its own name."""

from __future__ import annotations

from pkgutil import iter_modules

import pytest

import search.oneshot
import search.strategies
from search.methods import METHODS


def test_every_strategy_file_is_listed():
    written = {
        f"{package.__name__}.{module.name}"
        for package in (search.strategies, search.oneshot)
        for module in iter_modules(package.__path__)
    }
    assert {method.propose.__module__ for method in METHODS.values()} == written


def test_the_catalogue_knows_each_method_by_its_name():
    assert all(name == method.name for name, method in METHODS.items())


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
def test_is_explained(method):
    assert all((method.title, method.family, method.paper, method.summary))
    assert method.use_when.endswith(".")
    assert method.avoid_when.endswith(".")
