"""Particle swarm: particles move to what is good, stay in the cube, and go on from where they were."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import Categorical, ConfigurationSpace, Float, Integer

from search.history import History, Report, Stage, TrialState
from search.loop import Plan, next_proposal, run, trial_of
from search.method import Objective, Problem
from search.methods import METHODS
from search.space import Space

D = 5
METHOD = METHODS["particle_swarm"]
CENTRE = 0.3


def problem() -> Problem:
    space = ConfigurationSpace()
    space.add([Float(f"x{number}", (0.0, 1.0)) for number in range(D)])
    return Problem("bowl", Space(space), "nowhere:never", (Objective("y"),))


def bowl(config) -> float:
    return float(sum((value - CENTRE) ** 2 for value in config.values()))


def searched(trials: int, seed: int = 0, **options) -> History:
    plan = Plan(METHOD, METHOD.options(**options), seed, trials)
    history = History()
    for number in range(1, trials + 1):
        proposal = next_proposal(plan, problem(), history)
        assert proposal is not None
        loss = bowl(proposal.candidate.config)
        ended = replace(
            trial_of(proposal, number),
            state=TrialState.COMPLETE,
            values={"y": loss},
            losses=(loss,),
            ended=number,
        )
        history = History((*history.trials, ended))
    return history


def test_the_swarm_gathers_where_the_loss_is_least():
    losses = [trial.loss for trial in searched(150)]
    assert np.median(losses[-20:]) < np.median(losses[:10]) / 20


def test_a_step_is_never_longer_than_allowed_and_never_leaves_the_cube():
    history = searched(80, longest_step=0.1)
    for trial in history:
        at, step = np.array(trial.memo["at"]), np.array(trial.memo["step"])
        assert ((at >= 0) & (at <= 1)).all()
        assert np.abs(step).max() <= 0.1 + 1e-12


def test_each_particle_goes_on_from_its_own_last_place():
    latest: dict[int, np.ndarray] = {}
    for trial in searched(60, longest_step=0.1):
        particle = trial.memo["particle"]
        if particle in latest:
            moved = np.abs(np.array(trial.memo["at"]) - latest[particle])
            assert moved.max() <= 0.1 + 1e-12
        latest[particle] = np.array(trial.memo["at"])
    assert len(latest) == METHOD.options().particles


@pytest.mark.parametrize("pull", ["own_pull", "swarm_pull"])
def test_both_pulls_are_felt(pull):
    with_it, without = searched(60), searched(60, **{pull: 0.0})
    assert [t.candidate for t in with_it] != [t.candidate for t in without]


def test_it_waits_while_all_particles_are_under_way():
    plan = Plan(METHOD, METHOD.options(particles=3), 0, 100)
    history = History()
    for number in (1, 2, 3):
        proposal = next_proposal(plan, problem(), history)
        assert proposal is not None
        history = History((*history.trials, trial_of(proposal, number)))
    assert next_proposal(plan, problem(), history) is None


def test_a_swarm_of_choices_does_not_try_the_same_twice(tmp_path):
    """Where the swarm would stand still, its particles begin anew."""
    space = ConfigurationSpace()
    space.add(Categorical("a", list("pqrst")), Integer("b", (1, 6)))

    def lost(problem, candidate, context):
        yield Report(1, {"loss": candidate.config["b"] + (candidate.config["a"] != "r")})

    problem = Problem("small", Space(space), lost, (Objective("loss"),))
    found = run(Plan(METHOD, METHOD.options(particles=4), 1, 25), problem, tmp_path)
    tried = [tuple(trial.candidate.config.items()) for trial in found.at_stage(Stage.SEARCH)]
    assert len(set(tried)) == len(tried) == 25
    assert found.incumbent().loss == 1
