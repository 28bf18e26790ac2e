"""BOHB: from which trials it learns, and that its brackets begin where good ones are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from search.brackets import largest_budget
from search.history import Candidate, History, Trial, TrialState
from search.method import GUIDED
from search.strategies.bohb import METHOD, MORE, PAPER, SMOOTHED, Options, densities, split
from search.surrogates.kernel_density import KernelDensity
from tests.search.learning_brackets import a_problem, asked, begun, distance, running, searched

ENOUGH = len(a_problem().space.names) + 1 + MORE

kinds = pytest.mark.parametrize("density", [SMOOTHED, PAPER])


def trials(count: int, epochs: int, number: int = 1) -> tuple[Trial, ...]:
    problem, rng = a_problem(), np.random.default_rng(epochs)
    return tuple(
        Trial(
            number + i,
            problem.sample(rng),
            state=TrialState.COMPLETE,
            losses=(float(rng.random()),),
            fidelity={"epochs": epochs},
            ended=number + i,
        )
        for i in range(count)
    )


def test_learns_from_the_largest_budget_that_has_enough():
    few, many = trials(ENOUGH - 1, 9), trials(30, 3, number=100)
    assert {t.resource for t in largest_budget(History(few + many), ENOUGH)} == {3}
    enough = trials(ENOUGH, 9)
    assert {t.resource for t in largest_budget(History(enough + many), ENOUGH)} == {9}
    assert largest_budget(History(few), ENOUGH) == []


def test_failed_trials_are_the_last_and_none_is_forgotten():
    seen = [
        replace(t, state=TrialState.FAILED, losses=()) if t.number % 3 == 0 else t
        for t in trials(20, 9)
    ]
    ordered = largest_budget(History(tuple(seen)), ENOUGH)
    assert len(ordered) == 20
    losses = [t.loss for t in ordered]
    assert losses == sorted(losses)
    good, bad = split(a_problem(), ordered, Options())
    assert all(np.isfinite(t.loss) for t in good)
    assert len(good) + len(bad) == 20


def test_the_papers_sets_have_one_trial_more_than_there_are_hyper_parameters():
    seen = largest_budget(History(trials(ENOUGH, 9)), ENOUGH)
    good, bad = split(a_problem(), seen, Options(density=PAPER))
    assert len(good) == len(bad) == ENOUGH - MORE
    good, bad = split(a_problem(), trials(100, 9), Options(density=PAPER))
    assert (len(good), len(bad)) == (15, 85)


def test_the_density_of_the_paper_is_its_own():
    good, bad = split(a_problem(), trials(20, 9), Options(density=PAPER))
    near, _ = densities(a_problem(), good, bad, Options(density=PAPER))
    assert isinstance(near, KernelDensity)


@kinds
def test_later_brackets_begin_where_good_trials_were(tmp_path, density):
    history = searched(METHOD, tmp_path, density=density, random_share=0.0)
    learnt = [t for t in begun(history, 6) if t.memo.get(GUIDED)]
    assert len(learnt) == len(begun(history, 6))
    assert distance(learnt) < 0.5 * distance(begun(history, 0))


@kinds
def test_a_share_is_drawn_at_random(tmp_path, density):
    history = searched(METHOD, tmp_path, density=density, random_share=1.0)
    assert not any(t.memo.get(GUIDED) for t in history if t.memo["rung"] == 0)


def test_opens_the_next_bracket_instead_of_idling():
    history = History()
    for _ in range(20):
        proposal = asked(METHOD, history)
        assert proposal is not None
        history = running(history, proposal)
    assert {t.memo["bracket"] for t in history} == {0, 1, 2, 3}


def test_promotions_go_on_from_their_parents(tmp_path):
    history = searched(METHOD, tmp_path)
    promoted = [t for t in history if t.memo["rung"] > 0]
    assert promoted
    assert all(t.candidate == history.trials[t.parent - 1].candidate for t in promoted)


def test_equal_trials_are_no_obstacle():
    same = [
        replace(t, candidate=Candidate({"kind": "b", "only": 1, "fixed": 3}), losses=(1.0,))
        for t in trials(20, 9)
    ]
    history = History(tuple(same))
    for density in (SMOOTHED, PAPER):
        assert asked(METHOD, history, random_share=0.0, density=density) is not None
