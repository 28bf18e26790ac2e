"""When a run will be done, told from its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.utils import timezone

from automl_web.compute.models import Device
from automl_web.runs.history import plan_of, problem_of
from automl_web.runs.models import Run, Trial
from automl_web.runs.schedule import is_alive
from search.eta import Piece, band
from search.history import Stage, TrialState

SEEN = 300
"""Latest trials that are looked at: enough for a rate, however long the run."""


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


def eta_of(run: Run) -> Eta | None:
    """The band of a run that searches; None for any other."""
    if run.state != Run.State.RUNNING:
        return None
    rows = list(run.trials.order_by("-number")[:SEEN])
    fidelities = {row.number: row.fidelity for row in rows}
    done = [piece for row in rows if (piece := _done(row, fidelities)) is not None]
    left = [*_open(rows, fidelities), *_to_come(run, rows, fidelities)]
    devices = Device.objects.filter(is_alive(), queue=run.queue).count()
    rng = np.random.default_rng([run.pk, run.seq])
    found = band(done, left, min(run.concurrency, max(1, devices)), rng)
    if found is None:
        return Eta()
    now = timezone.now()
    return Eta(*(now + timedelta(seconds=seconds) for seconds in found))


def _epochs(row: Trial, fidelities: Mapping[int, Mapping[str, float]]) -> float:
    """The epochs that a trial itself is to train: what its parent has trained, it need not."""
    planned = float(row.fidelity.get("epochs") or row.config.get("epochs") or 1)
    behind = fidelities.get(row.parent or 0, {}).get("epochs", 0)
    return max(1.0, planned - behind)


def _done(row: Trial, fidelities: Mapping[int, Mapping[str, float]]) -> Piece | None:
    """What a trial has trained; half a trial counts as half."""
    if not row.cost or not row.step:
        return None
    epochs = _epochs(row, fidelities)
    if row.state != TrialState.COMPLETE.value:
        behind = fidelities.get(row.parent or 0, {}).get("epochs", 0)
        epochs = min(epochs, max(1.0, row.step - behind))
    return Piece(row.stage, epochs, row.cost)


def _open(rows: Iterable[Trial], fidelities: Mapping[int, Mapping[str, float]]) -> list[Piece]:
    """What the trials that have not ended have still to train."""
    left = []
    for row in rows:
        if not TrialState(row.state).is_final:
            trained = _done(row, fidelities)
            epochs = _epochs(row, fidelities) - (trained.epochs if trained else 0)
            left.append(Piece(row.stage, max(0.5, epochs)))
    return left


def _to_come(
    run: Run, rows: list[Trial], fidelities: Mapping[int, Mapping[str, float]]
) -> list[Piece]:
    """Trials that do not exist yet: as the method plans them, or as those so far; then the last one."""
    plan, problem = plan_of(run), problem_of(run)
    method: Any = plan.method
    created = run.trials.exclude(stage=Stage.CONFIRM.value).count()
    if method.plan:
        epochs = list(method.plan(problem, plan.options))[created : run.max_trials]
    else:
        usual = [_epochs(row, fidelities) for row in rows] or [1.0]
        epochs = [sum(usual) / len(usual)] * (run.max_trials - created)
    stage = Stage.EVALUATE if method.search and created else Stage.SEARCH
    pieces = [Piece(stage.value, each) for each in epochs]
    if any(row.stage == Stage.CONFIRM.value for row in rows):
        return pieces
    longest = max(
        (float(row.fidelity.get("epochs") or row.config.get("epochs") or 1) for row in rows),
        default=1.0,
    )
    return [*pieces, Piece(Stage.CONFIRM.value, longest)]
