"""What Bayesian optimisation wants: improvement, within limits, of two objectives, and soon."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import ConfigurationSpace, Float
from scipy.integrate import quad
from scipy.stats import norm

from benchmarks.hpo.surfaces import HARTMANN_6, best_so_far, searched
from search.history import Candidate, History, Trial, TrialState
from search.method import Constraint, Objective, Problem
from search.pareto import hypervolume
from search.space import Space
from search.strategies.gaussian_process import Options, insight, propose
from search.surrogates.acquisition import log_expected_improvement, log_hypervolume_improvement
from search.surrogates.merit import Merit

X = np.linspace(0, 1, 101)[:, None]


def problem(*objectives: str, limits: tuple[Constraint, ...] = ()) -> Problem:
    space = ConfigurationSpace()
    space.add(Float("x", (0.0, 1.0)))
    goals = tuple(Objective(name) for name in objectives or ("val_loss",))
    return Problem("line", Space(space), "nowhere:never", goals, limits)


def trial(number: int, x: float, of: Problem, cost: float = 1.0, **values: float) -> Trial:
    return Trial(
        number=number,
        candidate=Candidate({"x": x}),
        state=TrialState.COMPLETE,
        values=values,
        losses=of.losses(values),
        cost=cost,
        ended=number,
    )


def seen(of: Problem, places=(0.0, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0)) -> History:
    """Trials along a line whose loss is least at 0.4."""
    return History(
        tuple(
            trial(n, x, of, cost=1 + 9 * x, val_loss=(x - 0.4) ** 2, latency_ms=10 * x)
            for n, x in enumerate(places, start=1)
        )
    )


def merit(of: Problem, history: History, **how) -> np.ndarray:
    return Merit(of, history, np.random.default_rng(0), **how)(X)


@pytest.mark.parametrize("mean", [-2.0, 0.0, 1.0, 5.0])
def test_the_expected_improvement_is_its_integral(mean):
    found = log_expected_improvement(np.array([mean]), np.array([0.7]), np.array([0.3]))
    exact, _ = quad(lambda y: (0.3 - y) * norm.pdf(y, mean, 0.7), -10, 0.3)
    assert np.exp(found[0]) == pytest.approx(exact, rel=1e-6)


def test_an_improvement_too_small_for_a_float_still_has_an_order():
    found = log_expected_improvement(np.array([50.0, 60.0]), np.ones(2), np.zeros(2))
    assert np.isfinite(found).all()
    assert found[0] > found[1]


def test_the_expected_growth_of_the_hypervolume_is_that_of_drawn_points():
    front, reference = np.array([[0.2, 0.8], [0.5, 0.4]]), np.array([1.0, 1.0])
    means, deviations = [np.array([0.4]), np.array([0.5])], [np.array([0.2]), np.array([0.3])]
    found = np.exp(log_hypervolume_improvement(means, deviations, front, reference))[0]
    rng = np.random.default_rng(0)
    drawn = rng.normal([0.4, 0.5], [0.2, 0.3], size=(4000, 2))
    before = hypervolume(front, reference)
    grown = [hypervolume(np.vstack([front, point]), reference) - before for point in drawn]
    assert found == pytest.approx(np.mean(grown), rel=0.05)


def test_the_best_is_looked_for_between_the_good_ones():
    of = problem()
    assert X[merit(of, seen(of)).argmax()] == pytest.approx(0.4, abs=0.05)


def test_what_is_under_way_is_not_asked_for_again():
    of = problem()
    place = merit(of, seen(of)).argmax()
    waiting = Trial(8, Candidate({"x": X[place].item()}), state=TrialState.RUNNING)
    expecting = merit(of, History((*seen(of).trials, waiting)))
    assert expecting[place] < merit(of, seen(of))[place] - 1


def test_a_limit_that_is_measured_keeps_the_search_on_the_right_side_of_it():
    of = problem(limits=(Constraint("latency_ms", 2.5),))
    assert X[merit(of, seen(of)).argmax()] < 0.3


def test_quick_trials_are_preferred_if_asked_for():
    of = problem()
    patient, hasty = (X[merit(of, seen(of), per_second=p).argmax()].item() for p in (False, True))
    assert hasty <= patient
    gain = merit(of, seen(of), per_second=True) - merit(of, seen(of))
    assert gain[5] > gain[95]


def test_a_failed_trial_is_shunned():
    of = problem()
    history = seen(of)
    failed = Trial(8, Candidate({"x": 0.4}), state=TrialState.FAILED, ended=8)
    shunned = merit(of, History((*history.trials, failed)))
    assert shunned[40] < merit(of, history)[40] - 1


def test_two_objectives_are_searched_between_their_best():
    of = problem("val_loss", "latency_ms")
    history = History(
        tuple(
            trial(n, x, of, val_loss=(x - 0.8) ** 2, latency_ms=(x - 0.2) ** 2)
            for n, x in enumerate((0.0, 0.2, 0.4, 0.9, 1.0), start=1)
        )
    )
    assert 0.4 < X[merit(of, history).argmax()].item() < 0.9


def test_averaged_over_kernels_the_same_place_is_wanted():
    of = problem()
    assert X[merit(of, seen(of), kernels=5).argmax()] == pytest.approx(0.4, abs=0.1)


def test_a_slice_shows_the_model_in_the_units_of_the_loss():
    of = problem()
    picture = insight(of, seen(of), Options(start_up=5))
    assert picture.through in {3, 4}
    (cut,) = picture.slices
    assert len(cut.values) == len(cut.means) == 41
    assert cut.means[16] == pytest.approx(0.0, abs=0.02)  # 16 / 40 = 0.4
    assert all(low <= high for low, high in zip(cut.lows, cut.highs, strict=True))
    assert max(cut.merits) == pytest.approx(1.0)


def test_before_the_model_the_trials_are_spread_more_evenly_than_chance_would():
    of, history = problem(), History()
    for number in range(1, 9):
        proposal = propose(of, history, np.random.default_rng(number), Options())
        told = trial(number, proposal.candidate.config["x"], of, val_loss=1.0)
        history = History((*history.trials, replace(told, memo=proposal.memo)))
    eighths = {int(8 * t.candidate.config["x"]) for t in history}
    assert len(eighths) == 8


def test_hartmann_is_nearly_solved_in_fifty_trials():
    assert best_so_far(searched("gaussian_process", HARTMANN_6, 50, seed=2))[-1] < 0.4
