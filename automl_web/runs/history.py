"""From rows to what the search library works with: plan, problem, history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from automl_web.runs.earlier import earlier_of
from automl_web.runs.models import Derivation, Report, Run, Trial
from search import history as library
from search.history import KEPT, Candidate, History, Stage, TrialState
from search.loop import Plan
from search.message import Message
from search.method import Problem
from search.methods import METHODS
from search.options import parse
from search.problems import KINDS


def plan_of(run: Run) -> Plan:
    method = METHODS[run.method]
    first = tuple(Candidate(given["config"], given["genotype"]) for given in run.first)
    return Plan(method, parse(method.options, run.options), run.seed, run.max_trials, first)


def problem_of(run: Run) -> Problem:
    kind = KINDS[run.dataset.kind]
    return kind.problem(run.space, run.dataset.folder, run.objectives, run.limits)


def history_of(run: Run, problem: Problem, *, curves: bool = False) -> History:
    """All trials of the run as the methods see them, with their reports if `curves` asks for them.

    Of ten thousand trials the reports are half a million rows, and few methods read them. To be
    read in one moment with `run.seq`, so that `replay.history_at` gives the same.
    """
    derived = _derivations(run)
    reports = _reports(run, derived) if curves else {}
    trials = Trial.objects.filter(run=run).order_by("number")
    return History(
        tuple(
            _trial(row, tuple(reports.get(row.pk, ())), derived.get(row.pk, {}), problem)
            for row in trials
        ),
        earlier_of(run, problem),
    )


def _derivations(run: Run) -> dict[int, dict[int, Derivation]]:
    """Of each trial that shares weights what it derived, by step."""
    found: dict[int, dict[int, Derivation]] = defaultdict(dict)
    for row in Derivation.objects.filter(trial__run=run).order_by("trial_id", "step"):
        found[row.trial_id][row.step] = row
    return found


def _reports(
    run: Run, derived: Mapping[int, Mapping[int, Derivation]]
) -> dict[int, list[library.Report]]:
    reports: dict[int, list[library.Report]] = defaultdict(list)
    for row in Report.objects.filter(trial__run=run).order_by("trial_id", "step"):
        found = derived.get(row.trial_id, {}).get(row.step)
        genotype = found.genotype if found else None
        weights = found.edge_weights if found else None
        told = library.Report(row.step, known(row.values), genotype=genotype, edge_weights=weights)
        reports[row.trial_id].append(told)
    return reports


def asked(row: Trial) -> library.Trial:
    """The trial as it was proposed, and as it waits."""
    return library.Trial(
        number=row.number,
        candidate=Candidate(row.config, row.genotype),
        stage=Stage(row.stage),
        fidelity=row.fidelity,
        parent=row.parent,
        view=row.view,
        why=message_of(row.why),
        memo=row.memo,
    )


def _trial(
    row: Trial,
    reports: tuple[library.Report, ...],
    derived: Mapping[int, Derivation],
    problem: Problem,
) -> library.Trial:
    state = TrialState(row.state)
    return replace(
        asked(row),
        state=state,
        attempt=row.attempt,
        reason=row.reason,
        reports=reports,
        derived=derived[max(derived)].genotype if derived else None,
        **outcome(problem, state, row.values, row.cost, row.finished_seq),
    )


def outcome(
    problem: Problem,
    state: TrialState,
    values: Mapping[str, float],
    cost: float,
    ended: int | None,
) -> dict[str, Any]:
    """What methods see of how a trial ended: nothing while it is open, no loss where none counts."""
    if not state.is_final:
        return {}
    losses = problem.losses(values) if state in KEPT else ()
    return {"values": values, "losses": losses, "cost": cost, "ended": ended or 0}


def known(values: Mapping[str, float | None]) -> dict[str, float]:
    """The values that were measured."""
    return {name: value for name, value in values.items() if value is not None}


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
