"""A broker that takes connections and never answers holds up neither a worker nor a page."""

from __future__ import annotations

import socket
import time

import pytest

from automl_web.runs import record, schedule
from automl_web.runs.courier import Courier
from automl_web.runs.record import Progress
from search.history import TrialState
from tests.web.processes import until


@pytest.fixture
def frozen(settings, monkeypatch):
    """The address of a server that accepts connections and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        address = f"redis://127.0.0.1:{server.getsockname()[1]}"
        layer = "channels_redis.pubsub.RedisPubSubChannelLayer"
        settings.CHANNEL_LAYERS = {"default": {"BACKEND": layer, "CONFIG": {"hosts": [address]}}}
        monkeypatch.setattr(record, "COURIER", Courier())
        yield address


@pytest.mark.django_db(transaction=True)
def test_a_trial_is_recorded_to_its_end(start, devices, frozen):
    run = start(max_trials=1)
    schedule.advance(run.pk)
    claim = schedule.claim("cpu", devices[0])
    record.record(claim, Progress([(1, {"val_accuracy": 0.5})]), seconds=1)
    record.finish(claim, TrialState.COMPLETE, seconds=1, loss=-0.5)
    assert run.trials.get().state == "complete"


def failing(seconds):
    def send():
        sent.append(True)
        time.sleep(seconds)
        raise TimeoutError

    sent = []
    return send, sent


def test_after_a_slow_failure_nothing_is_tried_for_a_while():
    courier = Courier()
    send, sent = failing(1)
    for _ in range(20):
        courier.deliver("a message", send)
    assert len(sent) == 1


def test_after_a_refusal_messages_are_soon_tried_again():
    courier = Courier()
    send, sent = failing(0)
    until(lambda: (courier.deliver("a message", send), len(sent) > 1)[1], "another try")
