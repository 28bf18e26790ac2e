"""When runs will be done, told from their rows: a few queries, however many runs are asked about."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from automl_web.compute.models import Device
from automl_web.runs.history import plan_of, problem_of
from automl_web.runs.models import Run, Trial
from automl_web.runs.schedule import is_alive
from search.eta import Piece, band
from search.history import Stage, TrialState
from search.problems import KINDS
from search.rungs import EPOCHS, FRACTION
from search.training.fidelity import FOLDS

SEEN = 300
"""Latest trials of a run that are looked at: enough for a rate, however long the run."""

LOOKED_AT = ("run_id", "number", "stage", "state", "step", "cost", "fidelity", "config", "parent")


@dataclass(frozen=True)
class Eta:
    """The band in which a run ends; `is_known` only once something has been trained."""

    earliest: datetime | None = None
    latest: datetime | None = None

    @property
    def is_known(self) -> bool:
        return self.latest is not None

    @property
    def is_soon(self) -> bool:
        """Whether it ends within a minute, so that clock times would say nothing."""
        return self.latest is not None and self.latest < timezone.now() + timedelta(minutes=1)

    @property
    def is_today(self) -> bool:
        """Whether clock times alone say when."""
        if self.latest is None:
            return False
        return timezone.localdate(self.latest) == timezone.localdate()


def eta_of(run: Run) -> Eta | None:
    """The band of a run that searches; None for any other."""
    return etas([run]).get(run.pk)


def etas(runs: Iterable[Run]) -> dict[int, Eta]:
    """The bands of those runs that search, by their keys; four queries, or none if none searches."""
    asked = [run.pk for run in runs if run.state == Run.State.RUNNING]
    if not asked:
        return {}
    found = Run.objects.filter(pk__in=asked).select_related("dataset")
    rows = _rows_of(asked)
    devices = Counter(Device.objects.filter(is_alive()).values_list("queue_id", flat=True))
    searching = Run.objects.filter(state=Run.State.RUNNING).values_list("queue_id", flat=True)
    rivals = Counter(searching)

    def share(queue: int) -> float:
        return max(1, devices[queue]) / max(1, rivals[queue])

    return {run.pk: _eta(run, rows[run.pk], share(run.queue_id)) for run in found}


def _rows_of(asked: Sequence[int]) -> Mapping[int, list[Trial]]:
    """The latest trials of each run, in their order."""
    behind = Window(RowNumber(), partition_by=F("run_id"), order_by=F("number").desc())
    latest = Trial.objects.filter(run__in=asked).annotate(behind=behind).filter(behind__lte=SEEN)
    found: dict[int, list[Trial]] = defaultdict(list)
    for row in latest.only(*LOOKED_AT).order_by("run_id", "number"):
        found[row.run_id].append(row)
    return found


def _eta(run: Run, rows: Sequence[Trial], share: float) -> Eta:
    """The band of a run that has `share` devices of its queue to itself, as they are shared out fairly."""
    progress = _Progress(run, rows)
    rng = np.random.default_rng([run.pk, run.seq])
    found = band(progress.done(), progress.left(), min(float(run.concurrency), share), rng)
    if found is None:
        return Eta()
    now = timezone.now()
    earliest, latest = (now + timedelta(seconds=seconds) for seconds in found)
    if run.deadline is not None:
        return Eta(min(earliest, run.deadline), min(latest, run.deadline))
    return Eta(earliest, latest)


class _Progress:
    """What a run has trained, and what it has still to train, in the order of time.

    It is counted in epochs on all training data or, where some models know none, in whole trainings.
    """

    def __init__(self, run: Run, rows: Sequence[Trial]) -> None:
        self.run, self.rows = run, rows
        self.plan, self.problem = plan_of(run), problem_of(run)
        self.in_epochs = self.problem.fidelity(EPOCHS) is not None
        self.fidelities = {row.number: row.fidelity for row in rows}

    def done(self) -> list[Piece]:
        return [piece for row in self.rows if (piece := self._trained(row)) is not None]

    def left(self) -> list[Piece]:
        """What the open trials lack, then trials that do not exist yet, then the confirming one."""
        pieces = [self._rest(row) for row in self.rows if not TrialState(row.state).is_final]
        if any(row.stage == Stage.CONFIRM.value for row in self.rows):
            return pieces
        created = self.rows[-1].number if self.rows else 0
        to_come = [Piece(self._stage(n), epochs) for n, epochs in enumerate(self._planned_epochs())]
        confirming = Piece(Stage.CONFIRM.value, self._longest(to_come))
        return [*pieces, *to_come[created : self.run.max_trials], confirming]

    def _longest(self, planned: Sequence[Piece]) -> float:
        """The confirming trial: as long as the trainings that go furthest, once and on all data."""
        if not self.in_epochs:
            return 1 / _folds(self.problem.space.default())
        ends = [self._end(row) for row in self.rows if not self._shares(row)]
        first = 1 if self.plan.method.search else 0
        return max([*ends, *(piece.epochs for piece in planned[first:])], default=1.0)

    def _trained(self, row: Trial) -> Piece | None:
        """What a trial has trained itself; half a trial counts as half.

        A first epoch may be told while it is on its way: it says nothing until the trial goes on.
        """
        done = row.step - self._behind(row)
        is_first = row.state == TrialState.RUNNING.value and done <= 1
        if not row.cost or not row.step or is_first:
            return None
        return Piece(row.stage, max(1.0, done) * self._step(row), row.cost)

    def _rest(self, row: Trial) -> Piece:
        """What an open trial lacks; one that runs is half a step further than it has told."""
        trained, half = self._trained(row), 0.5 * self._step(row)
        since = half if row.state == TrialState.RUNNING.value else 0.0
        left = self._own(row) - (trained.epochs if trained else 0.0) - since
        return Piece(row.stage, max(half, left))

    def _own(self, row: Trial) -> float:
        """What a trial itself is to train."""
        return self._steps(row) * self._step(row)

    def _step(self, row: Trial) -> float:
        """How much one step of a trial trains."""
        return _part(row) / (1.0 if self.in_epochs else self._steps(row))

    def _steps(self, row: Trial) -> float:
        """The steps that a trial itself tells: its folds, else the epochs that its parent has not trained."""
        folds = 1 if row.stage == Stage.CONFIRM.value else _folds(row.config)
        if folds > 1:
            return float(row.fidelity.get(FOLDS, folds))
        return max(1.0, self._end(row) - self._behind(row))

    def _end(self, row: Trial) -> float:
        """Epochs at which a trial ends: the smaller of fidelity and config, but a method's own search."""
        epochs = self._epochs(row.config)
        fidelity = row.fidelity.get(EPOCHS)
        if fidelity is None:
            return epochs
        return float(fidelity) if self._shares(row) else min(epochs, float(fidelity))

    def _epochs(self, config: Mapping[str, Any]) -> float:
        """Epochs of a config's plan: the usual ones if it has none, and one of a model without epochs."""
        known = KINDS[self.run.dataset.kind].hyperparameters.get(EPOCHS)
        if known is None or (known.when and config.get(known.when[0]) not in known.when[1:]):
            return 1.0
        return float(config.get(EPOCHS) or known.default)

    def _shares(self, row: Trial) -> bool:
        """Whether a trial is the method's own search, in which networks share their weights."""
        return self.plan.method.search is not None and row.stage == Stage.SEARCH.value

    def _behind(self, row: Trial) -> float:
        """Epochs that a trial need not train, because its parent has."""
        return float(self.fidelities.get(row.parent or 0, {}).get(EPOCHS, 0))

    def _stage(self, number: int) -> str:
        evaluates = self.plan.method.search and number
        return Stage.EVALUATE.value if evaluates else Stage.SEARCH.value

    def _planned_epochs(self) -> Sequence[float]:
        """Of each trial of the search, also of those that have been: as planned, else as those."""
        if self.plan.method.plan:
            return self.plan.method.plan(self.problem, self.plan.options)
        usual = [self._own(row) for row in self.rows] or [1.0]
        return [sum(usual) / len(usual)] * self.run.max_trials


def _part(row: Trial) -> float:
    """The share of the training data, or of the folds, that a trial has: it is so much shorter."""
    folds = _folds(row.config)
    return float(row.fidelity.get(FRACTION, 1) * row.fidelity.get(FOLDS, folds) / folds)


def _folds(config: Mapping[str, Any]) -> int:
    """How often a config is trained, each time on another part of the data."""
    return int(config.get("folds") or 1)
