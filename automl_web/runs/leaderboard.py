"""The best trials of a run: those trained furthest first, and whoever scored better with less."""

from __future__ import annotations

from django.db.models import QuerySet

from automl_web.runs.models import Run, Trial
from search.history import KEPT, Stage, TrialState
from search.method import Objective
from search.metrics import METRICS, on_test

LEADERS = 5


def leaderboard(run: Run) -> dict[str, object]:
    """What the leaderboard shows: the leaders, their figures, and the rival of the first."""
    leaders = _leaders(run)
    name = run.objectives[0]
    return {
        "leaders": leaders,
        "columns": _columns(run),
        "rival": _rival(run, leaders),
        "objective": Objective(name, METRICS[name].maximise),
    }


def _columns(run: Run) -> list[str]:
    """The figures of the leaderboard: the objectives, the usual one, that on test data, and costs."""
    usual, *others = run.dataset.metrics
    costs = [name for name in others if not name.startswith("val_")]
    return list(dict.fromkeys([*run.objectives, usual, on_test(usual), *costs]))


def _searched(run: Run, *states: TrialState) -> QuerySet[Trial]:
    """Trials of the search in these states that rank: one beyond a limit, or of a supernet, has no loss."""
    searched = Trial.objects.filter(run=run, loss__isnull=False).exclude(stage=Stage.CONFIRM.value)
    return searched.filter(state__in=[state.value for state in states])


def _leaders(run: Run) -> list[Trial]:
    """The confirmed trial, then the best complete ones: those trained furthest first, then by loss."""
    searched = _searched(run, TrialState.COMPLETE)
    fidelities = searched.order_by().values_list("fidelity", flat=True).distinct()  # few: the rungs
    confirmed = Trial.objects.filter(run=run, stage=Stage.CONFIRM.value)
    rows = list(confirmed.filter(state=TrialState.COMPLETE.value)[:1])
    shown = len(rows) + LEADERS
    for fidelity in sorted(fidelities, key=lambda f: min(f.values(), default=1e9), reverse=True):
        reached = searched.filter(fidelity=fidelity).order_by("loss", "number")
        rows += reached[: shown - len(rows)]
    return rows


def _rival(run: Run, leaders: list[Trial]) -> Trial | None:
    """The best at any length of training, where it is another than the best of those trained furthest."""
    first = next((row for row in leaders if row.stage != Stage.CONFIRM.value), None)
    if first is None:
        return None
    better = _searched(run, *KEPT).filter(loss__lt=first.loss)
    return better.order_by("loss", "number").first()
