"""What CONTRIBUTING promises of a method in five minutes."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from search.method import Method
from tests.search import test_catalogue
from tests.search import test_methods as contract

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def method(monkeypatch: pytest.MonkeyPatch) -> Method:
    """The method of the example, made a module as its file would be."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    code = dedent(text.partition("```python\n")[2].partition("```")[0])
    module = ModuleType("my_method")
    monkeypatch.setitem(sys.modules, "my_method", module)
    exec(code, module.__dict__)  # noqa: S102 - our own example
    example: Method = module.METHOD
    return example


@pytest.mark.parametrize(
    "promise",
    [
        contract.test_proposes_inside_the_space_or_rightly_waits,
        contract.test_proposes_architectures_in_canonical_form_and_within_the_limits_that_can_be_counted,
        contract.test_same_history_and_seed_same_proposal,
        contract.test_another_seed_gives_another_search,
        contract.test_reads_every_option_it_offers,
        contract.test_what_it_remembers_and_says_survives_json,
        test_catalogue.test_is_explained,
    ],
    ids=lambda promise: promise.__name__,
)
def test_the_example_keeps_the_contract(method, promise):
    promise(method)
