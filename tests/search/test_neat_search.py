"""The long trial of NEAT: it goes on to the bit, and its champion is a model that is taken home."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from search.history import Candidate, Stage
from search.loop import Plan, run
from search.method import Context, Objective
from search.neuroevolution.search import search
from search.oneshot.neat import METHOD, Options, insight, refuses
from search.problems.functions.xor import problem as xor
from search.training.tables import export
from search.training.tables.evaluate import evaluate
from tests.search.tables import a_problem, folders  # noqa: F401 - a fixture
from tests.search.walks import HPO, NAS

SMALL = Options(generations=6, population=30, add_unit=0.3, add_link=0.3)


def reports(problem, workdir, options=SMALL, *, seed=1, resume=None, generations=6):
    workdir.mkdir(parents=True, exist_ok=True)
    candidate = Candidate(problem.space.default())
    context = Context(seed, workdir, fidelity={"epochs": generations}, resume=resume)
    return list(search(problem, candidate, context, options))


def test_a_search_that_goes_on_equals_one_that_never_stopped(tmp_path, folders):  # noqa: F811
    problem = a_problem(folders["wine"])
    begun = reports(problem, tmp_path / "begun", generations=3)
    rest = reports(problem, tmp_path / "rest", resume=begun[-1].checkpoint)
    whole = reports(problem, tmp_path / "whole")
    assert [r.values for r in rest] == [r.values for r in whole[2:]]
    assert rest[-1].genotype == whole[-1].genotype
    other = reports(problem, tmp_path / "other", seed=2)
    assert other[-1].genotype != whole[-1].genotype


def test_a_run_evolves_judges_the_champion_and_confirms_it(tmp_path, folders):  # noqa: F811
    problem = a_problem(folders["wine"])
    history = run(Plan(METHOD, SMALL, 1, 10), problem, tmp_path)
    evolution, judged, confirmed = history
    assert [t.stage for t in history] == [Stage.SEARCH, Stage.EVALUATE, Stage.CONFIRM]
    assert judged.candidate.genotype == confirmed.candidate.genotype == evolution.derived
    told = evolution.reports[-1].values["champion_accuracy"]
    assert judged.values["val_accuracy"] == pytest.approx(told)
    assert told > 0.8
    assert "test_accuracy" in confirmed.values
    shown = insight(problem, history, SMALL)
    assert [g.number for g in shown.generations] == list(range(1, 7))
    assert shown.judged == 2


@pytest.mark.parametrize("recurrent", [False, True])
@pytest.mark.parametrize("name", ["iris", "odd classes"])
def test_the_onnx_model_of_a_champion_agrees(name, recurrent, tmp_path, folders):  # noqa: F811
    problem = a_problem(folders[name])
    options = Options(generations=4, population=20, add_unit=0.5, add_link=0.9, recurrent=recurrent)
    last = reports(problem, tmp_path / "search", options, generations=4)[-1]
    candidate = Candidate(problem.space.default(), last.genotype)
    (tmp_path / "trial").mkdir()
    context = Context(1, tmp_path / "trial", stage=Stage.CONFIRM)
    (report,) = evaluate(problem, candidate, context)
    (tmp_path / "model").mkdir()
    exported = export.export(
        candidate, folders[name], report.checkpoint, tmp_path / "model", report.values
    )
    assert exported.onnx_offered
    assert exported.parity < 1e-5
    assert report.costs["params"] == sum(
        gene["on"] and gene["w"] != 0 for gene in json.loads(last.genotype)["genes"]
    )


def test_exclusive_or_is_solved_and_confirmed(tmp_path):
    problem = xor()
    history = run(Plan(METHOD, Options(), 3, 10), problem, tmp_path)
    assert history.trials[1].values["val_accuracy"] == 1
    assert history.trials[2].values["test_accuracy"] == 1
    generations = insight(problem, history, Options()).generations
    assert generations[-1].number < 100, "it ends when no mistake is left"
    assert generations[-1].units > generations[0].units == 0
    assert np.mean([g.species for g in generations]) > 1


def test_only_tables_with_classes_are_asked():
    assert refuses(HPO, Options())
    assert refuses(NAS, Options())
    assert refuses(xor(), Options()) is None


def test_a_table_with_values_to_predict_is_refused(folders):  # noqa: F811
    problem = a_problem(folders["diabetes"])
    assert refuses(replace(problem, objectives=(Objective("val_rmse"),)), Options())
