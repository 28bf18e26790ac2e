"""A state machine that does to a run whatever can be done to it, in any order, and checks every move."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from automl_web.compute.models import Device, Queue
from automl_web.runs import schedule, steer
from automl_web.runs.live import snapshot
from automl_web.runs.models import ConflictError, Event, Run, Trial
from automl_web.runs.record import Claim, LeaseLostError, Progress, beat, finish, record, wish
from automl_web.runs.start import start_run
from search.events import TrialCreated, TrialMoved, from_json
from search.history import TrialState
from search.state import fold

STEPS = 50  # of one example at most; some end earlier
EXAMPLES = int(os.environ.get("AUTOML_TEST_EXAMPLES", "460"))  # more than 20,000 steps together
SPACE = {
    "hyperparameters": [
        {
            "type": "uniform_float",
            "name": "x",
            "lower": 0.0,
            "upper": 1.0,
            "default_value": 0.5,
            "log": False,
        }
    ],
    "conditions": [],
    "forbiddens": [],
    "format_version": 0.4,
}


pytestmark = pytest.mark.usefixtures("unmeasured")


class RunMachine(RuleBasedStateMachine):
    """Two devices, one Hyperband run, and people who press every button."""

    version = None  # a dataset version, set by the test
    steps = 0

    def __init__(self):
        super().__init__()
        self.example = transaction.atomic()  # taken back at the end, so that examples are alone
        self.example.__enter__()
        queue = Queue.objects.get(name="cpu")
        self.devices = list(Device.objects.filter(queue=queue).order_by("pk"))
        self.run = start_run(
            self.version.dataset.project,
            None,
            self.version,
            name="A run",
            method="hyperband",
            options={"eta": 2, "max_epochs": 4},
            seed=1,
            max_trials=12,
            concurrency=3,
            queue=queue,
            space=SPACE,
        )
        self.held: dict[int, Claim] = {}  # by trial number
        self.stale: list[Claim] = []

    def fresh(self):
        return Run.objects.select_related("queue").get(pk=self.run.pk)

    def trial(self, data, states):
        found = list(self.run.trials.filter(state__in=states).order_by("number"))
        if not found:
            return None
        chosen = data.draw(st.integers(0, len(found) - 1))
        return Trial.objects.select_related("run__queue").get(pk=found[chosen].pk)

    def draw_held(self, data):
        numbers = sorted(self.held)
        return self.held[numbers[data.draw(st.integers(0, len(numbers) - 1))]]

    def let_go(self, claim):
        self.stale.append(self.held.pop(claim.number))

    # What the system does

    @rule()
    def advance(self):
        schedule.advance(self.run.pk)

    @rule(index=st.integers(0, 1))
    def claim(self, index):
        busy = Trial.objects.filter(device=self.devices[index], state="running").exists()
        taken = schedule.claim("cpu", self.devices[index])
        if taken is not None:
            assert not busy
            assert taken.number not in self.held
            self.held[taken.number] = taken

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def report(self, data):
        claim = self.draw_held(data)
        step = Trial.objects.get(pk=claim.trial_id).step + 1
        record(claim, Progress([(step, {"val_accuracy": step / 10})], [], f"/{step}"), seconds=1)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def beat(self, data):
        beat(self.draw_held(data))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), outcome=st.sampled_from(["complete", "failed", "crashed"]))
    def finish(self, data, outcome):
        claim = self.draw_held(data)
        if outcome == "crashed":
            finish(claim, TrialState.WAITING, seconds=1, reason="killed", crashed=True)
        elif outcome == "failed":
            finish(claim, TrialState.FAILED, seconds=1, reason="exception")
        else:
            loss = -data.draw(st.integers(0, 9)) / 10
            finish(claim, TrialState.COMPLETE, seconds=1, loss=loss)
        self.let_go(claim)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def look(self, data):
        claim = self.draw_held(data)
        asked = wish(claim)
        if asked is Trial.Wish.NONE:
            return
        state = {
            Trial.Wish.GIVE_BACK: TrialState.WAITING,
            Trial.Wish.CANCEL: TrialState.CANCELLED,
        }.get(asked, TrialState.STOPPED)
        finish(claim, state, seconds=1, loss=-0.1 if state is TrialState.STOPPED else None)
        self.let_go(claim)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def lose(self, data):
        """A worker goes silent past its lease."""
        claim = self.draw_held(data)
        past = Now() - timedelta(seconds=1)
        Trial.objects.filter(pk=claim.trial_id).update(lease_until=past)
        schedule.reap()
        self.let_go(claim)

    @rule()
    def reap(self):
        schedule.reap()

    @precondition(lambda self: self.stale)
    @rule(data=st.data(), write=st.sampled_from(["record", "beat", "finish", "wish"]))
    def wake(self, data, write):
        """A worker that had gone silent, or whose trial has ended, tries to write."""
        claim = self.stale[data.draw(st.integers(0, len(self.stale) - 1))]
        before = Event.objects.filter(run=self.run).count()
        progress = Progress([(99, {"val_accuracy": 1.0})])
        writes = {
            "record": lambda: record(claim, progress, seconds=99),
            "finish": lambda: finish(claim, TrialState.COMPLETE, seconds=99, loss=-1.0),
            "beat": lambda: beat(claim),
            "wish": lambda: wish(claim),
        }
        with pytest.raises(LeaseLostError):
            writes[write]()
        assert Event.objects.filter(run=self.run).count() == before

    # What people do

    @rule(name=st.sampled_from(["pause", "resume", "drain"]))
    def steer_run(self, name):
        run = self.fresh()
        allowed = {"pause": "running", "drain": "running", "resume": "paused"}[name] == run.state
        self.attempt(lambda: getattr(steer, name)(run), allowed)

    @rule(again=st.integers(0, 9))
    def cancel_run(self, again):
        if again:  # seldom, or there would be little else
            return
        run = self.fresh()
        self.attempt(lambda: steer.cancel_run(run), not run.is_over)

    @rule(data=st.data())
    def stop(self, data):
        trial = self.trial(data, ["waiting", "running", "lost"])
        if trial:
            steer.stop_trial(trial)

    @rule(data=st.data())
    def retry(self, data):
        trial = self.trial(data, ["failed", "cancelled", "stopped", "complete"])
        if trial:
            self.attempt(lambda: steer.retry_trial(trial), steer.can_be_retried(trial))

    @rule(paused=st.booleans())
    def queue(self, paused):
        (steer.drain_queue if paused else steer.open_queue)(self.run.queue)

    def attempt(self, act, allowed):
        if allowed:
            act()
        else:
            with pytest.raises(ConflictError):
                act()

    # What must always be so

    @invariant()
    def a_step_was_taken(self):
        RunMachine.steps += 1

    @invariant()
    def whoever_works_holds_the_latest_fence(self):
        running = self.run.trials.filter(state="running").values_list("number", "fence", "pk")
        assert {n: (fence, pk) for n, fence, pk in running} == {
            n: (claim.fence, claim.trial_id) for n, claim in self.held.items()
        }

    def teardown(self):
        try:
            self.check_story()
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    def check_story(self):
        rows = list(Event.objects.filter(run=self.run).order_by("seq").values_list("seq", "body"))
        assert [seq for seq, _ in rows] == list(range(1, len(rows) + 1))
        numbers = list(self.run.trials.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        events = [from_json(body) for _, body in rows]
        self.check_moves(events)
        folded = fold(events)
        folded["counts"] = {state: n for state, n in folded["counts"].items() if n}
        now = snapshot(self.run.pk).document["state"]
        assert folded == now

    def check_moves(self, events):
        """Every trial went from state to state as the table allows, and never skipped one."""
        at = {}
        for event in events:
            if isinstance(event, TrialCreated):
                at[event.number] = TrialState.WAITING
            if isinstance(event, TrialMoved):
                assert event.was == at[event.number]
                assert event.state in Trial.MOVES[TrialState(event.was)]
                at[event.number] = TrialState(event.state)
        assert at == {
            number: TrialState(state)
            for number, state in self.run.trials.values_list("number", "state")
        }


def test_no_order_of_events_breaks_a_run(version, devices):
    RunMachine.version = version
    run_state_machine_as_test(
        RunMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert RunMachine.steps >= 20_000 * EXAMPLES / 460
