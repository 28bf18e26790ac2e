"""Whatever befalls the process that reads uploads, the control worker lives and says what happened."""

from __future__ import annotations

import os
import sys

import psutil
import pytest

from automl_web.datasets import confine
from automl_web.datasets.confine import BrokenOffError, prepare_confined
from automl_web.datasets.images.prepare import prepare
from automl_web.datasets.ingest import ingest, waiting_versions
from automl_web.datasets.models import Version
from automl_web.datasets.order import Order
from automl_web.datasets.refusals.of_preparing import (
    CrashError,
    DiskFullError,
    TooMuchMemoryError,
    TooSlowError,
)
from automl_web.datasets.refusals.refusal import RefusalError
from tests.web.hostile import class_folders, uploaded, zipped

FIRST = "cat/0.png"


@pytest.fixture
def troubled(tmp_path, monkeypatch):
    """Prepares a good zip in a decoder that meets trouble at its first image."""
    before = psutil.Process().children()
    monkeypatch.setattr(confine, "DECODER", [sys.executable, "-m", "tests.web.measured_decoder"])
    monkeypatch.setenv("AUTOML_WITNESS", str(tmp_path / "witness"))

    def prepared(trouble: str) -> None:
        monkeypatch.setenv("AUTOML_TROUBLE", trouble)
        path = zipped(tmp_path / "a.zip", class_folders())
        prepare_confined(Order(path, tmp_path / "site" / "7"), lambda *_: None)

    yield prepared
    assert list((tmp_path / "site").iterdir()) == []
    assert psutil.Process().children() == before


def test_a_confined_process_prepares_what_an_unconfined_one_does(tmp_path):
    path = zipped(tmp_path / "a.zip", class_folders())
    confined = prepare_confined(Order(path, tmp_path / "confined"), lambda *_: None)
    assert confined == prepare(Order(path, tmp_path / "free"))
    for file in (tmp_path / "free").iterdir():
        assert (tmp_path / "confined" / file.name).read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("trouble", "refusal"),
    [
        ("segfault", CrashError(name=FIRST)),
        ("busy", TooSlowError(name=FIRST)),
        ("flood", TooMuchMemoryError()),
        ("small_disk", DiskFullError()),
    ],
)
def test_trouble_that_the_file_makes_is_a_refusal_in_words(troubled, trouble, refusal):
    with pytest.raises(RefusalError) as raised:
        troubled(trouble)
    assert raised.value.document == refusal.document


def test_a_decoder_that_stands_still_is_ended(troubled, monkeypatch):
    monkeypatch.setattr(confine, "QUIET", 2.0)
    with pytest.raises(TooSlowError):
        troubled("asleep")


def test_a_decoder_that_never_ends_is_ended(troubled, monkeypatch):
    monkeypatch.setattr(confine, "SECONDS", 1)
    with pytest.raises(TooSlowError):
        troubled("asleep")


@pytest.mark.parametrize("trouble", ["killed", "surprise"])
def test_trouble_that_the_file_does_not_make_is_worth_another_try(troubled, trouble):
    with pytest.raises(BrokenOffError, match=FIRST):
        troubled(trouble)


def test_a_version_whose_decoder_was_killed_waits_again_and_is_given_up_after_three_times(
    project, bob, tmp_path, monkeypatch
):
    monkeypatch.setattr(confine, "DECODER", [sys.executable, "-m", "tests.web.measured_decoder"])
    monkeypatch.setenv("AUTOML_WITNESS", str(tmp_path / "witness"))
    monkeypatch.setenv("AUTOML_TROUBLE", "killed")
    version = uploaded(project, bob, zipped(tmp_path / "a.zip", class_folders()))
    for _attempt in range(3):
        assert not ingest(version)
        version.refresh_from_db()
        assert version.state == Version.State.UPLOADED
        assert version.source.path.exists()
    Version.objects.update(created_at="2020-01-01T00:00Z")
    assert list(waiting_versions()) == [version]
    ingest(version)
    assert version.state == Version.State.REFUSED
    assert "3 times" in version.problem
    assert version.source is None


def test_a_worker_that_has_lost_the_version_ends_its_decoder(tmp_path):
    path = zipped(tmp_path / "a.zip", class_folders())
    before = psutil.Process().children()

    def lost(*_: object) -> None:
        raise LookupError("somebody else has it")

    with pytest.raises(LookupError):
        prepare_confined(Order(path, tmp_path / "site" / "7"), lost)
    assert list((tmp_path / "site").iterdir()) == []
    assert psutil.Process().children() == before


def test_a_decoder_dies_with_its_worker(tmp_path):
    """As when the worker is killed: its decoder must not read on for nobody."""
    import subprocess

    path = zipped(tmp_path / "a.zip", class_folders())
    code = (
        "import sys; from pathlib import Path; from automl_web.datasets import confine, order;"
        "confine.DECODER = [sys.executable, '-m', 'tests.web.measured_decoder'];"
        "confine.prepare_confined(order.Order(Path(sys.argv[1]), Path(sys.argv[2])), lambda *a: None)"
    )
    environment = {**os.environ, "AUTOML_TROUBLE": "asleep", "AUTOML_WITNESS": str(tmp_path / "w")}
    command = [sys.executable, "-c", code, str(path), str(tmp_path / "site" / "7")]
    worker = subprocess.Popen(command, env=environment)
    try:
        decoder = wait_for_child(worker.pid)
    finally:
        worker.kill()
        worker.wait()
    gone, _alive = psutil.wait_procs([decoder], timeout=30)
    assert gone == [decoder]


def wait_for_child(pid: int) -> psutil.Process:
    """The child of process `pid`, once it has loaded what it needs."""
    import time

    for _look in range(600):
        for child in psutil.Process(pid).children():
            if any("_imaging" in file.path for file in child.memory_maps()):
                return child
        time.sleep(0.1)
    raise AssertionError("no decoder was started")


def test_the_limits_leave_room_for_work_and_not_for_more():
    import subprocess

    code = (
        "import resource; from automl_web.datasets.decoder import confine_to;"
        "confine_to(2**26, 60); bytearray(2**24);"
        "print(resource.getrlimit(resource.RLIMIT_CPU), resource.getrlimit(resource.RLIMIT_CORE));"
        "bytearray(2**27)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stdout == "(60, 65) (0, 0)\n"
    assert "MemoryError" in ended.stderr


def test_what_is_read_last_is_known_by_name(tmp_path):
    with (tmp_path / "note").open("w+b") as note:
        os.pwrite(note.fileno(), ("ü" * 300).encode()[: confine.NAME_BYTES], 0)
        assert confine._name(note) == "ü" * 200
