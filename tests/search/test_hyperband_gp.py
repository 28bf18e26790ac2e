"""Hyperband with a Gaussian process: what its brackets know, and that each is drawn from one moment."""

from __future__ import annotations

import numpy as np
import pytest

from search.history import History
from search.method import GUIDED
from search.strategies.hyperband_gp import METHOD, Design, Options, learnt_from, ranking
from tests.search.learning_brackets import (
    a_problem,
    asked,
    begun,
    distance,
    first,
    running,
    searched,
    with_a_failure,
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> History:
    return searched(METHOD, tmp_path_factory.mktemp("run"), cycles=2)


def test_the_first_bracket_is_random_and_the_others_are_learnt(whole):
    assert not any(t.memo.get(GUIDED) for t in begun(whole, 0))
    later = [t for number in range(1, 6) for t in begun(whole, number)]
    assert all(t.memo[GUIDED] for t in later)
    assert distance(later) < 0.5 * distance(begun(whole, 0))


def test_a_bracket_is_drawn_from_what_was_known_at_its_beginning(whole):
    """Its k-th trial is the k-th of one drawing, whatever ended in the meantime."""
    number = 3
    members = begun(whole, number)
    known = first(whole, members[0].number - 1)
    design = Design(*members[0].memo["design"])
    seen = learnt_from(a_problem(), known, design, Options(max_epochs=9))
    order = [c for c in ranking(a_problem(), seen, design) if c not in [t.candidate for t in known]]
    assert [t.candidate for t in members] == order[: len(members)]
    assert {tuple(t.memo["design"]) for t in members} == {(design.ended, design.seed)}


def test_what_ends_while_a_bracket_is_filled_changes_none_of_its_draws(whole):
    start = begun(whole, 3)[0].number - 1
    opened = running(first(whole, start), asked(METHOD, first(whole, start), cycles=2))
    ended = first(whole, start + 1)
    assert asked(METHOD, opened, cycles=2).candidate == asked(METHOD, ended, cycles=2).candidate


def test_learns_from_the_longest_training_of_each_configuration(whole):
    seen = learnt_from(a_problem(), whole, Design(len(whole), 0), Options(max_epochs=9))
    configs = [tuple(t.candidate.config.items()) for t in seen]
    assert len(set(configs)) == len(configs)
    furthest = dict.fromkeys(configs, 0.0)
    for trial in whole:
        key = tuple(trial.candidate.config.items())
        furthest[key] = max(furthest[key], trial.resource)
    assert [t.resource for t in seen] == [furthest[c] for c in configs]


def test_may_leave_out_what_was_trained_little(whole):
    options = Options(max_epochs=9, min_budget_for_gp=3)
    seen = learnt_from(a_problem(), whole, Design(len(whole), 0), options)
    assert {t.resource for t in seen} == {3, 9}


def test_a_failed_trial_counts_as_the_worst(whole):
    known = with_a_failure(first(whole, 13), 5)
    seen = learnt_from(a_problem(), known, Design(13, 0), Options(max_epochs=9))
    assert 5 in {t.number for t in seen}
    assert len(ranking(a_problem(), seen, Design(13, 0))) == 500


def test_draws_in_proportion_to_the_expected_improvement_not_only_its_maximum(whole):
    seen = learnt_from(a_problem(), whole, Design(13, 0), Options(max_epochs=9))
    first_drawn = [ranking(a_problem(), seen, Design(13, seed))[0] for seed in range(8)]
    numbers = [c.config.get("x") for c in first_drawn]
    assert len(set(numbers)) > 3
    assert np.std([x for x in numbers if x is not None]) > 0.001
