"""How methods are explained, and which ones the run form puts first."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from automl_web.runs.picker import best_for, by_need, groups, usual
from search.method import CONFIG
from search.methods import METHODS
from search.options import describe
from search.problems import KINDS

every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())


@every_method
def test_the_page_of_a_method_says_all_that_it_declares(method, viewer_client):
    answer = viewer_client.get(reverse("method", args=[method.name]))
    page = html.unescape(answer.content.decode())
    told = [method.title, method.paper, method.summary, method.use_when, method.avoid_when]
    told += [text for option in describe(method.options) for text in (option.title, option.help)]
    assert [text for text in [*told, method.corrected] if text not in page] == []


def test_a_method_that_there_is_not_has_no_page(viewer_client):
    assert viewer_client.get(reverse("method", args=["magic"])).status_code == 404


def test_the_list_of_methods_leads_to_each(viewer_client):
    page = viewer_client.get(reverse("methods")).content.decode()
    assert [n for n in METHODS if reverse("method", args=[n]) not in page] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_suggested_stands_first_and_every_method_once(kind):
    found = groups(best_for(kind, None), set(METHODS), usual(kind))
    named = [choice.method.name for group in found for choice in group.choices]
    assert named[0] == usual(kind)
    assert sorted(named) == sorted(METHODS)
    assert [c.method.name for g in found for c in g.choices if c.is_chosen] == [usual(kind)]


def test_methods_that_begin_small_stand_apart():
    apart = [g for g in by_need(list(METHODS)) if "less data" in g.title]
    named = {choice.method.name for group in apart for choice in group.choices}
    assert named == {name for name, method in METHODS.items() if method.needs}


def test_architectures_have_suggestions_of_their_own(editor_client, project, version):
    address = reverse("run-options", args=[project.slug])
    answer = editor_client.get(address, {"method": "hyperband", "space": "small"})
    first, *_others = answer.context["form"].picker[0].choices
    assert (first.method.name, first.is_chosen) == ("aging_evolution", True)


def test_spaces_of_both_halves_have_suggestions_of_their_own(editor_client, project, version):
    address = reverse("run-options", args=[project.slug])
    answer = editor_client.get(address, {"method": "hyperband", "space": "residual_small"})
    first, *_others = answer.context["form"].picker[0].choices
    assert (first.method.name, first.is_chosen) == ("bohb", True)


def test_trainings_that_can_be_cut_short_are_searched_otherwise_than_those_that_cannot():
    assert usual("images") == usual("text") == "hyperband"
    assert usual("tables") == "gaussian_process"


def test_the_form_offers_each_method_that_fits_with_a_line_of_advice(
    editor_client, project, version
):
    page = html.unescape(
        editor_client.get(reverse("run-new", args=[project.slug])).content.decode()
    )
    for method in METHODS.values():
        fits = CONFIG in method.searches
        assert (f'name="method" value="{method.name}"' in page) == fits
        assert ((method.use_when or method.summary) in page) == fits
    assert 'value="hyperband" checked' in page


def test_the_advice_comes_with_the_options(editor_client, project, version):
    address = reverse("run-options", args=[project.slug])
    page = html.unescape(editor_client.get(address, {"method": "tpe"}).content.decode())
    assert METHODS["tpe"].summary in page
    assert reverse("method", args=["tpe"]) in page


def test_the_page_of_a_run_leads_to_its_methods_page(viewer_client, start):
    page = viewer_client.get(start().get_absolute_url()).content.decode()
    assert reverse("method", args=["random_search"]) in page
