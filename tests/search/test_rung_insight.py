"""How well the ranking of one rung foretold that of another, as a page is told."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from ConfigSpace import ConfigurationSpace, Float
from scipy.stats import spearmanr

from search.history import Candidate, History, Report, Stage, Trial, TrialState
from search.loop import Plan, run
from search.method import Context, Fidelity, Objective, Problem
from search.methods import METHODS
from search.options import parse
from search.promoted import RankCorrelation, Rungs
from search.rung_insight import LEAST_PAIRS, correlations
from search.space import Space

EPOCHS = Fidelity("epochs", 1, 1000, resumes=True)
DATA = Fidelity("train_fraction", 0.01, 1, resumes=False)


def honest(problem: Problem, candidate: Candidate, context: Context) -> Iterator[Report]:
    """Each epoch tells the same order, the later ones more of it."""
    epochs = int(context.fidelity.get("epochs", 9 * context.fidelity.get("train_fraction", 1)))
    for step in range(1, epochs + 1):
        yield Report(step, {"val_loss": candidate.config["x"] / step})


def misleading(problem: Problem, candidate: Candidate, context: Context) -> Iterator[Report]:
    """Who is best after one epoch is worst later."""
    for report in honest(problem, candidate, context):
        worst_first = report.values["val_loss"] * (1 if report.step == 1 else -1)
        yield Report(report.step, {"val_loss": worst_first})


def a_problem(evaluate=honest) -> Problem:
    space = ConfigurationSpace(space={"x": Float("x", (0.0, 1.0))})
    fidelities = (EPOCHS, DATA)
    return Problem("pretended", Space(space), evaluate, (Objective("val_loss"),), (), fidelities)


def searched(tmp_path, problem, name="hyperband", **options) -> tuple[RankCorrelation, ...]:
    method = METHODS[name]
    chosen = parse(method.options, {"max_epochs": 9, "eta": 3, **options})
    history = run(Plan(method, chosen, 1, 60), problem, tmp_path).at_stage(Stage.SEARCH)
    assert method.insight is not None
    shown = method.insight(problem, history, chosen)
    assert isinstance(shown, Rungs)
    return tuple(shown.correlations)


def test_neighbours_are_compared_and_the_lowest_with_the_highest(tmp_path):
    told = searched(tmp_path, a_problem())
    assert [(each.below, each.above) for each in told] == [(1, 3), (3, 9), (1, 9)]
    assert [each.value for each in told] == pytest.approx([1, 1, 1])
    assert not any(each.is_low for each in told)


def test_early_scores_that_mislead_are_told(tmp_path):
    first, second, whole = searched(tmp_path, a_problem(misleading))
    assert (first.value, first.is_low) == (pytest.approx(-1), True)
    assert (second.value, second.is_low) == (pytest.approx(1), False)
    assert whole.is_low


def test_those_that_began_higher_up_count_by_what_they_told_on_their_way(tmp_path):
    """Of nine epochs: one that was promoted twice, one once, and three that had them at once."""
    whole = searched(tmp_path, a_problem())[-1]
    assert (whole.pairs, whole.promoted) == (5, 2)


def test_shares_of_the_data_are_compared_by_whom_each_came_from(tmp_path):
    first, second, _ = searched(
        tmp_path, a_problem(), "successive_halving", fidelity="train_fraction", initial=20
    )
    assert (first.pairs, first.promoted, first.value) == (6, 6, pytest.approx(1))
    assert (second.pairs, second.value) == (2, None)


@pytest.mark.parametrize("name", ["asha", "hyperband", "successive_halving"])
def test_every_method_with_rungs_tells_it(name, tmp_path):
    assert len(searched(tmp_path, a_problem(), name, max_epochs=3)) == 1


def pairs_of(losses: list[tuple[float, float]]) -> History:
    """Of each pair one that was trained for an epoch, and one that went on from it to the third."""
    trials = []
    for number, pair in enumerate(losses):
        for level, loss in enumerate(pair):
            own, parent = 2 * number + 1 + level, 2 * number + 1 if level else None
            trials.append(
                Trial(
                    own,
                    Candidate({}),
                    state=TrialState.COMPLETE,
                    losses=(loss,),
                    fidelity={"epochs": float(1 + 2 * level)},
                    parent=parent,
                    memo={"bracket": 0, "rung": level},
                )
            )
    return History(tuple(trials))


def test_it_is_spearmans_with_shared_ranks(rng):
    losses = [(float(a), float(b)) for a, b in rng.integers(0, 6, size=(40, 2))]
    (told,) = correlations(a_problem(), [3, 1], pairs_of(losses))
    assert told.value == pytest.approx(spearmanr(*np.transpose(losses)).statistic)
    assert (told.pairs, told.promoted) == (40, 40)


def test_a_few_pairs_say_nothing_nor_do_rankings_that_are_all_alike():
    few = [(float(number), float(number)) for number in range(LEAST_PAIRS - 1)]
    alike = [(0.5, float(number)) for number in range(LEAST_PAIRS)]
    for losses in (few, alike):
        (told,) = correlations(a_problem(), [1, 3], pairs_of(losses))
        assert (told.value, told.is_low) == (None, False)


def test_trials_without_a_score_and_those_of_other_people_have_no_rank():
    ranked = [(float(number), float(number)) for number in range(LEAST_PAIRS)]
    history = pairs_of([*ranked, (0.1, float("inf"))])
    foreign = Trial(13, Candidate({}), state=TrialState.COMPLETE, fidelity={"epochs": 3.0})
    (told,) = correlations(a_problem(), [1, 3], History((*history.trials, foreign)))
    assert told.pairs == LEAST_PAIRS
