"""A model of text on its page: what its score means, what it writes, and what it says when it is asked."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from automl_web.compute.models import Queue
from automl_web.datasets.models import Dataset, Version
from automl_web.registry import home, tasks
from automl_web.registry.models import ModelVersion, Problem
from automl_web.registry.text_code import classifier_code, language_code, weights_code
from automl_web.registry.text_pages import hard_of
from automl_web.runs.models import Run
from automl_web.runs.templatetags.figures import metric
from search.history import Candidate, Report, Stage
from search.problems.text import TEXT
from search.training.text import export
from tests.search import texts
from tests.search.texts import a_config, train_text

CONFIG = a_config(epochs=2)

Trained = tuple[Path, Report]


def trained(root: Path) -> Trained:
    """A tiny network confirmed on the text in `root`, and exported."""
    torch.set_num_threads(1)
    report = train_text(root / "data", root / "trial", CONFIG, stage=Stage.CONFIRM)[-1]
    assert report.checkpoint is not None
    (root / "model").mkdir()
    export.export(Candidate(CONFIG), root / "data", report.checkpoint, root / "model")
    return root, report


@pytest.fixture(scope="session")
def trained_writer(tmp_path_factory) -> Trained:
    root = tmp_path_factory.mktemp("writer")
    texts.chain(root / "data", train=1500, held_out=400)
    return trained(root)


@pytest.fixture(scope="session")
def trained_judge(tmp_path_factory) -> Trained:
    root = tmp_path_factory.mktemp("judge")
    texts.reviews(root / "data")
    return trained(root)


def completed(project, user, made: Trained) -> Run:
    """A completed run on the text, its confirming trial complete, nothing taken home."""
    root, report = made
    facts = json.loads((root / "data" / "meta.json").read_text())
    dataset = Dataset.objects.create(project=project, name="Some text", created_by=user)
    version = Version.objects.create(
        dataset=dataset, state="ready", kind="text", facts={**facts, "findings": []}
    )
    shutil.copytree(root / "data", version.folder)
    run = Run.objects.create(
        project=project,
        name="First run",
        dataset=version,
        queue=Queue.objects.get_or_create(name="cpu")[0],
        space=TEXT.usual_space().to_json(),
        method="random_search",
        max_trials=1,
        state=Run.State.COMPLETED,
    )
    run.trials.create(
        number=2,
        stage="confirm",
        state="complete",
        config=CONFIG,
        checkpoint=str(report.checkpoint),
        values={**report.costs, **report.values},
    )
    return run


def taken_home(project, user, made: Trained) -> ModelVersion:
    """The run's model, as the export left it."""
    run = completed(project, user, made)
    shutil.copytree(made[0] / "model", run.folder / "model")
    card = json.loads((run.folder / "model" / "model.json").read_text())
    values = run.trials.get(number=2).values
    return ModelVersion.objects.create(run=run, trial=2, values=values, **home.told(card))


@pytest.fixture
def writer(project, alice, trained_writer) -> ModelVersion:
    return taken_home(project, alice, trained_writer)


@pytest.fixture
def judge(project, alice, trained_judge) -> ModelVersion:
    return taken_home(project, alice, trained_judge)


def page_of(client, model) -> str:
    answer = client.get(model.get_absolute_url())
    assert answer.status_code == 200
    return str(answer.content.decode())


# The page


def test_a_run_on_text_is_taken_home_with_its_scores(project, alice, trained_writer):
    run = completed(project, alice, trained_writer)
    tasks.take_home(run.pk)
    model = ModelVersion.objects.get(run=run)
    assert model.onnx_offered
    assert model.metric == "test_perplexity"
    assert model.results["sample"]["written"]
    assert model.params == run.trials.get().values["params"]


def test_the_page_says_what_the_perplexity_means(viewer_client, writer):
    page = page_of(viewer_client, writer)
    perplexity = writer.values["test_perplexity"]
    assert f"Perplexity {metric(perplexity, 'test_perplexity')} on text" in page
    assert f"one among {perplexity:.1f} equally likely ones" in page
    assert f"({np.log2(perplexity):.2f} bits each)" in page
    assert f"the choice would be among {writer.results['by_frequency']:.1f}" in page


def test_the_page_shows_what_it_writes_and_what_is_hard_for_it(viewer_client, writer):
    page = page_of(viewer_client, writer)
    assert writer.results["sample"]["written"] in page
    assert "Characters that surprise it most" in page
    for each in writer.results["hardest"]:
        assert f'<bdi translate="no">{each["token"]}</bdi>' in page


def test_what_a_model_wrote_is_text_on_the_page_and_nothing_else(viewer_client, writer):
    sample = {"beginning": "<script>", "written": "<img onerror=x>"}
    hardest = [{"token": "<b>", "count": 5, "perplexity": 2.0}]
    ModelVersion.objects.update(results={**writer.results, "sample": sample, "hardest": hardest})
    page = page_of(viewer_client, writer)
    assert "&lt;script&gt;" in page
    assert "&lt;img onerror=x&gt;" in page
    assert "<img onerror" not in page
    assert "<b>" not in page


def test_tokens_that_nobody_sees_have_names():
    names = [hard_of({"token": t, "count": 5, "perplexity": 2.0}).token for t in " \n\u00a0a"]
    assert names == ["space", "end of line", "U+00A0", "a"]


def test_the_page_of_a_classifier_says_how_often_it_is_right_and_shows_the_matrix(
    viewer_client, judge
):
    page = page_of(viewer_client, judge)
    accuracy = metric(judge.values["test_accuracy"], "test_accuracy")
    assert f"Right on {accuracy} of 280 test texts" in page
    assert "confusion-matrix" in page


def test_a_failed_export_is_told(viewer_client, writer):
    ModelVersion.objects.update(problem=Problem.EXPORT_FAILED, results={})
    assert "Not known, because the export failed." in page_of(viewer_client, writer)


@pytest.mark.parametrize("kind", ["writer", "judge"])
def test_the_code_on_the_page_runs_as_it_stands(request, viewer_client, kind, tmp_path):
    model = request.getfixturevalue(kind)
    writes, facts = kind == "writer", model.run.dataset.facts
    code = language_code if writes else classifier_code
    folder = shutil.copytree(model.folder, tmp_path / "home")
    for lines in (code(facts["unit"], facts["lowercase"]), weights_code(writes)):
        assert lines.split("\n")[-2] in page_of(viewer_client, model).replace("&quot;", '"')
        said = subprocess.run(
            [sys.executable, "-c", lines], cwd=folder, capture_output=True, text=True, check=True
        ).stdout
        if writes:
            assert len(said) > 200
        else:
            assert {"nice", "nasty"} & set(re.findall(r"\w+", said))
