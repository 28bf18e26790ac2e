"""Devices are what the declaration says, and a duty is done by one process at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.db.models.functions import Now

from automl_web.compute import devices, timers, worker
from automl_web.compute.models import Device, Queue, Timer
from automl_web.compute.timers import Duty


def test_a_count_gives_that_many_one_thread_devices():
    slots = devices.declared("cpu:3")
    assert [(slot.name, slot.address, slot.queue) for slot in slots] == [
        ("cpu-0", "cpu", "cpu"),
        ("cpu-1", "cpu", "cpu"),
        ("cpu-2", "cpu", "cpu"),
    ]


def test_each_gpu_is_seen_by_its_own_worker_alone():
    first, second, processor = devices.declared("cuda:2, cpu")
    assert first.environment == {"CUDA_VISIBLE_DEVICES": "0"}
    assert second.environment == {"CUDA_VISIBLE_DEVICES": "1"}
    assert {first.address, second.address} == {"cuda:0"}
    assert (first.queue, processor.queue) == ("gpu", "cpu")


def test_auto_takes_what_the_driver_lists_and_two_cpu_devices(tmp_path, monkeypatch):
    driver = tmp_path / "nvidia-smi"
    driver.write_text("#!/bin/sh\necho 'GPU 0: A'\necho 'GPU 1: B'\n")
    driver.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert [slot.name for slot in devices.declared("auto")][:2] == ["cuda-0", "cuda-1"]
    driver.unlink()
    assert [slot.name for slot in devices.declared("auto")][-2:] == ["cpu-0", "cpu-1"]


def test_none_offers_nothing():
    assert devices.declared("none") == []


@pytest.mark.parametrize("word", ["", "tpu", "cpu:0", "cpu:-1", "cpu:two", "cpu:999", "cpu,cpu:2"])
def test_a_declaration_that_cannot_be_read_is_refused_by_name(word):
    with pytest.raises(ImproperlyConfigured, match="AUTOML_DEVICES"):
        devices.declared(word)


@pytest.mark.django_db
def test_registering_twice_keeps_the_rows():
    slots = devices.declared("cuda:1,cpu:2")
    first = devices.register(slots, "a-host")
    again = devices.register(slots, "a-host")
    assert [device.pk for device in first] == [device.pk for device in again]
    assert Device.objects.count() == 3
    assert set(Queue.objects.values_list("name", flat=True)) == {"cpu", "gpu"}


@pytest.fixture
def beats():
    """A duty that counts how often it was done."""
    done = []
    return Duty("count", 60, lambda: done.append(True)), done


@pytest.mark.django_db
def test_a_duty_is_done_once_in_its_time_whoever_asks(beats):
    duty, done = beats
    assert [timers.do_if_due(duty) for _process in range(3)] == [True, False, False]
    assert len(done) == 1


@pytest.mark.django_db
def test_a_duty_is_due_again_when_its_time_has_passed(beats):
    duty, done = beats
    timers.do_if_due(duty)
    Timer.objects.update(due_at=Now() - timedelta(seconds=1))
    assert timers.do_if_due(duty)
    assert len(done) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("locked"), ValueError("a slip")])
def test_a_failing_duty_is_logged_and_does_not_end_its_timer(error, caplog):
    def fail():
        raise error

    timers.attempt(fail)
    assert str(error) in caplog.text


@pytest.mark.django_db
def test_a_beat_carries_the_databases_time_and_the_workers_name():
    (device,) = devices.register(devices.declared("cpu:1"), "a-host")
    worker.beat(device.pk, "cpu-0@a-host")
    device.refresh_from_db()
    assert device.worker == "cpu-0@a-host"
    assert device.beat_at is not None


@pytest.mark.django_db
def test_a_duty_may_be_given_by_name_before_its_module_can_be_imported(monkeypatch):
    done = []
    monkeypatch.setattr(worker, "tidy", lambda: done.append(True), raising=False)
    timers.do_if_due(Duty("tidy", 60, "automl_web.compute.worker:tidy"))
    assert done == [True]
