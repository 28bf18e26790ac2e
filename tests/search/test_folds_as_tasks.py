"""Folds of a cross-validation as tasks: judged one at a time, and together where it matters."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ConfigSpace import ConfigurationSpace, Constant, Float, Integer
from sklearn.datasets import load_breast_cancer

from search.history import History, Stage, TrialState
from search.loop import Plan, furthest, next_proposal, trial_of
from search.method import GUIDED, Context, refusal
from search.methods import METHODS
from search.problems.images import IMAGES
from search.problems.tables import table_problem
from search.strategies.multi_task import Options, environment, tasks
from search.training.tables.evaluate import evaluate
from tests.made_tables import bunch
from tests.search.tables import trained

FOLDS, TRIALS = 3, 14
METHOD = METHODS["multi_task"]


def space(folds) -> dict:
    declared = ConfigurationSpace()
    declared.add(
        Constant("model", "svm"),
        folds,
        Float("svm_c", (1e-2, 1e3), log=True),
        Float("svm_gamma", (1e-3, 1e1), log=True),
    )
    return declared.to_serialized_dict()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return bunch(tmp_path_factory.mktemp("tables") / "cancer", load_breast_cancer(as_frame=True))


@pytest.fixture(scope="module")
def problem(folder):
    return table_problem(space(Constant("folds", FOLDS)), folder, ("val_loss",))


@pytest.fixture(scope="module")
def searched(problem, tmp_path_factory):
    """A run on real folds, of which each costs a second."""
    plan = Plan(METHOD, Options(fidelity="folds"), seed=2, max_trials=TRIALS)
    history, work = History(), tmp_path_factory.mktemp("work")
    while (proposal := next_proposal(plan, problem, history)) is not None:
        trial = trial_of(proposal, len(history) + 1)
        context = Context(trial.number, work, stage=trial.stage, fidelity=trial.fidelity)
        *_, last = evaluate(problem, trial.candidate, context)
        done = {"state": TrialState.COMPLETE, "values": last.values, "ended": trial.number}
        cost = trial.fidelity.get("folds", 1)
        trial = replace(trial, **done, losses=problem.losses(last.values), cost=cost)
        history = History((*history.trials, trial))
    return history


def is_whole(trial):
    return trial.fidelity == {"folds": FOLDS}


def test_single_folds_are_asked_for_and_the_incumbent_was_judged_on_all(searched):
    search = searched.at_stage(Stage.SEARCH)
    assert all(trial.state is TrialState.COMPLETE for trial in search)
    single = [trial for trial in search if not is_whole(trial)]
    assert {trial.fidelity["fold"] for trial in single[:FOLDS]} == {1, 2, 3}
    assert any(trial.memo.get(GUIDED) for trial in single)
    assert is_whole(search.incumbent())


def test_no_more_time_goes_into_all_folds_than_into_single_ones(searched):
    search = searched.at_stage(Stage.SEARCH)
    whole = sum(map(is_whole, search))
    assert 1 <= whole <= (len(search) - whole) / FOLDS


def test_what_is_confirmed_is_what_is_expected_to_be_best_and_is_trained_on_everything(searched):
    last = searched.trials[-1]
    assert last.stage is Stage.CONFIRM
    assert not last.fidelity
    assert last.values["test_accuracy"] > 0.9


def test_a_single_fold_scores_as_it_does_among_all(folder, tmp_path):
    whole = trained(folder, tmp_path / "all", model="linear", folds=3)
    alone = [
        trained(
            folder, tmp_path / str(n), model="linear", folds=3, fidelity={"folds": 1, "fold": n}
        )
        for n in (1, 2, 3)
    ]
    assert [len(reports) for reports in alone] == [1, 1, 1]
    assert [reports[0].step for reports in alone] == [1, 1, 1]
    losses = [reports[0].values["val_loss"] for reports in alone]
    assert sum(losses) / 3 == pytest.approx(whole[-1].values["val_loss"])
    assert "latency_ms" in alone[0][0].costs


def test_of_the_folds_the_first_so_many_can_be_judged_on(folder, tmp_path):
    first = trained(folder, tmp_path / "first", model="linear", folds=4, fidelity={"folds": 2})
    straight = trained(folder, tmp_path / "straight", model="linear", folds=4)
    assert [report.values for report in first] == [report.values for report in straight[:2]]


def test_a_persons_own_trial_is_judged_on_all_folds(problem):
    plan = Plan(METHOD, Options(fidelity="folds"), seed=2, max_trials=TRIALS)
    assert furthest(plan, problem) == {"folds": FOLDS}


def test_a_fold_is_taken_to_be_much_like_the_mean_of_all(problem):
    known = environment(tasks(problem, Options(fidelity="folds")))
    features = known.loss(known.choices)
    alike = features @ features.T
    assert alike[0, 1:] / alike[0, 0] ** 0.5 / alike.diagonal()[1:] ** 0.5 == pytest.approx(
        0.9, abs=0.01
    )
    assert known.share(known.choices) == pytest.approx([1, *[1 / FOLDS] * FOLDS])


@pytest.mark.parametrize("folds", [Constant("folds", 1), Integer("folds", (2, 5))])
def test_where_there_are_no_fixed_folds_it_says_so(folds, folder):
    without = table_problem(space(folds), folder)
    for problem in (
        without,
        IMAGES.problem(IMAGES.usual_space().to_json(), folder, ("val_accuracy",)),
    ):
        told = refusal(METHOD, problem, Options(fidelity="folds"))
        assert "cross-validation" in str(told)
        assert refusal(METHOD, problem, Options()) is None
