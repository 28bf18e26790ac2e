"""The forms of search spaces: rules between hyper-parameters, sets of architectures."""

from __future__ import annotations

import html
import json

import pytest
from django.urls import reverse

from automl_web.runs.chosen_space import READY_MADE, ready_made
from automl_web.runs.models import SearchSpace
from automl_web.runs.sets.ops import HELP
from search.architecture.cell_space import CellSpace
from search.architecture.ops import OPS
from search.space import Space

CELLS = "small"


def address(project, copy=""):
    return reverse("space-new", args=[project.slug]) + f"?copy={copy}"


def filled(client, url):
    """What a browser would send that changes nothing on the page at `url`."""
    context = client.get(url).context
    ranges = context["ranges"]
    groups = [*ranges.rules.conditions, *ranges.rules.pairs, ranges]
    if context["cells"]:
        groups.append(context["cells"])
    sent = {"form": "ranges"}
    for rows in (ranges.rules.conditions, ranges.rules.pairs):
        management = rows.management_form
        sent |= {
            field.html_name: field.value() for field in management if field.value() is not None
        }
    for form in groups:
        sent |= {field.html_name: field.value() for field in form if field.value() is not None}
    return sent | {"name": "Mine"}


def saved(client, project, copy="images", **changed):
    response = client.post(address(project, copy), filled(client, address(project, copy)) | changed)
    assert response.status_code == 302, response.content.decode()
    return SearchSpace.objects.get()


def refused(client, project, copy="images", **changed):
    """The words of the page that answers."""
    response = client.post(address(project, copy), filled(client, address(project, copy)) | changed)
    assert response.status_code == 422
    assert not SearchSpace.objects.exists()
    return html.unescape(response.content.decode())


@pytest.mark.parametrize("copy", READY_MADE)
def test_every_ready_made_space_is_copied_unchanged(editor_client, project, copy):
    found = saved(editor_client, project, copy)
    assert found.document == ready_made(copy)
    assert found.kind == READY_MADE[copy].kind


# Rules between hyper-parameters


def condition(child, parent, values, row=3):
    names = {"child": child, "parent": parent, "values": values}
    return {f"conditions-{row}-{name}": value for name, value in names.items()}


def pair(first, one, second, other, row=0):
    names = {"first": first, "first_value": one, "second": second, "second_value": other}
    return {f"pairs-{row}-{name}": value for name, value in names.items()}


def test_a_condition_decides_what_is_drawn(editor_client, project, rng):
    found = saved(editor_client, project, **condition("dropout", "optimiser", "adam, adamw"))
    space = Space.from_json(found.document)
    drawn = [space.sample(rng) for _ in range(60)]
    assert {config["optimiser"] for config in drawn} == {"sgd", "adam", "adamw"}
    assert all(("dropout" in config) == (config["optimiser"] != "sgd") for config in drawn)


def test_a_condition_may_hang_on_a_number(editor_client, project, rng):
    found = saved(editor_client, project, **condition("dropout", "layers", "3"))
    space = Space.from_json(found.document)
    assert all(
        (c["layers"] == 3) == ("dropout" in c) for c in (space.sample(rng) for _ in range(40))
    )


def test_a_condition_that_is_removed_no_longer_counts(editor_client, project, rng):
    first = filled(editor_client, address(project))["conditions-0-child"]
    found = saved(editor_client, project, **{"conditions-0-DELETE": "on"})
    space = Space.from_json(found.document)
    assert all(first in space.sample(rng) for _ in range(20))


def test_a_forbidden_pair_is_never_drawn(editor_client, project, rng):
    found = saved(editor_client, project, **pair("optimiser", "sgd", "schedule", "cosine"))
    space = Space.from_json(found.document)
    drawn = {(c["optimiser"], c["schedule"]) for c in (space.sample(rng) for _ in range(200))}
    assert ("sgd", "cosine") not in drawn
    assert len(drawn) == 8


def test_a_saved_rule_is_shown_again_and_kept(editor_client, project):
    found = saved(editor_client, project, **pair("optimiser", "sgd", "layers", "3"))
    url = found.get_absolute_url()
    assert filled(editor_client, url)["pairs-0-second_value"] == "3"
    before = found.document
    assert editor_client.post(url, filled(editor_client, url)).status_code == 302
    found.refresh_from_db()
    assert found.document == before


def test_a_pair_with_a_choice_that_is_taken_away_goes_away(editor_client, project):
    changed = pair("optimiser", "sgd", "schedule", "cosine") | {"optimiser": ["adam", "adamw"]}
    assert saved(editor_client, project, **changed).document["forbiddens"] == []


def test_rules_that_no_row_can_show_are_kept(editor_client, project):
    document = ready_made("images")
    rule = {
        "type": "AND",
        "child": "dropout",
        "conditions": [
            {"type": "GT", "child": "dropout", "parent": "layers", "value": 2},
            {"type": "EQ", "child": "dropout", "parent": "schedule", "value": "step"},
        ],
    }
    document["conditions"].append(rule)
    found = SearchSpace.objects.create(project=project, name="Deep", document=document)
    url = found.get_absolute_url()
    assert "1 further rule is kept" in editor_client.get(url).content.decode()
    assert editor_client.post(url, filled(editor_client, url)).status_code == 302
    found.refresh_from_db()
    assert rule in found.document["conditions"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (condition("dropout", "dropout", "0.1"), "Nothing can hang on itself."),
        (condition("dropout", "optimiser", "adagrad"), "There is no “adagrad”."),
        (condition("dropout", "layers", "12"), "Must lie in its range, 2 to 5."),
        (condition("dropout", "layers", "many"), "“many” is not a number"),
        (condition("dropout", "", ""), "Fill in the whole row, or empty it."),
        (condition("momentum", "layers", "3"), "It has another condition already."),
        (
            condition("layers", "width", "16") | condition("width", "layers", "3", row=4),
            "in a circle: Layers → Width → Layers.",
        ),
        (pair("layers", "3", "layers", "4"), "Choose two different hyper-parameters."),
        (pair("layers", "3", "optimiser", "x"), "There is no “x”."),
        (pair("optimiser", "adam", "batch_size", "64"), "The space begins with these two"),
    ],
)
def test_a_rule_that_cannot_be_is_answered_beside_its_row(
    editor_client, project, changed, sentence
):
    assert sentence in refused(editor_client, project, **changed)


# Sets of architectures


def test_every_operation_is_offered_with_what_it_is_good_for():
    assert set(HELP) == set(OPS) - {"zero"}


def test_what_is_filled_in_is_the_set_of_architectures(editor_client, project):
    changed = {"cells-ops": ["id", "sep3", "conv3"], "cells-nodes": 2, "cells-channels": 4}
    found = saved(editor_client, project, CELLS, **changed)
    cells = CellSpace.from_json(found.document["architecture"], (3, 8, 8), 10)
    assert (set(cells.ops), cells.nodes, cells.channels) == ({"id", "sep3", "conv3"}, 2, 4)


def test_training_may_be_searched_along_with_the_cells(editor_client, project, rng):
    changed = {"learning_rate-from": 0.001, "learning_rate-to": 0.1}
    found = saved(editor_client, project, CELLS, **changed)
    training = Space.from_json(found.document["training"])
    assert len({training.sample(rng)["learning_rate"] for _ in range(10)}) == 10


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"cells-ops": []}, "Leave at least one."),
        ({"cells-nodes": 0}, "greater than or equal to 1"),
        ({"cells-cells": 2, "cells-reductions": 2}, "Must be more than the reductions."),
        ({"cells-wiring": "loose"}, "loose is not one of the available choices"),
        ({"cells-channels": "wide"}, "Enter a whole number."),
        ({"epochs-to": 0}, "greater than or equal to 1"),
    ],
)
def test_a_bad_set_of_architectures_is_answered_beside_its_field(
    editor_client, project, changed, sentence
):
    assert sentence in refused(editor_client, project, CELLS, **changed)


def test_nothing_that_was_filled_in_is_lost(editor_client, project):
    changed = {"cells-nodes": 0, "cells-channels": 13, "name": "Half done"}
    page = refused(editor_client, project, CELLS, **changed)
    assert 'value="13"' in page
    assert "Half done" in page


def test_a_set_of_architectures_goes_through_json_and_back(editor_client, project):
    found = saved(editor_client, project, CELLS)
    text = editor_client.get(found.get_absolute_url() + "?format=json").content.decode()
    SearchSpace.objects.all().delete()
    sent = {"form": "json", "name": "Back", "document": text}
    assert editor_client.post(address(project), sent).status_code == 302
    again = SearchSpace.objects.get()
    assert (again.document, again.kind) == (ready_made(CELLS), "images")


@pytest.mark.parametrize("part", ["ops", "nodes", "wiring", "kind"])
def test_json_of_half_a_set_of_architectures_is_refused(editor_client, project, part):
    document = ready_made(CELLS)
    del document["architecture"][part]
    sent = {"form": "json", "name": "Half", "document": json.dumps(document)}
    assert editor_client.post(address(project), sent).status_code == 422


def test_the_list_says_of_what_kind_a_space_is(editor_client, viewer_client, project):
    saved(editor_client, project, CELLS)
    assert "architectures" in viewer_client.get(reverse("spaces")).content.decode()
