"""The runner as its supervisor meets it: a real process that speaks JSON lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from search.problems.images import IMAGES
from search.runner import reason_of
from search.training.loop import DivergedError
from tests.search.conftest import a_config

ROOT = Path(__file__).parents[2]


class Runner:
    """One runner process and its log."""

    def __init__(self, log: Path) -> None:
        self.log = log
        command = [sys.executable, "-m", "tests.search.odd_runner", "--device", "cpu"]
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                cwd=ROOT,
            )

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        document: dict[str, Any] = json.loads(self.process.stdout.readline())
        return document

    def send(self, request: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def ask(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """All answers to one request, the last of which says how it ended."""
        self.send(request)
        answers = [self.answer()]
        while answers[-1]["type"] == "report":
            answers.append(self.answer())
        return answers

    def close(self) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()
        self.process.wait(timeout=30)


@pytest.fixture
def cold_runner(tmp_path: Path) -> Iterator[Runner]:
    """A runner of its own, for a test that ends it."""
    runner = Runner(tmp_path / "log")
    yield runner
    runner.close()


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """A warm runner that the tests share, as trials do."""
    runner = Runner(tmp_path_factory.mktemp("runner") / "log")
    assert runner.answer() == {"type": "ready"}
    yield runner
    runner.close()


def request(folder: Path, workdir: Path, kind: str = "images", **config: Any) -> dict[str, Any]:
    return {
        "problem": {
            "kind": kind,
            "space": IMAGES.usual_space().to_json(),
            "data": str(folder),
            "objectives": ["val_accuracy"],
            "limits": {},
        },
        "method": {"name": "random_search", "options": {}},
        "trial": {
            "number": 1,
            "config": config,
            "genotype": None,
            "stage": "search",
            "fidelity": {"epochs": 2},
        },
        "context": {"seed": 1, "workdir": str(workdir), "device": "cpu", "resume": None},
    }


def odd(workdir: Path, what: str) -> dict[str, Any]:
    return request(workdir, workdir, kind="odd", what=what)


def test_trains_and_reports_and_is_done(runner, digits, tmp_path):
    *reports, end = runner.ask(request(digits, tmp_path / "new", **a_config()))
    assert end == {"type": "done"}
    assert [report["step"] for report in reports] == [1, 2]
    last = reports[-1]
    assert set(last["values"]) == {"train_loss", "val_accuracy", "val_loss"}
    assert last["costs"]["params"] > 0
    assert last["not_finite"] == []
    assert Path(last["checkpoint"]).parent == tmp_path / "new"
    assert last["note"] in runner.log.read_text()


def test_goes_on_from_a_checkpoint(runner, digits, tmp_path):
    *_, last, _ = runner.ask(request(digits, tmp_path / "1", **a_config()))
    going_on = request(digits, tmp_path / "2", **a_config())
    going_on["trial"]["fidelity"] = {"epochs": 3}
    going_on["context"]["resume"] = last["checkpoint"]
    *reports, _ = runner.ask(going_on)
    assert [report["step"] for report in reports] == [3]


def test_what_training_prints_is_its_log_and_no_answer(runner, tmp_path):
    answers = runner.ask(odd(tmp_path, "talk"))
    assert [answer["type"] for answer in answers] == ["report", "done"]
    assert "written by a C library" in runner.log.read_text()


def test_a_value_that_is_not_a_number_is_null_and_named(runner, tmp_path):
    report, _ = runner.ask(odd(tmp_path, "not_a_number"))
    assert report["values"] == {"val_accuracy": 0.5, "val_loss": None}
    assert report["not_finite"] == ["val_loss"]


@pytest.mark.parametrize(
    ("what", "reason", "detail"),
    [
        ("crash", "exception", "ValueError: it went wrong"),
        ("exhaust", "out_of_memory", "allocate memory"),
    ],
)
def test_says_why_a_training_failed_and_serves_the_next(
    runner, digits, tmp_path, what, reason, detail
):
    (end,) = runner.ask(odd(tmp_path, what))
    assert (end["type"], end["reason"]) == ("failed", reason)
    assert detail in end["detail"]
    assert runner.ask(odd(tmp_path, "talk"))[-1] == {"type": "done"}


def test_says_when_training_diverged(runner, digits, tmp_path):
    meta = json.loads((digits / "meta.json").read_text())
    (tmp_path / "meta.json").write_text(json.dumps({**meta, "mean": [float("nan")]}))
    for file in digits.glob("*.npy"):
        (tmp_path / file.name).symlink_to(file)
    (end,) = runner.ask(request(tmp_path, tmp_path / "work", **a_config()))
    assert (end["type"], end["reason"]) == ("failed", "diverged")


def test_a_request_that_makes_no_sense_fails_alone(runner, tmp_path):
    (end,) = runner.ask({"problem": {"kind": "unheard of"}})
    assert (end["type"], end["reason"]) == ("failed", "exception")
    assert runner.ask(odd(tmp_path, "talk"))[-1] == {"type": "done"}


def test_exits_at_the_end_of_input_even_while_training(cold_runner, tmp_path):
    assert cold_runner.answer() == {"type": "ready"}
    cold_runner.send(odd(tmp_path, "sleep"))
    assert cold_runner.answer()["type"] == "report"
    cold_runner.process.stdin.close()
    assert cold_runner.process.wait(timeout=30) == 0


def test_dies_with_who_started_it_though_its_input_stays_open(tmp_path):
    read, write = os.pipe()
    code = (
        "import subprocess, sys, time\n"
        "command = [sys.executable, '-m', 'search.runner']\n"
        "child = subprocess.Popen(command, stdin=0, stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdin=read, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert parent.stdout is not None
    runner = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait(timeout=30)
    runner.wait(timeout=30)
    parent.stdout.close()
    os.close(read)
    os.close(write)
    assert not runner.is_running()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DivergedError(), "diverged"),
        (MemoryError(), "out_of_memory"),
        (torch.cuda.OutOfMemoryError(), "out_of_memory"),
        (ValueError(), "exception"),
    ],
)
def test_tells_failures_apart(error, reason):
    assert reason_of(error) == reason
