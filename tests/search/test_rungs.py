"""Rungs of other fidelities than epochs: shares of the data, and whatever else a problem counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import ConfigurationSpace, Float, Integer

from search.history import Candidate, History, Report, Stage
from search.loop import Plan, expected_trials, run, trial_of
from search.method import Context, Fidelity, Objective, Problem, refusal
from search.methods import METHODS
from search.options import parse
from search.problems.images import IMAGES
from search.rungs import Bracket, Rung
from search.space import Space

EPOCHS = Fidelity("epochs", 1, 1000, resumes=True)
DATA = Fidelity("train_fraction", 0.01, 1, resumes=False)
SAMPLES = Fidelity("samples", 1, 729, resumes=False)
HALVING = ["hyperband", "successive_halving"]


def flattered_by_little_data(
    problem: Problem, candidate: Candidate, context: Context
) -> Iterator[Report]:
    """The less data, the better the score looks; the order of the candidates stays."""
    part = context.fidelity.get("train_fraction", 1)
    yield Report(1, {"val_loss": candidate.config["x"] + part})


def a_problem(*fidelities: Fidelity, evaluate=flattered_by_little_data) -> Problem:
    space = ConfigurationSpace()
    space.add([Float("x", (0.0, 1.0))])
    return Problem(
        "pretended", Space(space), evaluate, (Objective("val_loss"),), fidelities=fidelities
    )


def a_plan(name: str, **options) -> Plan:
    method = METHODS[name]
    return Plan(method, parse(method.options, {"max_epochs": 9, **options}), 1, 1000)


@pytest.fixture(scope="module", params=HALVING)
def searched(request, tmp_path_factory) -> History:
    """A search whose rungs hand out ninths of the data, and its confirmation."""
    plan = a_plan(request.param, fidelity="train_fraction")
    return run(plan, a_problem(EPOCHS, DATA), tmp_path_factory.mktemp("run"))


def test_a_resource_is_its_part_of_what_the_top_rung_has(searched):
    seen = {trial.fidelity["train_fraction"] for trial in searched.at_stage(Stage.SEARCH)}
    assert seen == {1 / 9, 3 / 9, 1}
    assert not any("epochs" in trial.fidelity for trial in searched)


def test_who_is_promoted_to_more_data_starts_anew_and_remembers_from_where(searched):
    promoted = [trial for trial in searched if "from" in trial.memo]
    assert promoted
    assert not any(trial.parent for trial in searched)
    for trial in promoted:
        origin = searched.trials[trial.memo["from"] - 1]
        assert origin.candidate == trial.candidate
        assert (trial.memo["bracket"], trial.memo["rung"] - 1) == (
            origin.memo["bracket"],
            origin.memo["rung"],
        )


def test_nobody_is_promoted_twice_from_the_same_rung(searched):
    origins = [trial.memo["from"] for trial in searched if "from" in trial.memo]
    assert len(origins) == len(set(origins))


def test_the_sentences_name_the_data(searched):
    told = [str(trial.why) for trial in searched]
    assert told[0] == "Bracket 1: new configuration, on 11.1 % of the training data first"
    assert any(
        text.endswith("so it is trained anew on 33.3 % of the training data") for text in told
    )
    assert any(
        text.endswith("so it is trained anew on 100 % of the training data") for text in told
    )


def test_those_that_saw_all_data_lead_and_the_best_of_them_is_confirmed_on_all(searched):
    search = searched.at_stage(Stage.SEARCH)
    best = search.incumbent()
    assert best is not None
    assert best.fidelity == {"train_fraction": 1}
    assert best.loss > search.ranked()[0].loss, "a score on less data would flatter"
    confirmed = searched.trials[-1]
    assert (confirmed.candidate, confirmed.fidelity) == (best.candidate, {})


@pytest.mark.parametrize("name", HALVING)
def test_the_picture_shows_who_was_promoted_and_what_the_rungs_handed_out(name, tmp_path):
    plan, problem = a_plan(name, fidelity="train_fraction"), a_problem(DATA)
    history = run(plan, problem, tmp_path).at_stage(Stage.SEARCH)
    shown = plan.method.insight(problem, history, plan.options)
    assert shown.fidelity == "train_fraction"
    first = [rung for rung in shown.rungs if rung.bracket == 0]
    assert [rung.resource for rung in first] == [1 / 9, 1 / 3, 1]
    above = [rung.size for rung in first[1:]] + [0]
    assert [sum(trial.promoted for trial in rung.trials) for rung in first] == above


@pytest.mark.parametrize("name", HALVING)
def test_the_plan_counts_a_training_on_a_part_of_the_data_as_that_part(name, tmp_path):
    plan, problem = a_plan(name, fidelity="train_fraction"), a_problem(DATA)
    history = run(plan, problem, tmp_path)
    planned = plan.method.plan(problem, plan.options)
    given = [trial.fidelity["train_fraction"] for trial in history.at_stage(Stage.SEARCH)]
    assert sorted(planned) == pytest.approx(sorted(given))
    assert expected_trials(plan, problem) == len(history)


def test_where_epochs_are_known_the_plan_counts_those_of_the_usual_config():
    space = ConfigurationSpace(space={"epochs": Integer("epochs", (1, 99), default=20)})
    by_epochs = replace(a_problem(EPOCHS, DATA), space=Space(space))
    not_all = replace(by_epochs, fidelities=(DATA,))
    plan = a_plan("successive_halving", fidelity="train_fraction", initial=2, eta=2, max_epochs=2)
    assert plan.method.plan(by_epochs, plan.options) == [10, 10, 20]
    assert plan.method.plan(not_all, plan.options) == [0.5, 0.5, 1]


@pytest.mark.parametrize("name", HALVING)
def test_the_usual_fidelity_is_the_first_that_a_problem_names(name, rng):
    for first, second in ((EPOCHS, DATA), (DATA, EPOCHS), (SAMPLES, DATA)):
        plan, problem = a_plan(name), a_problem(first, second)
        proposal = plan.method.propose(problem, History(), rng, plan.options)
        assert list(proposal.fidelity) == [first.name]


def test_what_is_counted_is_given_as_it_is_and_called_by_its_name(rng):
    plan = a_plan("hyperband", min_epochs=9, max_epochs=729)
    problem = a_problem(SAMPLES)
    first = plan.method.propose(problem, History(), rng, plan.options)
    assert first.fidelity == {"samples": 9}
    assert str(first.why) == "Bracket 1: new configuration, 9 samples first"


@pytest.mark.parametrize(
    ("fidelity", "top", "amounts"),
    [(EPOCHS, 2000, [1, 1000]), (DATA, 2000, [0.01, 1]), (DATA, 4, [0.25, 1])],
)
def test_a_rung_hands_out_no_more_and_no_less_than_the_fidelity_allows(fidelity, top, amounts):
    bracket = Bracket(0, [Rung(3, 1), Rung(1, top)], fidelity)
    assert [bracket.amount(level) for level in (0, 1)] == amounts


@pytest.mark.parametrize("name", HALVING)
def test_a_problem_without_a_fidelity_or_without_the_chosen_one_is_refused_in_words(name):
    method = METHODS[name]
    usual, data, epochs = (
        parse(method.options, {"fidelity": chosen}) for chosen in ("", "train_fraction", "epochs")
    )
    assert "Choose another one" in str(refusal(method, a_problem(), usual))
    assert "all of the training data" in str(refusal(method, a_problem(EPOCHS), data))
    assert "no epochs" in str(refusal(method, a_problem(DATA), epochs))
    for options in (usual, data, epochs):
        assert refusal(method, a_problem(EPOCHS, DATA), options) is None


def test_a_run_of_old_goes_on_which_remembers_promotions_by_their_parents_alone(tmp_path):
    plan, problem = a_plan("successive_halving"), a_problem(EPOCHS)
    history = run(plan, problem, tmp_path).at_stage(Stage.SEARCH)
    old = History(
        tuple(
            replace(t, memo={name: v for name, v in t.memo.items() if name != "from"})
            for t in history
        )
    )
    assert any(trial.parent for trial in old)
    for length in range(len(old)):
        past = [History(h.trials[:length]) for h in (history, old)]
        new, remembered = (
            trial_of(
                plan.method.propose(problem, h, np.random.default_rng(length), plan.options), 1
            )
            for h in past
        )
        assert new == remembered
    assert plan.method.insight(problem, old, plan.options) == plan.method.insight(
        problem, history, plan.options
    )


def test_real_networks_are_trained_anew_on_more_of_the_digits(digits, tmp_path):
    document = IMAGES.usual_space().to_json()
    for entry in document["hyperparameters"]:
        if entry["name"] == "epochs":
            entry |= {"lower": 2, "upper": 3, "default_value": 2}
    plan = a_plan("successive_halving", fidelity="train_fraction", initial=2, eta=2, max_epochs=2)
    *rung, promoted, confirmed = run(plan, IMAGES.problem(document, digits), tmp_path)
    origin = rung[promoted.memo["from"] - 1]
    assert [report.step for report in promoted.reports] == [
        report.step for report in origin.reports
    ]
    assert [t.fidelity for t in (origin, promoted, confirmed)] == [
        {"train_fraction": 0.5},
        {"train_fraction": 1},
        {},
    ]
    assert "test_accuracy" in confirmed.values
