"""One trial from claim to end: the runner trains, this side beats, records and looks for a cancel."""

from __future__ import annotations

import logging
import time
from collections import deque
from pathlib import Path
from typing import Any

from django.conf import settings

from automl_web.runs.history import checkpoint_of, problem_of
from automl_web.runs.models import Trial
from automl_web.runs.record import (
    Claim,
    Progress,
    beat,
    finish,
    record,
    wish,
)
from automl_web.runs.runner import Ended, Line, Reply, Runner, Said
from automl_web.runs.steer import pause_queue
from automl_web.runs.verdict import (
    Reached,
    Verdict,
    of_death,
    of_failure,
    reached,
    reason_of_exit,
)
from search.checkpoints import prune
from search.history import EdgeWeights, Stage, TrialState
from search.loop import trial_seed
from search.methods import METHODS

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds between looks for a cancel
RECORD_EVERY = 0.25  # seconds that reports are gathered before they are written
COUNT_EVERY = 5.0  # seconds between counts of the processes that training has started
MOST_PROCESSES = 64
LOG_LINES = 2_000  # of a trial's log that are streamed


class Attendance:
    """The supervision of one claimed trial."""

    def __init__(self, claim: Claim, runner: Runner) -> None:
        self.claim = claim
        self.runner = runner
        self.trial = Trial.objects.select_related("run__dataset", "run__queue").get(
            pk=claim.trial_id
        )
        self.began = time.monotonic()
        self.reports: list[tuple[int, dict[str, float | None]]] = []
        self.lines: list[str] = []
        self.checkpoint = ""
        self.costs: dict[str, float] = {}
        self.derived: list[tuple[int, str, EdgeWeights | None]] = []
        self.last_values: dict[str, float | None] = dict(self.trial.values)
        self.streamed = 0
        self.unwritten: list[str] = []
        self.printed: deque[str] = deque(maxlen=200)
        self.progressed = self.counted = self.began
        self.longest = 0.0  # seconds between two reports

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
                if fault := self._fault(now):
                    return self._give_up(fault)

    def _gathering(self, recorded: float) -> float:
        """Seconds until what has been gathered is due."""
        due = recorded + RECORD_EVERY - time.monotonic()
        return max(due, 0) if self._has_news() else LOOK_EVERY

    def _has_news(self) -> bool:
        return bool(self.reports or self.costs or self.lines or self.unwritten or self.checkpoint)

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
                "objectives": run.objectives,
                "limits": run.limits,
            },
            "method": {"name": run.method, "options": run.options},
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
                "parts": trial.parts,
            },
        }

    def _hear(self, said: Said) -> Reply | Ended | None:
        """Take note of what the runner said; give it back if it ends the training."""
        match said:
            case Line(text):
                self._hear_line(text)
            case Reply({"type": "report"} as body):
                self._progress()
                self._hear_report(body)
            case Reply({"type": "done" | "failed"}) | Ended():
                return said
        return None

    def _hear_report(self, body: dict[str, Any]) -> None:
        self.costs = body["costs"]
        self.last_values = {**self.costs, **body["values"]}
        if body["step"]:  # which may be told again, when more of it is behind
            earlier = [(step, values) for step, values in self.reports if step < body["step"]]
            self.reports = [*earlier, (body["step"], body["values"])]
        if body["genotype"]:
            self.derived.append((body["step"], body["genotype"], body["edge_weights"]))
        self.checkpoint = body["checkpoint"] or self.checkpoint

    def _hear_line(self, text: str) -> None:
        self.printed.append(text)
        self.unwritten.append(text)
        if self.streamed < LOG_LINES:
            self.lines.append(text)
            self.streamed += 1

    def _progress(self) -> None:
        now = time.monotonic()
        self.longest = max(self.longest, now - self.progressed)
        self.progressed = now

    def _fault(self, now: float) -> str:
        """What a training does that it should not: stand still, or breed."""
        if now - self.progressed > max(settings.PATIENCE_SECONDS, 10 * self.longest):
            return "hung"
        if now - self.counted >= COUNT_EVERY:
            self.counted = now
            if len(self.runner.children()) > MOST_PROCESSES:
                return "too_many_processes"
        return ""

    def _record(self) -> None:
        self._write_log()
        if self.reports or self.costs or self.lines or self.checkpoint:
            progress = Progress(self.reports, self.lines, self.checkpoint, self.costs, self.derived)
            record(self.claim, progress, self.seconds)
            if self.checkpoint:
                prune(Path(self.checkpoint))
        self.reports, self.lines, self.checkpoint = [], [], ""
        self.costs, self.derived = {}, []

    def _write_log(self) -> None:
        """Keep what was printed; a log that cannot be written ends no training."""
        try:
            with log_path(self.trial).open("a", encoding="utf-8") as file:
                file.write("".join(line + "\n" for line in self.unwritten))
        except OSError as error:
            log.warning("the log of trial %s was not written: %s", self.trial.pk, error)
        self.unwritten = []

    def _reached(self) -> Reached:
        values = {name: value for name, value in self.last_values.items() if value is not None}
        return reached(problem_of(self.trial.run), Stage(self.trial.stage), values)

    def _end(self, ended: Reply | Ended) -> bool:
        match ended:
            case Reply({"type": "done"}):
                self._complete()
                return not self.runner.children()  # what training left behind ends with the runner
            case Reply(body):
                self.judge(of_failure(body["reason"], self.trial.parts), body["detail"])
            case Ended(code):
                reason = reason_of_exit(code)
                verdict = of_death(reason, self.claim.attempt, self.trial.parts)
                self.judge(verdict, f"exit code {code}")
        return False

    def _complete(self) -> None:
        found = self._reached()
        if found.counts or self._searched():
            self._finish(TrialState.COMPLETE, loss=found.loss, reason=found.reason)
        else:
            self._finish(TrialState.FAILED, reason="no_value")

    def _searched(self) -> bool:
        """Whether it was a method's own search, which finds something to train and needs no score itself."""
        is_own = METHODS[self.trial.run.method].search is not None
        return is_own and self.trial.stage == Stage.SEARCH and bool(self.last_values)

    def _give_up(self, fault: str) -> bool:
        self.runner.stop()
        self.judge(of_death(fault, self.claim.attempt, self.trial.parts))
        return False

    def judge(self, verdict: Verdict, detail: str = "") -> None:
        detail = "\n".join([detail, *self.printed])
        fields = {"crashed": verdict.crashed, "parts": verdict.parts, "detail": detail}
        self._finish(verdict.state, reason=verdict.reason, **fields)
        if verdict.pauses_queue:
            pause_queue(self.trial.run.queue, verdict.reason)

    def _wish(self) -> Trial.Wish:
        """What a person, the queue or the clock asks for."""
        limit = self.trial.run.trial_minutes
        if limit is not None and self.claim.cost + self.seconds > 60 * limit:
            return Trial.Wish.TIME
        return wish(self.claim)

    def _obey(self, asked: Trial.Wish) -> bool:
        """End the training as asked: a stop keeps what was reached, a cancel does not."""
        self.runner.stop()
        found = self._reached()
        counts = found.counts or self.trial.derivations.exists()
        if asked is Trial.Wish.GIVE_BACK:
            self._finish(TrialState.WAITING, reason="given_back")
        elif asked is Trial.Wish.CANCEL or not counts:
            self._finish(TrialState.CANCELLED, reason="cancelled")
        else:
            reason = "time_is_up" if asked is Trial.Wish.TIME else "stopped_by_person"
            self._finish(TrialState.STOPPED, loss=found.loss, reason=found.reason or reason)
        return False

    def _finish(self, state: TrialState, **fields: Any) -> None:
        finish(self.claim, state, seconds=self.seconds, **fields)


def log_path(trial: Trial) -> Path:
    return trial.folder / "log.txt"
