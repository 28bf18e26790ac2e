"""When the runs of a list will be done, for pages of apps that know nothing of runs."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from automl_web.runs.eta import Eta, etas
from automl_web.runs.models import Run

register = template.Library()


@register.simple_tag
def bands(runs: Iterable[Run]) -> dict[int, Eta]:
    """The bands of those that search, by their keys."""
    return etas(runs)
