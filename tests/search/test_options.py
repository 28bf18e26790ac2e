"""Options are read from a form's strings and from JSON alike, and every bad one is named."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.message import Message
from search.options import OptionError, describe, option, parse


@dataclass(frozen=True)
class Options:
    """One option of each kind."""

    whole: int = option(3, title="Whole", help="A whole number.", minimum=1, maximum=100)
    real: float = option(0.5, title="Real", help="A number.", minimum=0)
    choice: str = option(
        "a", title="Choice", help="One of two.", choices=(("a", "First"), ("b", "Second"))
    )
    switch: bool = option(False, title="Switch", help="Yes or no.")
    text: str = option("", title="Text", help="Anything.")

    def __post_init__(self) -> None:
        if self.whole < self.real:
            raise OptionError({"whole": Message("Must not be less than the real one.")})


VALID = st.fixed_dictionaries(
    {},
    optional={
        "whole": st.integers(10, 100),
        "real": st.floats(0, 10),
        "choice": st.sampled_from("ab"),
        "switch": st.booleans(),
        "text": st.text(),
    },
)


@given(VALID)
def test_json_values_are_kept(raw):
    raw.setdefault("whole", 10)
    assert {name: asdict(parse(Options, raw))[name] for name in raw} == raw


@given(VALID)
def test_a_forms_strings_mean_the_same_as_json(raw):
    raw.setdefault("whole", 10)
    assert parse(Options, {name: str(value) for name, value in raw.items()}) == parse(Options, raw)


ANYTHING = st.none() | st.text() | st.floats() | st.integers() | st.lists(st.none())
NAMES = st.sampled_from(["whole", "real", "choice", "switch", "odd"])


def errors_of(raw):
    """What is wrong with these values by option, or None if they are options."""
    try:
        parse(Options, raw)
    except OptionError as error:
        return error.errors
    return None


@given(st.dictionaries(NAMES, ANYTHING))
def test_whatever_comes_it_is_options_or_named_errors(raw):
    errors = errors_of(raw)
    assert errors is None or (errors and all(str(message) for message in errors.values()))


def test_every_bad_option_is_named_at_once():
    raw = {"whole": "many", "real": "-1", "choice": "c", "switch": "perhaps", "odd": 1}
    with pytest.raises(OptionError) as caught:
        parse(Options, raw)
    assert set(caught.value.errors) == set(raw)


@pytest.mark.parametrize("value", ["nan", "inf", float("nan"), 2.5, "", 0, 101])
def test_not_a_whole_number_within_limits(value):
    with pytest.raises(OptionError):
        parse(Options, {"whole": value})


def test_a_rule_between_options_is_named_by_its_field():
    with pytest.raises(OptionError) as caught:
        parse(Options, {"whole": 1, "real": 2})
    assert list(caught.value.errors) == ["whole"]


def test_nothing_given_means_the_defaults():
    assert parse(Options, {}) == Options()


def test_a_declaration_says_what_a_form_needs():
    whole = describe(Options)[0]
    assert (whole.name, whole.kind, whole.default, whole.minimum, whole.maximum) == (
        "whole",
        int,
        3,
        1,
        100,
    )
