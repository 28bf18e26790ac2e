"""The run form: spaces and the methods that search them, what matters, and what must be kept."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from automl_web.runs.chosen_space import ready_made
from automl_web.runs.history import problem_of
from automl_web.runs.models import Run, SearchSpace
from search.history import Candidate
from search.methods import METHODS
from search.options import describe

OPTIONS = describe(METHODS["aging_evolution"].options)
SMALL, AMOEBANET = "small", "amoebanet"


@pytest.fixture
def filled(version, queue):
    """What a person sends who searches small cells at random."""
    return {
        "name": "First",
        "dataset": version.pk,
        "space": SMALL,
        "method": "random_search",
        "max_trials": 20,
        "concurrency": 2,
        "seed": 7,
        "queue": queue.pk,
        "request_key": "k1",
    }


def post(client, project, data):
    return client.post(reverse("run-new", args=[project.slug]), data)


def refused(client, project, data):
    response = post(client, project, data)
    assert response.status_code == 422
    assert not Run.objects.exists()
    return response.context


def own(project, name="Mine", **changed):
    """A space of the project: small cells, with entries of its training replaced."""
    document = ready_made(SMALL)
    entries = document["training"]["hyperparameters"]
    document["training"]["hyperparameters"] = [changed.get(e["name"], e) for e in entries]
    return SearchSpace.objects.create(project=project, name=name, kind="images", document=document)


def test_ready_made_spaces_and_the_projects_own_are_offered(editor_client, project, version):
    space = own(project)
    page = editor_client.get(reverse("run-new", args=[project.slug])).content.decode()
    for key in ("images", SMALL, "darts", AMOEBANET, space.pk):
        assert f'<option value="{key}"' in page


def test_a_run_keeps_its_goal_and_shows_it(editor_client, project, filled):
    goal = {
        "goal-objective": "val_loss",
        "goal-against": "macs",
        "goal-limit-params": 60_000,
        "goal-limit-macs": 2.5,
        "goal-limit-val_accuracy": 70,
        "goal-limit-size_bytes": 300,
    }
    response = post(editor_client, project, filled | goal)
    run = Run.objects.get()
    assert run.objectives == ["val_loss", "macs"]
    bounds = {"params": 60_000, "macs": 2.5e6, "val_accuracy": 0.7, "size_bytes": 300_000}
    assert run.limits == pytest.approx(bounds)
    page = editor_client.get(response.url).content.decode()
    for shown in ("Validation loss", "weighed against MACs", "Most parameters: 60,000", "in %: 70"):
        assert shown in page


def test_without_a_goal_the_best_accuracy_is_searched_for(editor_client, project, filled):
    post(editor_client, project, filled)
    run = Run.objects.get()
    assert (run.objectives, run.limits) == (["val_accuracy", "params"], {})
    assert problem_of(run).objective.maximise


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("limit-params", -5, "Must be more than 0."),
        ("limit-latency_ms", 0, "Must be more than 0."),
        ("limit-val_accuracy", 101, "Must be at most 100."),
        ("limit-macs", "few", "Enter a number."),
        ("objective", "beauty", "beauty is not one of the available choices"),
    ],
)
def test_a_bad_goal_is_answered_beside_its_field(
    editor_client, project, filled, field, value, sentence
):
    context = refused(editor_client, project, filled | {f"goal-{field}": value})
    assert sentence in str(context["goal"].errors[field])


@pytest.mark.parametrize("space", ["", SMALL, AMOEBANET])
def test_a_limit_that_no_design_keeps_names_the_smallest_one(editor_client, project, filled, space):
    changed = filled | {"space": space, "goal-limit-params": 20}
    said = str(refused(editor_client, project, changed)["goal"].errors["limit-params"])
    assert "the smallest has" in said
    assert "20 parameters" in said


def test_the_smallest_design_is_let_through(editor_client, project, filled):
    post(editor_client, project, filled)
    problem = problem_of(Run.objects.get())
    smallest = Candidate(problem.space.default(), problem.architectures.smallest())
    least = int(problem.count(smallest)["params"])
    Run.objects.all().delete()
    context = refused(editor_client, project, filled | {"goal-limit-params": least - 1})
    assert f"{least:,}" in str(context["goal"].errors["limit-params"])
    post(editor_client, project, filled | {"goal-limit-params": least, "request_key": "k2"})
    assert Run.objects.get().limits == {"params": least}


@pytest.mark.parametrize(
    ("space", "method", "sentence"),
    [
        (SMALL, "hyperband", None),
        (SMALL, "stackelberg", "This method does not search architectures."),
        ("", "local_search", "this space has none"),
        (AMOEBANET, "darts", "DARTS needs cells that are wired as in DARTS."),
    ],
)
def test_a_method_that_does_not_fit_the_space_says_why(
    editor_client, project, filled, space, method, sentence
):
    response = post(editor_client, project, filled | {"space": space, "method": method})
    if sentence is None:
        assert response.status_code == 302
    else:
        assert sentence in html.unescape(str(response.context["form"].errors["method"]))


def test_a_training_with_ranges_needs_a_method_that_searches_it(editor_client, project, filled):
    searched = {"type": "uniform_float", "name": "dropout", "lower": 0.0, "upper": 0.5}
    space = own(project, dropout=searched | {"default_value": 0.1, "log": False})
    context = refused(editor_client, project, filled | {"space": space.pk, "method": "darts"})
    assert "the training of this space has ranges" in str(context["form"].errors["method"])
    assert post(editor_client, project, filled | {"space": space.pk}).status_code == 302


@pytest.mark.parametrize("space", ["images", SMALL])
def test_a_space_narrows_the_methods_to_those_that_search_it(
    editor_client, project, version, space
):
    url = reverse("run-options", args=[project.slug])
    page = editor_client.get(url, {"method": "hyperband", "space": space}).content.decode()
    half = "config" if space == "images" else "genotype"
    offered = {name for name in METHODS if f'name="method" value="{name}"' in page}
    assert offered == {name for name, method in METHODS.items() if half in method.searches}


def test_a_method_that_does_not_fit_gives_way_to_one_that_does(editor_client, project, version):
    url = reverse("run-options", args=[project.slug])
    answer = editor_client.get(url, {"method": "stackelberg", "space": SMALL})
    assert answer.context["form"]["method"].value() == "aging_evolution"
    assert all(f'name="option-{o.name}"' in answer.content.decode() for o in OPTIONS)


def test_a_space_that_is_not_of_the_project_has_no_methods(editor_client, project, version):
    url = reverse("run-options", args=[project.slug])
    answer = editor_client.get(url, {"method": "grid", "space": "99999"})
    assert answer.status_code == 404


def test_a_limit_of_macs_that_no_design_keeps_is_refused(editor_client, project, filled):
    context = refused(editor_client, project, filled | {"goal-limit-macs": 0.001})
    assert "million MACs" in str(context["goal"].errors["limit-macs"])
