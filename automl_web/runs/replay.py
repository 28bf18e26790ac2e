"""Proposals made again: a run's events tell what its method could see at any moment of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from automl_web.runs.earlier import earlier_of
from automl_web.runs.history import asked, known, outcome, plan_of, problem_of
from automl_web.runs.models import Event, Run, Trial
from search import history as library
from search.events import Derived, Reported, TrialCreated, TrialMoved, from_json
from search.events import Event as Story
from search.history import ASKED_BY, History, Stage, TrialState
from search.loop import next_proposal, trial_of
from search.method import Problem

FOLDED = ("created", "moved", "derived")


def history_at(run: Run, problem: Problem, seq: int, *, curves: bool = False) -> History:
    """The history as methods saw it after the event `seq`; as `history_of` if that is the latest."""
    fold = _Fold(problem, {row.number: row for row in Trial.objects.filter(run=run)})
    kinds = (*FOLDED, "reported") if curves else FOLDED
    for number, event in _told(run, seq, kinds):
        fold.apply(number, event)
    return History(fold.folded(), earlier_of(run, problem))


def _told(run: Run, upto: int, kinds: tuple[str, ...]) -> Iterator[tuple[int, Story]]:
    found = Event.objects.filter(run=run, seq__lte=upto, type__in=kinds).order_by("seq")
    for seq, body in found.values_list("seq", "body").iterator(chunk_size=2000):
        yield seq, from_json(body)


class _Fold:
    """The trials of a run as its events make them. What a trial asks for stands in its row, and stays."""

    def __init__(self, problem: Problem, rows: dict[int, Trial]) -> None:
        self.problem, self.rows = problem, rows
        self.trials: dict[int, library.Trial] = {}
        self.reports: dict[int, dict[int, dict[str, float]]] = defaultdict(dict)
        self.derived: dict[int, dict[int, Derived]] = defaultdict(dict)

    def apply(self, seq: int, event: Story) -> None:
        match event:
            case TrialCreated():
                self.trials[event.number] = asked(self.rows[event.number])
            case TrialMoved():
                state = TrialState(event.state)
                self.trials[event.number] = replace(
                    asked(self.rows[event.number]),
                    state=state,
                    attempt=event.attempt,
                    reason=event.reason,
                    **outcome(self.problem, state, event.values, event.cost, seq),
                )
            case Reported():
                _go_back(self.reports[event.number], event.steps[0])
                for place, step in enumerate(event.steps):
                    told = {name: curve[place] for name, curve in event.values.items()}
                    self.reports[event.number][step] = known(told)
            case Derived():
                _go_back(self.derived[event.number], event.step)
                self.derived[event.number][event.step] = event

    def folded(self) -> tuple[library.Trial, ...]:
        return tuple(self._whole(self.trials[n]) for n in sorted(self.trials))

    def _whole(self, trial: library.Trial) -> library.Trial:
        """The trial with its points, and what it has derived last."""
        derived = self.derived[trial.number]
        reports = []
        for step, values in sorted(self.reports[trial.number].items()):
            at = derived.get(step)
            genotype, weights = (at.genotype, at.edge_weights) if at else (None, None)
            reports.append(library.Report(step, values, genotype=genotype, edge_weights=weights))
        latest = derived[max(derived)].genotype if derived else None
        return replace(trial, reports=tuple(reports), derived=latest)


def _go_back(told: dict[int, Any], step: int) -> None:
    """Forget what was told from `step` on: a training that went back to a checkpoint tells it anew."""
    for later in [number for number in told if number >= step]:
        del told[later]


def seen_by(trial: Trial, problem: Problem, *, curves: bool = False) -> History:
    """What stood before the trial was proposed: its view, and what was proposed just before it."""
    history = history_at(trial.run, problem, trial.view, curves=curves)
    beside = trial.run.trials.filter(number__gt=len(history), number__lt=trial.number)
    fresh = (asked(row) for row in beside.order_by("number"))
    return replace(history, trials=(*history.trials, *fresh))


def replayed(trial: Trial) -> library.Trial | None:
    """What the method proposes if it is shown again what it saw then: the same trial, if it is pure.

    One that a person asked for is nobody's proposal, and given as it is.
    """
    if ASKED_BY in trial.memo:
        return asked(trial)
    plan, problem = plan_of(trial.run), problem_of(trial.run)
    if trial.stage == Stage.CONFIRM.value:
        plan = replace(plan, max_trials=0)  # as where the time is up: nothing else is asked for
    history = seen_by(trial, problem, curves=plan.method.curves)
    proposal = next_proposal(plan, problem, history)
    return None if proposal is None else trial_of(proposal, trial.number, trial.view)
