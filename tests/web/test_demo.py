"""The example comes about as a person's own work would, once, and shows where its search stands."""

from __future__ import annotations

import shutil

import numpy as np
import onnx
import pytest
from django.core.management import CommandError, call_command
from onnx import TensorProto, helper
from pytest_django.live_server_helper import LiveServer

from automl_web.accounts.models import User
from automl_web.compute.devices import declared, register
from automl_web.compute.startup import CannotStartError
from automl_web.datasets.models import Version
from automl_web.desks import example, held_out
from automl_web.runs.models import Report, Run, Trial
from search.history import TrialState


@pytest.fixture
def site(transactional_db, settings):
    """The site, answering on a port; it begins after the settings of the tests are made."""
    server = LiveServer("127.0.0.1")
    settings.PORT = server.thread.port
    yield server
    server.stop()


@pytest.fixture
def host(settings, db):
    """A host with two devices."""
    settings.DEVICES = "cpu:2"
    register(declared("cpu:2"), settings.HOST)


def test_the_account_is_made_by_the_set_up_link_and_found_again(site):
    made = example.account()
    assert made.username == "demo"
    assert made.is_staff
    assert made.has_usable_password()
    assert example.account() == made
    assert User.objects.count() == 1


def test_where_somebody_else_set_the_site_up_the_admin_is_shown_the_example(admin):
    assert example.account() == admin


def test_a_site_that_does_not_answer_as_it_should_is_named(site, monkeypatch):
    monkeypatch.setattr(example, "set_up_link", lambda: "/sign-in/spent/")
    with pytest.raises(CannotStartError, match="/sign-in/spent/"):
        example.account()


def test_project_and_digits_are_made_once(alice):
    made = example.version_for(alice)
    assert example.version_for(alice) == made
    assert made.dataset.project.slug == "example"
    assert made.source.path.exists()


@pytest.fixture
def prepared(alice, digits):
    """The digits of the example, as if the control worker had prepared them."""
    version = example.version_for(alice)
    shutil.copytree(digits, version.folder)
    return version


def test_another_demo_searches_with_another_seed(alice, host, prepared):
    demos = [example.begin(prepared, alice, example.REDUCED) for _demo in range(2)]
    assert [[run.seed for run in runs] for runs in demos] == [[1, 1], [3, 3]]
    assert {run.concurrency for runs in demos for run in runs} == {2}
    assert all(run.state == Run.State.RUNNING for runs in demos for run in runs)


@pytest.mark.parametrize("budget", [example.FULL, example.REDUCED])
def test_each_budget_searches_for_hyper_parameters_and_for_an_architecture(
    alice, host, prepared, budget
):
    tuned, designed = example.begin(prepared, alice, budget)
    assert tuned.total > 12
    assert designed.total == budget.designs + 1
    assert "architecture" in designed.space


def test_the_demo_tries_at_least_twenty_designs():
    assert example.FULL.designs >= 20


def test_without_a_device_the_example_says_so(alice, host, settings):
    version = example.version_for(alice)
    settings.DEVICES = "none"
    with pytest.raises(CannotStartError, match="AUTOML_DEVICES"):
        example.begin(version, alice, example.REDUCED)


def test_the_line_and_the_board_name_the_best_of_those_trained_longest(alice, host, prepared):
    run, _designs = example.begin(prepared, alice, example.REDUCED)
    assert example.progress(run) == "Trial 0 of 21"
    for number, (epochs, accuracy) in enumerate([(1, 0.9), (9, 0.8), (9, 0.85)], start=1):
        values = {"val_accuracy": accuracy}
        row = Trial.objects.create(
            run=run,
            number=number,
            state=TrialState.COMPLETE.value,
            config={"learning_rate": 0.00123, "optimiser": "adam"},
            fidelity={"epochs": epochs},
            values=values,
        )
        # A plan may end before its rung does.
        Report.objects.create(trial=row, step=min(epochs, 7), values=values)
    assert example.progress(run) == "Trial 3 of 21, best so far 85.0% (trial 3)"
    first, *_others = example.leaderboard(run)
    told = "1. trial 3: 85.0% after 7 epochs learning_rate=0.0012 optimiser=adam"
    assert " ".join(first.split()) == told


def test_a_taken_port_is_said_in_one_sentence(site):
    with pytest.raises(CommandError, match="is taken"):
        call_command("demo", check=True)


def test_a_model_is_judged_on_the_test_images_alone(tmp_path):
    # One pixel an image, and a model that says class 1 where it is bright.
    images = np.array([0, 255, 255, 0], dtype=np.uint8).reshape(4, 1, 1, 1)
    np.save(tmp_path / "test-images.npy", images)
    np.save(tmp_path / "test-labels.npy", np.array([0, 1, 1, 1]))
    shape = ["n", 1, 1, 1]
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", ["images"], ["bright"]),
            helper.make_node("Sub", ["one", "bright"], ["dark"]),
            helper.make_node("Concat", ["dark", "bright"], ["scores"], axis=1),
        ],
        "brightness",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, tmp_path / "model.onnx")
    assert held_out.accuracy(tmp_path / "model.onnx", tmp_path) == (0.75, 4)


def test_digits_that_were_refused_are_not_used_again(alice):
    refused = example.version_for(alice)
    Version.objects.filter(pk=refused.pk).update(state=Version.State.REFUSED)
    assert example.version_for(alice) != refused
