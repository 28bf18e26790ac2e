"""From rows to what the search library works with: plan, problem, history."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from automl_web.runs.models import Report, Run, Trial
from search import history as library
from search.history import Candidate, History, Stage, TrialState
from search.loop import Plan
from search.message import Message
from search.method import Problem
from search.methods import METHODS
from search.options import parse
from search.problems import PROBLEMS
from search.space import Space


def plan_of(run: Run) -> Plan:
    method = METHODS[run.method]
    return Plan(method, parse(method.options, run.options), run.seed, run.max_trials)


def problem_of(run: Run) -> Problem:
    return PROBLEMS[run.dataset.kind](Space.from_json(run.space), run.dataset.folder)


def history_of(run: Run, problem: Problem) -> History:
    """All trials of the run as the methods see them, with their reports."""
    reports: dict[int, list[library.Report]] = defaultdict(list)
    for row in Report.objects.filter(trial__run=run).order_by("trial_id", "step"):
        reports[row.trial_id].append(library.Report(row.step, row.values))
    trials = Trial.objects.filter(run=run).order_by("number")
    return History(tuple(_trial(row, tuple(reports[row.pk]), problem) for row in trials))


def _trial(row: Trial, reports: tuple[library.Report, ...], problem: Problem) -> library.Trial:
    return library.Trial(
        number=row.number,
        candidate=Candidate(row.config, row.genotype),
        stage=Stage(row.stage),
        state=TrialState(row.state),
        fidelity=row.fidelity,
        parent=row.parent,
        attempt=row.attempt,
        cost=row.cost,
        reason=row.reason,
        view=row.view,
        why=message_of(row.why),
        memo=row.memo,
        reports=reports,
        values=row.values,
        losses=problem.losses(row.values),
    )


def message_of(document: dict[str, Any]) -> Message:
    return Message(document.get("text", ""), document.get("values", {}))


def checkpoint_of(trial: Trial) -> Path | None:
    """Where the trial goes on from: its own checkpoint, else the one of the trial it continues."""
    if trial.checkpoint:
        return Path(trial.checkpoint)
    if trial.parent is None:
        return None
    parent = Trial.objects.get(run_id=trial.run_id, number=trial.parent)
    return Path(parent.checkpoint) if parent.checkpoint else None
