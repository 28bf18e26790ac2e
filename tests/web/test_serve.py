"""One process runs the site, says in a sentence why it cannot, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path

import psutil
import pytest

from automl_web.compute import startup, supervisor
from automl_web.compute.startup import CannotStartError, Mount
from automl_web.compute.supervisor import Child, Supervisor
from automl_web.desks import site
from tests.web.processes import PATIENCE, Site, free_port, until


@pytest.fixture
def running(tmp_path):
    # Deeper than the 107 bytes at which the paths of unix sockets end.
    site = Site(tmp_path / ("deep/" * 30) / "data", tmp_path / "output")
    until(site.is_announced, "the site's address")
    yield site
    if site.process.poll() is None:
        site.process.kill()
    site.process.wait()
    until(lambda: not site.processes(), "the end of all processes")


def test_stopping_leaves_nothing_though_a_worker_had_been_killed(running):
    assert f"http://127.0.0.1:{running.port}/set-up/" in running.said()
    assert "already runs on this data folder" in running.refusal()
    killed = running.worker()
    os.kill(killed.pid, signal.SIGKILL)
    until(lambda: "cpu-0 ended (exit code -9)" in running.said(), "a word about the worker")
    until(lambda: (new := running.worker()) and new.pid != killed.pid, "another worker")
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(PATIENCE) == 0
    until(lambda: not running.processes(), "the end of all processes")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_killing_the_supervisor_itself_leaves_nothing(running):
    # Broker, web server, the control worker with two children, the device worker with one.
    until(lambda: len(running.processes()) == 7, "all processes")
    running.process.kill()
    running.process.wait()
    until(lambda: not running.processes(), "the end of all processes")


def test_a_taken_port_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CannotStartError, match=f"Port {taken.getsockname()[1]} is taken"):
            startup.check_port("127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize(
    ("address", "port", "sentence"),
    [("127.0.0.1", 70_000, "AUTOML_PORT"), ("203.0.113.7", 8000, "AUTOML_BIND")],
)
def test_an_impossible_address_is_named(address, port, sentence):
    with pytest.raises(CannotStartError, match=sentence):
        startup.check_port(address, port)


def test_a_network_disk_is_refused_and_a_local_one_in_it_is_not():
    mounts = [Mount("/", "ext4"), Mount("/home", "nfs4"), Mount("/home/me/local", "xfs")]
    startup.check_local(Path("/var/data"), mounts)
    startup.check_local(Path("/home/me/local/data"), mounts)
    with pytest.raises(CannotStartError, match="network disk"):
        startup.check_local(Path("/home/me/data"), mounts)


def test_a_full_disk_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(startup, "LEAST_FREE", 2**80)
    with pytest.raises(CannotStartError, match="is free in"):
        startup.check_disk(tmp_path)


def test_the_runtime_folder_is_for_this_account_alone(tmp_path):
    folder = tmp_path / "runtime"
    startup.make_runtime_folder(folder, "a.sock")
    startup.make_runtime_folder(folder, "a.sock")
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    with pytest.raises(CannotStartError, match="entered by others"):
        startup.make_runtime_folder(folder, "a.sock")


def test_a_link_in_place_of_the_runtime_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "runtime").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotStartError, match="entered by others"):
        startup.make_runtime_folder(tmp_path / "runtime", "a.sock")


def test_a_runtime_folder_too_deep_for_sockets_is_refused(tmp_path):
    with pytest.raises(CannotStartError, match="TMPDIR"):
        startup.make_runtime_folder(tmp_path / ("deep/" * 30), "a.sock")


def python(name, code, rank=0):
    return Child(name, [sys.executable, "-c", code], rank)


@pytest.fixture
def supervised(tmp_path):
    """A supervisor of small children, and what it noticed."""
    noticed = []
    chief = Supervisor(tmp_path / "logs", lambda *facts: noticed.append(facts))
    yield chief, noticed
    chief.stop()


DEAF = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "600"])
print("pid", child.pid, flush=True)
child.wait()
"""


def logged(chief, name):
    return (chief.logs / f"{name}.log").read_text()


def test_a_child_that_ignores_its_end_is_killed_with_all_it_started(supervised, monkeypatch):
    monkeypatch.setattr(supervisor, "GRACE", 0.1)
    chief, _noticed = supervised
    chief.start(python("deaf", DEAF))
    grandchild = int(until(lambda: logged(chief, "deaf").split(), "a word")[-1])
    chief.stop()
    until(lambda: not alive(grandchild), "the end of the grandchild")


def alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_child_that_keeps_failing_is_started_less_and_less_often(supervised):
    chief, noticed = supervised
    chief.start(python("failing", "print('here', flush=True); raise SystemExit(3)"))
    until(lambda: (chief.keep_up(), len(noticed) == 3)[1], "a third failure")
    assert [(name, code) for name, code, _pause in noticed] == [("failing", 3)] * 3
    assert [pause for _name, _code, pause in noticed] == [0.5, 1.0, 2.0]
    assert logged(chief, "failing").count("here") == 3


ORDERLY = """
import pathlib, signal, sys, time
def end(*_):
    with open({log!r}, "a") as log:
        log.write({name!r} + " ")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
while True:
    time.sleep(0.01)
"""


def test_children_end_in_the_order_of_their_ranks(supervised, tmp_path):
    chief, _noticed = supervised
    log = tmp_path / "order"
    for rank, name in ((2, "broker"), (0, "web"), (1, "worker")):
        chief.start(python(name, ORDERLY.format(log=str(log), name=name), rank))
    for name in ("broker", "web", "worker"):
        until(lambda name=name: "ready" in logged(chief, name), name)
    chief.stop()
    assert log.read_text().split() == ["web", "worker", "broker"]


CARING = """
import signal, subprocess, sys, time
child = subprocess.Popen(["sleep", "600"])
def end(*_):
    time.sleep(0.2)
    print("child is", "up" if child.poll() is None else "down", flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
while True:
    time.sleep(0.01)
"""


def test_a_child_is_asked_alone_and_may_end_its_own_work_in_good_order(supervised):
    chief, _noticed = supervised
    chief.start(python("caring", CARING))
    until(lambda: "ready" in logged(chief, "caring"), "a word")
    chief.stop()
    assert logged(chief, "caring").split() == ["ready", "child", "is", "up"]


def test_a_long_log_is_put_aside_at_the_next_start(supervised, monkeypatch):
    monkeypatch.setattr(supervisor, "LOG_BYTES", 10)
    chief, _noticed = supervised
    (chief.logs / "child.log").write_text("long enough")
    chief.start(python("child", "print('new', flush=True)"))
    until(lambda: logged(chief, "child"), "a word")
    assert (chief.logs / "child.log.1").read_text() == "long enough"
    assert logged(chief, "child").strip() == "new"


def test_the_site_is_not_well_where_nothing_listens(settings):
    settings.PORT = free_port()
    assert not site.is_well()


def test_static_files_are_gathered_again_only_when_they_change(settings, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (source / "main.js").write_text("one")
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [source], target
    site.collect_static_files()
    (target / "main.js").write_text("untouched")
    site.collect_static_files()
    assert (target / "main.js").read_text() == "untouched"
    (source / "main.js").write_text("two!")
    site.collect_static_files()
    assert (target / "main.js").read_text() == "two!"


def test_a_front_end_that_was_not_built_is_named(settings, tmp_path):
    settings.ROOT = tmp_path
    with pytest.raises(CannotStartError, match="make run"):
        site.check_front_end()
