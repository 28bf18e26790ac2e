"""Data of the figures that a run's page fetches: its front, what it derived, and how its method thinks.

What lies beside the front, its moments and what was derived are thinned; the front itself, and the rungs
and edge weights of a method, are as large as the run makes them.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from automl_web.runs.forms import translated
from automl_web.runs.history import history_of, plan_of, problem_of
from automl_web.runs.models import Derivation, Event, Run, Trial
from automl_web.runs.replay import history_at
from automl_web.runs.views import visible_run
from search import insight as insights
from search.history import Stage, TrialState
from search.importance import NEEDED, importances
from search.joint import view_of
from search.metrics import METRICS
from search.pareto import front, hypervolume
from search.problems import KINDS

Array = np.ndarray[Any, Any]

DOMINATED = 800
"""Points beside the front that are sent."""

MOMENTS = 200
"""Moments of the hypervolume, and of a search that shares weights, that are sent."""

INFEASIBLE = "infeasible"

PAST_SECONDS = 3600
"""For which a browser keeps a picture of the past."""


@dataclass(frozen=True)
class Points:
    """Complete trials in the order in which they ended; `values` (n, 2) times `signs` are minimised."""

    numbers: Array
    values: Array
    signs: Array
    feasible: Array

    @property
    def losses(self) -> Array:
        return self.values * self.signs


@require_safe
def run_front(request: HttpRequest, pk: int) -> HttpResponse:
    """The Pareto front of two metrics, `?x=` and `?y=`, and its hypervolume over the trials."""
    found = visible_run(request, pk)
    x, y = request.GET.get("x", ""), request.GET.get("y", "")
    if x not in METRICS or y not in METRICS:
        raise Http404
    return JsonResponse({"x": x, "y": y, **_front(_points(found, x, y))})


def _points(run: Run, x: str, y: str) -> Points:
    complete = run.trials.filter(state=TrialState.COMPLETE.value)
    rows = complete.exclude(stage=Stage.CONFIRM.value).order_by("finished_seq")
    known = [
        (number, values[x], values[y], reason != INFEASIBLE)
        for number, values, reason in rows.values_list("number", "values", "reason")
        if x in values and y in values
    ]
    numbers, xs, ys, feasible = zip(*known, strict=True) if known else ((), (), (), ())
    values = np.array([xs, ys], dtype=float).T.reshape(-1, 2)
    signs = np.array([-1 if METRICS[name].maximise else 1 for name in (x, y)])
    return Points(np.array(numbers, int), values, signs, np.array(feasible, bool))


def _front(points: Points) -> dict[str, Any]:
    losses = np.where(points.feasible[:, None], points.losses, np.inf)
    on_front = front(losses)
    beside = np.flatnonzero(~on_front)
    shown = np.sort(np.concatenate([np.flatnonzero(on_front), _spread(beside, DOMINATED)]))
    reference = _worst(points)
    return {
        "total": len(points.numbers),
        "points": [
            {
                "number": int(points.numbers[i]),
                "x": float(points.values[i, 0]),
                "y": float(points.values[i, 1]),
                "feasible": bool(points.feasible[i]),
                "front": bool(on_front[i]),
            }
            for i in shown
        ],
        "reference": None if reference is None else (reference * points.signs).tolist(),
        "hypervolume": [] if reference is None else _growth(losses, reference),
    }


def _worst(points: Points) -> Array | None:
    """The worst that was seen of each metric within the limits: what the hypervolume reaches to."""
    seen = points.losses[points.feasible]
    return seen.max(axis=0) if len(seen) else None


def _growth(losses: Array, reference: Array) -> list[list[float]]:
    """How many trials had ended, and the hypervolume of the front that they made."""
    held, before, told = losses[:0], 0, []
    for count in _spread(np.arange(1, len(losses) + 1), MOMENTS).tolist():
        seen = np.concatenate([held, losses[before:count]])
        held, before = seen[front(seen)], count
        told.append([count, hypervolume(held, reference)])
    return told


def _spread(items: Array, most: int) -> Array:
    """At most so many of the items, evenly; the first and the last among them."""
    if len(items) <= most:
        return items
    chosen: Array = items[np.linspace(0, len(items) - 1, most).round().astype(int)]
    return chosen


@require_safe
def derivations(request: HttpRequest, pk: int) -> HttpResponse:
    """What the run's latest search that shares weights has derived, step by step."""
    found = visible_run(request, pk)
    rows = Derivation.objects.filter(trial__run=found)
    latest = rows.order_by("-trial__number").values_list("trial", flat=True).first()
    steps = list(rows.filter(trial=latest).order_by("step").values_list("step", flat=True))
    chosen = _spread(np.array(steps, int), MOMENTS).tolist()
    told = rows.filter(trial=latest, step__in=chosen).select_related("trial").order_by("step")
    return JsonResponse({"derivations": [_derivation(row) for row in told]})


def _derivation(row: Derivation) -> dict[str, Any]:
    return {
        "number": row.trial.number,
        "step": row.step,
        "genotype": row.genotype,
        "edge_weights": row.edge_weights,
    }


@require_safe
def insight(request: HttpRequest, pk: int) -> HttpResponse:
    """How the run's method thinks; with `?at=`, as it did when so many trials had ended. It may be null.

    The past stays as it is, so a browser may keep what it was told of it. `of` is how many have ended.
    """
    found = visible_run(request, pk)
    plan, problem = plan_of(found), problem_of(found)
    if plan.method.insight is None:
        return JsonResponse(None, safe=False)
    ends = list(_ends(found))
    at = _asked(request, len(ends))
    curves = plan.method.search is not None or bool(plan.method.needs)  # rungs are compared by them
    if at == len(ends):
        history = history_of(found, problem, curves=curves)
    else:
        seq = ends[at - 1] if at else ends[0] - 1
        history = history_at(found, problem, seq, curves=curves)
    searched = history.at_stage(Stage.SEARCH, Stage.EVALUATE)
    told = insights.to_json(plan.method.insight(problem, searched, plan.options))
    answer = JsonResponse({**told, "at": at, "of": len(ends)})
    if at < len(ends):
        patch_cache_control(answer, private=True, max_age=PAST_SECONDS)
    return answer


def _ends(run: Run) -> QuerySet[Event, int]:
    """The events in which trials ended, in their order; one that is tried again ends once more."""
    ended = [state.value for state in TrialState if state.is_final]
    moved = Event.objects.filter(run=run, type="moved", body__state__in=ended)
    return moved.order_by("seq").values_list("seq", flat=True)


def _asked(request: HttpRequest, ended: int) -> int:
    """After how many of the trials that have ended a page wants to see something; all if it does not say."""
    at = request.GET.get("at", str(ended))
    if not re.fullmatch("[0-9]{1,9}", at):
        raise Http404
    return min(int(at), ended)


@require_safe
def importance(request: HttpRequest, pk: int) -> HttpResponse:
    """Which hyper-parameters matter so far; no bars before enough trials have ended to tell."""
    found = visible_run(request, pk)
    problem = problem_of(found)
    history = history_of(found, problem).at_stage(Stage.SEARCH, Stage.EVALUATE)
    known = KINDS[found.dataset.kind].hyperparameters
    titles = {name: gettext(declared.title) for name, declared in known.items()}
    space = problem.space
    if view := view_of(problem):
        space, history = view.space, view.history(history)
        titles |= {name: translated(title) for name, title in view.titles.items()}
    bars = [
        {**asdict(told), "title": titles.get(told.name, told.name)}
        for told in importances(space, history)
    ]
    ended = len(history.finished())
    return JsonResponse({"ended": ended, "needed": NEEDED, "bars": bars})


@require_safe
def point(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """What a point of a figure is: the trial's values, its architecture, and its hyper-parameters."""
    found = visible_run(request, pk)
    row = get_object_or_404(found.trials, number=number)
    context = {"run": found, "trial": row, "config": differing(found, row)}
    return render(request, "runs/point.html", context)


def differing(run: Run, row: Trial) -> dict[str, Any]:
    """Of a trial's hyper-parameters those that the run does not fix."""
    document = run.space.get("training", run.space)
    fixed = {
        entry["name"]
        for entry in document.get("hyperparameters", ())
        if entry.get("type") == "constant"
    }
    return {name: value for name, value in row.config.items() if name not in fixed}
