"""One trial from claim to end: the runner trains, this side beats, records and looks for a cancel."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from automl_web.compute.models import Device
from automl_web.runs.history import checkpoint_of, problem_of
from automl_web.runs.models import Run, Trial
from automl_web.runs.record import (
    Claim,
    LeaseLostError,
    Progress,
    beat,
    finish,
    record,
    wish,
)
from automl_web.runs.runner import Ended, Line, Reply, Runner, Said
from search.history import Stage, TrialState
from search.loop import trial_seed

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds between looks for a cancel
RECORD_EVERY = 0.25  # seconds that reports are gathered before they are written
MAX_ATTEMPTS = 3
LOG_BYTES = 5_000_000  # of a trial's log that are kept on disk
LOG_LINES = 2_000  # of a trial's log that are streamed


class Attendance:
    """The supervision of one claimed trial."""

    def __init__(self, claim: Claim, runner: Runner) -> None:
        self.claim = claim
        self.runner = runner
        self.trial = Trial.objects.select_related("run__dataset").get(pk=claim.trial_id)
        self.began = time.monotonic()
        self.reports: list[tuple[int, dict[str, float | None]]] = []
        self.lines: list[str] = []
        self.checkpoint = ""
        self.last_values: dict[str, float | None] = dict(self.trial.values)
        self.streamed = 0
        self.printed: list[str] = []

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def attend(self) -> bool:
        """Train the trial to its end. True if the runner may be used again.

        Raises LeaseLostError when somebody else owns the trial; the runner must then be stopped.
        """
        self.runner.send(self._request())
        recorded = beaten = looked = time.monotonic()
        while True:
            said = self.runner.next(min(LOOK_EVERY, self._gathering(recorded)))
            ended = self._hear(said) if said else None
            now = time.monotonic()
            if ended or (self._has_news() and now - recorded >= RECORD_EVERY):
                self._record()
                recorded = beaten = now
            if ended:
                return self._end(ended)
            if now - beaten >= settings.LEASE_SECONDS / 3:
                beat(self.claim)
                beaten = now
            if now - looked >= LOOK_EVERY:
                looked = now
                if asked := self._wish():
                    return self._obey(asked)

    def _gathering(self, recorded: float) -> float:
        """Seconds until what has been gathered is due."""
        due = recorded + RECORD_EVERY - time.monotonic()
        return max(due, 0) if self._has_news() else LOOK_EVERY

    def _has_news(self) -> bool:
        return bool(self.reports or self.lines or self.checkpoint)

    def _request(self) -> dict[str, Any]:
        run, trial = self.trial.run, self.trial
        workdir = trial.folder / str(self.claim.fence)  # no two owners write to one folder
        workdir.mkdir(parents=True, exist_ok=True)
        resume = checkpoint_of(trial)
        return {
            "problem": {
                "kind": run.dataset.kind,
                "space": run.space,
                "data": str(run.dataset.folder),
            },
            "trial": {
                "number": trial.number,
                "config": trial.config,
                "genotype": trial.genotype,
                "stage": trial.stage,
                "fidelity": trial.fidelity,
            },
            "context": {
                "seed": trial_seed(run.seed, trial.number),
                "workdir": str(workdir),
                "device": self.runner.device,
                "resume": str(resume) if resume else None,
            },
        }

    def _hear(self, said: Said) -> Reply | Ended | None:
        """Take note of what the runner said; give it back if it ends the training."""
        match said:
            case Line(text):
                self._hear_line(text)
            case Reply({"type": "report"} as body):
                self.last_values = body["values"]
                if body["step"]:
                    self.reports.append((body["step"], body["values"]))
                self.checkpoint = body["checkpoint"] or self.checkpoint
            case Reply({"type": "done" | "failed"}) | Ended():
                return said
        return None

    def _hear_line(self, text: str) -> None:
        self.printed = [*self.printed[-200:], text]
        if self.streamed < LOG_LINES:
            self.lines.append(text)
            self.streamed += 1
        path = log_path(self.trial)
        if not path.exists() or path.stat().st_size < LOG_BYTES:
            with path.open("a", encoding="utf-8") as file:
                file.write(text + "\n")

    def _record(self) -> None:
        if not self._has_news():
            return
        record(self.claim, Progress(self.reports, self.lines, self.checkpoint), self.seconds)
        self.reports, self.lines, self.checkpoint = [], [], ""

    def _loss(self) -> float | None:
        values = {name: value for name, value in self.last_values.items() if value is not None}
        objective = problem_of(self.trial.run).objective
        return objective.loss(values) if objective.name in values else None

    def _end(self, ended: Reply | Ended) -> bool:
        match ended:
            case Reply({"type": "done"}):
                loss = self._loss()
                if loss is None and self.trial.stage != Stage.CONFIRM:
                    self._finish(TrialState.FAILED, reason="no_value")
                else:  # a confirming trial has trained on the validation data, so it has no such score
                    self._finish(TrialState.COMPLETE, loss=loss)
                return True
            case Reply(body):
                self._finish(TrialState.FAILED, reason=body["reason"], detail=body["detail"])
            case Ended(code):
                again = self.claim.attempt < MAX_ATTEMPTS
                state = TrialState.WAITING if again else TrialState.FAILED
                detail = "\n".join([f"exit code {code}", *self.printed])
                reason = "killed" if code < 0 else "exited"
                self._finish(state, reason=reason, detail=detail, crashed=True)
        return False

    def _wish(self) -> Trial.Wish:
        """What a person, the queue or the clock asks for."""
        limit = self.trial.run.trial_minutes
        if limit is not None and self.claim.cost + self.seconds > 60 * limit:
            return Trial.Wish.TIME
        return wish(self.claim)

    def _obey(self, asked: Trial.Wish) -> bool:
        """End the training as asked: a stop keeps what was reached, a cancel does not."""
        self.runner.stop()
        loss = self._loss()
        if asked is Trial.Wish.GIVE_BACK:
            self._finish(TrialState.WAITING, reason="given_back")
        elif asked is Trial.Wish.CANCEL or loss is None:
            self._finish(TrialState.CANCELLED, reason="cancelled")
        else:
            reason = "time_is_up" if asked is Trial.Wish.TIME else "stopped_by_person"
            self._finish(TrialState.STOPPED, loss=loss, reason=reason)
        return False

    def _finish(self, state: TrialState, **fields: Any) -> None:
        finish(self.claim, state, seconds=self.seconds, **fields)


def log_path(trial: Trial) -> Path:
    return trial.folder / "log.txt"


class Slot:
    """One device of this process and the runner that stays warm on it from trial to trial."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.runner: Runner | None = None

    def train(self, claim: Claim) -> None:
        """Work on a claimed trial until it ends or somebody else owns it."""
        runner = self._runner_for(claim)
        reusable = False
        try:
            reusable = Attendance(claim, runner).attend()
        except LeaseLostError:
            log.warning("trial %s of run %s is somebody else's now", claim.number, claim.run_id)
        finally:
            if not reusable:
                self.stop()

    def _runner_for(self, claim: Claim) -> Runner:
        """The warm runner, or a new one: tenants never share a process."""
        project = Run.objects.values_list("project_id", flat=True).get(pk=claim.run_id)
        runner = self.runner
        if runner is None or runner.project != project or not runner.is_alive():
            self.stop()
            self.runner = runner = Runner(self.device.address, project)
        return runner

    def stop(self) -> None:
        if self.runner is not None:
            self.runner.stop()
            self.runner = None
