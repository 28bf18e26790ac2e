"""Entropy search and its kin: where the minimum may be, what tells most about it, and for how much."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from ConfigSpace import ConfigurationSpace, Float

from search.history import Candidate, History, Stage, Trial, TrialState
from search.loop import Plan, next_proposal, trial_of
from search.method import GUIDED, Fidelity, Objective, Problem
from search.methods import METHODS
from search.rungs import FRACTION
from search.space import Space
from search.strategies import fabolas, multi_task
from search.surrogates.encoding import Axis
from search.surrogates.gaussian import GaussianProcess, Inputs, Kernel
from search.surrogates.minimiser import Minimiser

BEST, LEAST = 0.7, 1 / 32
AXES = (Axis("x"),)


def problem() -> Problem:
    space = ConfigurationSpace()
    space.add(Float("x", (0.0, 1.0)))
    share = Fidelity(FRACTION, LEAST, 1.0, resumes=False)
    return Problem("line", Space(space), "nowhere:never", (Objective("loss"),), (), (share,))


def ended(trial: Trial, best: float = BEST) -> Trial:
    """Less data is worse, shifts the minimum, and is quicker in proportion."""
    x, share = trial.candidate.config["x"], trial.fidelity.get(FRACTION, 1.0)
    missing = (np.log(share) / np.log(LEAST)) ** 2
    loss = float((x - best + 0.1 * missing) ** 2 + 0.2 * missing)
    state = TrialState.COMPLETE
    return replace(trial, state=state, losses=(loss,), cost=10 * share, ended=trial.number)


def searched(name: str, trials: int, earlier: tuple[History, ...] = (), **options: Any) -> History:
    method = METHODS[name]
    plan, history = Plan(method, method.options(**options), 3, 1000), History((), earlier)
    for number in range(1, trials + 1):
        proposal = next_proposal(plan, problem(), history)
        assert proposal is not None
        history = History((*history.trials, ended(trial_of(proposal, number))), earlier)
    return history


def posterior(*places: float, noise: float = 1e-4) -> GaussianProcess:
    points = np.array(places)[:, None]
    values = 4 * (points[:, 0] - 0.3) ** 2 - 1
    return GaussianProcess(
        Inputs.of(AXES, points), values, Kernel(np.eye(1), np.array([0.2]), noise)
    )


def line(*places: float) -> Inputs:
    return Inputs.of(AXES, np.array(places)[:, None])


def minimiser(process: GaussianProcess) -> Minimiser:
    everywhere = line(*np.linspace(0, 1, 50))
    return Minimiser(process, everywhere, -1.0, np.random.default_rng(0))


def test_the_minimum_is_believed_to_be_where_the_values_are_least():
    belief = minimiser(posterior(0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
    chances = belief.probabilities()
    assert chances.sum() == pytest.approx(1)
    assert belief.places.points[chances.argmax(), 0] == pytest.approx(0.3, abs=0.05)


def test_a_place_that_is_known_tells_less_than_one_that_is_not():
    belief = minimiser(posterior(0.0, 0.2, 0.8, 1.0))
    known, unknown = belief.information(line(0.8, 0.4))
    assert known < unknown / 3


def test_what_is_only_noise_tells_nothing():
    clear, noisy = (
        minimiser(posterior(0.0, 0.2, 0.8, 1.0, noise=noise)).information(line(0.4))[0]
        for noise in (1e-4, 1e4)
    )
    assert abs(noisy) < clear / 10


def test_entropy_search_finds_the_minimum_of_a_bowl():
    last = searched("entropy_search", 14).trials[-6:]
    assert min(abs(trial.candidate.config["x"] - BEST) for trial in last) < 0.02


def test_fabolas_asks_for_little_data_and_is_right_about_all_of_it():
    history = searched("fabolas", 16)
    guided = [trial for trial in history if trial.memo.get(GUIDED)]
    shares = [trial.fidelity[FRACTION] for trial in guided]
    assert np.median(shares) < 0.5
    expected = fabolas.incumbent(problem(), history, fabolas.Options())
    assert expected is not None
    assert expected.candidate.config["x"] == pytest.approx(BEST, abs=0.05)


def test_fabolas_confirms_what_it_expects_to_be_best_on_all_data():
    method, history = METHODS["fabolas"], searched("fabolas", 14)
    proposal = next_proposal(Plan(method, method.options(), 3, len(history)), problem(), history)
    expected = fabolas.incumbent(problem(), history, fabolas.Options())
    assert proposal is not None
    assert expected is not None
    assert proposal.stage is Stage.CONFIRM
    assert proposal.candidate == expected.candidate
    assert "Expected" in str(proposal.why)
    assert FRACTION not in proposal.fidelity


def test_two_shares_are_the_more_alike_the_nearer_they_are():
    basis = fabolas.environment(problem()).loss(np.array([1 / 32, 0.5, 1.0]))
    mixed = basis @ np.array([[1.0, 0.0], [0.3, 1.0]])
    alike = mixed @ mixed.T
    scale = np.sqrt(np.diag(alike))
    correlation = alike / np.outer(scale, scale)
    assert correlation[2, 1] > correlation[2, 0]


def earlier_run(best: float, count: int = 12) -> History:
    places = np.linspace(0, 1, count)
    return History(
        tuple(
            ended(Trial(number, Candidate({"x": float(x)})), best)
            for number, x in enumerate(places, start=1)
        )
    )


def test_an_earlier_run_leads_multi_task_to_the_minimum_at_once():
    with_earlier = searched("multi_task", 6, (earlier_run(BEST),), start_up=4).trials[-1]
    assert with_earlier.candidate.config["x"] == pytest.approx(BEST, abs=0.15)


def test_an_earlier_run_of_another_space_is_left_out():
    foreign = History((ended(Trial(1, Candidate({"x": 0.5}))),))
    odd = History(tuple(replace(t, candidate=Candidate({"y": 1})) for t in foreign))
    history = replace(searched("multi_task", 6), earlier=(odd,))
    belief = multi_task.believed(problem(), history, multi_task.Options())
    assert len(belief.trials) == 6


def test_multi_task_tries_a_part_first_and_then_both():
    history = searched("multi_task", 16)
    shares = [trial.fidelity[FRACTION] for trial in history]
    assert shares[:5] == [0.25] * 5
    assert set(shares[5:]) <= {0.25, 1.0}
    expected = multi_task.incumbent(problem(), history, multi_task.Options())
    assert expected is not None
    assert expected.candidate.config["x"] == pytest.approx(BEST, abs=0.08)
