"""Ageing evolution: who breeds, what a child is, and who is too old."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import ConfigurationSpace, Constant

from search.architecture.spaces import READY_MADE
from search.breeding import ALLOW
from search.history import History, Report, Trial, TrialState
from search.loop import Plan, run
from search.method import Constraint
from search.options import OptionError
from search.space import Space
from search.strategies.aging_evolution import (
    METHOD,
    WORST,
    Options,
    insight,
    population,
    propose,
)
from tests.search.walks import CELLS, NAS

FEW = Options(population_size=8, sample_size=4, retrained=0)


def operations(genotype: str) -> list[str]:
    cells = json.loads(genotype)["cells"].values()
    return [x for cell in cells for node in cell["nodes"] for x in node if isinstance(x, str)]


def trained(problem, candidate, context):
    """The more separable convolutions, the better."""
    score = operations(candidate.genotype).count("sep3") / 12
    yield Report(1, {"val_accuracy": score}, costs=CELLS.costs(candidate.genotype))


FIXED = ConfigurationSpace()
FIXED.add([Constant("rate", 0.1)])
TOY = replace(NAS, evaluate=trained, limits=(), space=Space(FIXED))


def searched(tmp_path, options=FEW, problem=TOY, trials=40, seed=1) -> History:
    history = run(Plan(METHOD, options, seed, trials), problem, tmp_path)
    return replace(history, trials=history.trials[:-1])


def a_trial(number: int, loss: float = 1.0, ended: int | None = None, **changed) -> Trial:
    candidate = NAS.sample(np.random.default_rng(number))
    end = number if ended is None else ended
    known = {"state": TrialState.COMPLETE, "losses": (loss,), "ended": end, **changed}
    return Trial(number, candidate, **known)


def parents(history: History, options: Options, draws: int = 200) -> Counter:
    """Who breeds, of so many children."""
    rngs = map(np.random.default_rng, range(draws))
    return Counter(propose(TOY, history, rng, options).memo.get("parent") for rng in rngs)


def test_begins_at_random_then_each_trial_is_the_child_of_one_before_it(tmp_path):
    history = searched(tmp_path)
    assert all("parent" not in trial.memo for trial in history.trials[:8])
    assert all(trial.memo["parent"] < trial.number for trial in history.trials[8:])


def test_a_child_is_trained_from_scratch(tmp_path):
    assert all(trial.parent is None for trial in searched(tmp_path))


def test_a_child_has_its_parents_config_and_one_changed_element(tmp_path):
    history = searched(tmp_path)
    for trial in history.trials[8:]:
        parent = history.trials[trial.memo["parent"] - 1].candidate
        assert trial.candidate.config == parent.config
        mine, theirs = (Counter(edges(g)) for g in (trial.candidate.genotype, parent.genotype))
        assert (mine - theirs).total() == (theirs - mine).total() == 1


def edges(genotype: str) -> list[tuple]:
    """Of each cell and node the operations with their sources."""
    return [
        (name, place, node[i], node[i + 1])
        for name, cell in json.loads(genotype)["cells"].items()
        for place, node in enumerate(cell["nodes"])
        for i in range(0, len(node), 2)
    ]


def test_the_oldest_by_when_they_ended_leave_however_good_they_were():
    trials = [a_trial(1, -9.0, ended=1), a_trial(2, ended=4), a_trial(3, ended=2), a_trial(4)]
    history = History((*trials, a_trial(5, -1.0, ended=3)))
    three = Options(population_size=3, sample_size=3)
    assert [t.number for t in population(history, three)] == [5, 2, 4]
    assert 1 not in parents(history, three)


def test_the_worst_leave_where_that_is_asked_for_and_of_equals_the_older():
    history = History(tuple(a_trial(n, loss) for n, loss in enumerate((-9.0, 1.0, 3.0, 1.0), 1)))
    two = Options(population_size=2, sample_size=2, leaves=WORST)
    assert [t.number for t in population(history, two)] == [4, 1]


def test_what_has_no_score_never_breeds_and_takes_no_place():
    good = [a_trial(1, -1.0), a_trial(2)]
    bad = [
        a_trial(3, state=TrialState.FAILED, losses=()),
        a_trial(4, float("inf"), reason="infeasible"),
        a_trial(5, float("nan")),
        a_trial(6, -9.0, state=TrialState.CANCELLED),
        a_trial(7, state=TrialState.RUNNING, losses=(), ended=0),
    ]
    history = History((*good, *bad))
    two = Options(population_size=2, sample_size=1)
    assert [t.number for t in population(history, two)] == [1, 2]
    assert set(parents(history, two)) == {1, 2}


def test_draws_at_random_again_while_nothing_has_a_score():
    history = History(tuple(a_trial(n, state=TrialState.FAILED, losses=()) for n in range(1, 11)))
    assert parents(history, FEW, draws=5) == {None: 5}


def test_the_best_of_a_sample_with_replacement_breeds():
    """Of four, the best is among a sample of 2 in 1 - (3/4)² = 44 % of all cases, the worst alone in 6 %."""
    history = History(tuple(a_trial(n, float(n)) for n in range(1, 5)))
    bred = parents(history, Options(population_size=4, sample_size=2), draws=1000)
    expected = {1: 437.5, 2: 312.5, 3: 187.5, 4: 62.5}
    assert bred == pytest.approx(expected, rel=0.25)


def test_a_design_is_tried_once(tmp_path):
    history = searched(tmp_path)
    assert len({trial.candidate.genotype for trial in history}) == len(history)


def test_a_design_may_be_judged_again_where_that_is_allowed():
    history = History(tuple(a_trial(n) for n in range(1, 9)))
    options = replace(FEW, duplicates=ALLOW, identity=0.5)
    known = {trial.candidate.genotype for trial in history}
    children = [
        propose(TOY, history, np.random.default_rng(seed), options).candidate.genotype
        for seed in range(200)
    ]
    assert sum(child in known for child in children) == pytest.approx(100, abs=25)


def test_children_keep_the_limits_that_can_be_counted(tmp_path):
    """On a space in which evolution is drawn to what is too large."""
    limited = replace(TOY, limits=(Constraint("params", 9_000),))
    history = searched(tmp_path, problem=limited)
    assert all(CELLS.costs(t.candidate.genotype)["params"] <= 9_000 for t in history)


def test_evolves_towards_what_is_better(tmp_path):
    history = searched(tmp_path, trials=100)
    drawn, bred = ([t.loss for t in part] for part in (history.trials[:8], history.trials[-20:]))
    assert np.mean(bred) < min(drawn), "the average child is better than the best random design"


def test_the_operations_of_the_paper_are_in_its_ready_made_space():
    ops = {"id", "sep3", "sep5", "sep7", "avg3", "max3", "dil3", "c1x7"}
    assert set(READY_MADE["amoebanet"]["ops"]) == ops


def test_a_sample_is_not_larger_than_the_population():
    with pytest.raises(OptionError) as caught:
        Options(population_size=4, sample_size=5)
    assert list(caught.value.errors) == ["sample_size"]


def test_shows_the_family(tmp_path):
    history = searched(tmp_path)
    members = {member.number: member for member in insight(TOY, history, FEW).members}
    assert [n for n, member in members.items() if member.alive] == list(range(33, 41))
    for member in members.values():
        before = members[member.parent].generation if member.parent else -1
        assert member.generation == before + 1


def test_where_the_training_is_searched_too_a_child_differs_in_one_half(tmp_path):
    history = searched(tmp_path, problem=replace(NAS, evaluate=trained, limits=()))
    changed = Counter()
    for trial in history:
        if parent := trial.memo.get("parent"):
            before = history.trials[parent - 1].candidate
            config = trial.candidate.config != before.config
            genotype = trial.candidate.genotype != before.genotype
            assert config != genotype
            NAS.space.check(trial.candidate.config)
            changed[config] += 1
    assert min(changed[True], changed[False]) > 5
