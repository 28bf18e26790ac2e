"""Pages that explain the methods: what each does, when to use it and when not, and how it is set."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from automl_web.runs.picker import by_need
from search.method import CONFIG, GENOTYPE
from search.methods import METHODS
from search.options import OptionInfo, describe


@dataclass(frozen=True)
class Knob:
    """An option as a page tells of it."""

    title: str
    help: str
    default: str
    bounds: str


@require_safe
def methods(request: HttpRequest) -> HttpResponse:
    """All methods by family, a line each."""
    return render(request, "runs/methods.html", {"groups": by_need(list(METHODS))})


@require_safe
def method(request: HttpRequest, name: str) -> HttpResponse:
    """The page of one method."""
    if name not in METHODS:
        raise Http404
    found = METHODS[name]
    knobs = [_knob(info) for info in describe(found.options)]
    halves = {half: half in found.searches for half in (CONFIG, GENOTYPE)}
    context = {"method": found, "knobs": knobs, "searches": halves}
    return render(request, "runs/method_page.html", context)


def _knob(info: OptionInfo) -> Knob:
    labels = {value: gettext(label) for value, label in info.choices}
    if info.choices:
        return Knob(info.title, info.help, labels[info.default], ", ".join(labels.values()))
    if info.kind is bool:
        return Knob(info.title, info.help, gettext("no"), gettext("yes or no"))
    return Knob(info.title, info.help, _plain(info.default), _bounds(info))


def _bounds(info: OptionInfo) -> str:
    if info.minimum is not None and info.maximum is not None:
        ends = {"least": _plain(info.minimum), "most": _plain(info.maximum)}
        return gettext("%(least)s to %(most)s") % ends
    if info.minimum is not None:
        return gettext("at least %(least)s") % {"least": _plain(info.minimum)}
    if info.maximum is not None:
        return gettext("at most %(most)s") % {"most": _plain(info.maximum)}
    return gettext("any")


def _plain(value: object) -> str:
    """A number as people read it; anything else as it is."""
    if isinstance(value, int | float) and float(value).is_integer():
        return number_format(int(value), force_grouping=True)
    return f"{value:g}" if isinstance(value, float) else str(value)
