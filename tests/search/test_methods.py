"""The contract that every method of the catalogue keeps; a new method is tested by being listed."""

from __future__ import annotations

import json
import pickle
import random
from dataclasses import asdict, fields
from typing import Any

import numpy as np
import pytest
import torch

from search.architecture.genotype import canonical
from search.history import History, Stage, TrialState
from search.insight import to_json
from search.loop import expected_trials, next_proposal
from search.method import GENOTYPE
from search.methods import METHODS
from tests.search.walks import (
    NAS,
    completed,
    crashed,
    histories,
    mixed,
    plan,
    problem_for,
    recorded,
    without_a_number,
)

every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())


@every_method
def test_proposes_inside_the_space_or_rightly_waits(method):
    problem = problem_for(method)
    for history in recorded(method):
        proposal = next_proposal(plan(method), problem, history)
        if proposal is None:
            searched = [t for t in history if t.stage is not Stage.CONFIRM]
            enough = len(searched) >= expected_trials(plan(method), problem) - 1
            assert history.running() or enough
        else:
            problem.space.check(proposal.candidate.config)


every_architect = pytest.mark.parametrize(
    "method",
    [m for m in METHODS.values() if GENOTYPE in m.searches and not m.by_decisions],
    ids=lambda m: m.name,
)


@every_architect
def test_proposes_architectures_in_canonical_form_and_within_the_limits_that_can_be_counted(method):
    tried = 0
    for history in histories(method, problem=NAS):
        proposal = next_proposal(plan(method), NAS, history)
        if proposal is not None and proposal.candidate.genotype is not None:
            genotype = proposal.candidate.genotype
            assert canonical(genotype) == genotype
            if proposal.memo or method.search is None:
                assert NAS.fits(proposal.candidate)
            tried += 1
    assert tried


@every_method
def test_shows_how_it_thinks_and_another_picture_when_more_has_happened(method):
    problem, options = problem_for(method), method.options()
    pictures = [
        json.dumps(to_json(method.insight(problem, history, options)), allow_nan=False)
        for history in recorded(method, completed)
    ]
    assert len(set(pictures)) > 2
    again = method.insight(problem, recorded(method, completed)[-1], options)
    assert json.dumps(to_json(again)) == pictures[-1], "it is told again at any time"


@every_method
def test_continues_only_trials_that_ended_well_and_that_it_never_gave_up(method):
    problem, options, given_up = problem_for(method), method.options(), set()
    for history in recorded(method):
        if method.resumable is not None:
            ended = {t.number for t in history if t.state is TrialState.COMPLETE}
            given_up |= ended - set(method.resumable(problem, history, options))
        proposal = next_proposal(plan(method), problem, history)
        if proposal is not None and proposal.parent is not None:
            parent = history.trials[proposal.parent - 1]
            assert parent.state is TrialState.COMPLETE
            assert parent.candidate == proposal.candidate
            assert parent.number not in given_up


@every_method
def test_same_history_and_seed_same_proposal(method):
    for history in recorded(method):
        remembered = pickle.loads(pickle.dumps(history))  # noqa: S301 - equal, but not the same
        first = next_proposal(plan(method), problem_for(method), history)
        assert next_proposal(plan(method), problem_for(method), remembered) == first


SEEDED_WITHIN = {"neat"}
"""Methods whose first trial is always the same: its own seed decides what comes of it."""


@pytest.mark.parametrize(
    "method", [m for m in METHODS.values() if m.name not in SEEDED_WITHIN], ids=lambda m: m.name
)
def test_another_seed_gives_another_search(method):
    problem = problem_for(method)
    proposals = {
        json.dumps(asdict(next_proposal(plan(method, seed=seed), problem, History()).candidate))
        for seed in range(20)
    }
    assert len(proposals) > 1


@every_method
def test_leaves_global_random_state_untouched(method):
    before = random.getstate(), pickle.dumps(np.random.get_state()), torch.get_rng_state()  # noqa: NPY002
    for history in recorded(method):
        next_proposal(plan(method), problem_for(method), history)
    assert random.getstate() == before[0]
    assert pickle.dumps(np.random.get_state()) == before[1]  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), before[2])


SEARCH_READS = {
    "darts": {
        "batch_size",
        "learning_rate",
        "weight_decay",
        "edge_learning_rate",
        "edge_weight_decay",
    },
    "neat": {
        "population",
        "threshold",
        "stagnation",
        "add_unit",
        "add_link",
        "reach",
        "recurrent",
    },
    "stackelberg": {"warm_up", "follower_steps", "terms", "neumann_step", "leader_rate"},
}
"""Options that only the search itself reads; its own tests hold it to them."""


class Recorder:
    """Options that remember which of them were read."""

    def __init__(self, options: Any) -> None:
        self.options = options
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self.options, name)


@every_method
def test_reads_every_option_it_offers(method):
    recorder = Recorder(method.options())
    for history in recorded(method):
        next_proposal(plan(method, recorder), problem_for(method), history)
    elsewhere = SEARCH_READS.get(method.name, set())
    assert recorder.read | elsewhere == {field.name for field in fields(method.options)}


@every_method
@pytest.mark.parametrize("outcome", [crashed, without_a_number, mixed])
def test_survives_trials_that_fail_or_have_no_number(method, outcome):
    *_, last = recorded(method, outcome)
    assert not last.running()


@every_method
def test_lives_with_trials_that_it_has_not_proposed(method):
    for last in histories(method, own=(0, 2, 3, 13, 30)):
        if len(last) in (1, 4, 14):
            assert to_json(method.insight(problem_for(method), last, method.options()))
    assert not last.running()
    searched = last.at_stage(Stage.SEARCH, Stage.EVALUATE)
    assert 2 <= len(searched.proposed()) < len(searched)


@every_method
def test_what_it_remembers_and_says_survives_json(method):
    for history in recorded(method):
        for trial in history:
            for kept in (trial.memo, trial.why.values, trial.fidelity):
                assert json.loads(json.dumps(kept)) == kept
            assert str(trial.why)


@every_method
def test_announces_how_many_trials_it_will_ask_for(method):
    *_, last = recorded(method, completed)
    assert len(last) == expected_trials(plan(method), problem_for(method))
