"""A site as people run it, on PostgreSQL, and what an enemy may try from outside and from beside it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import pytest
from kombu import Connection, Producer
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from automl_web.environment import runtime_folder
from tests.faults.postgres import postgres
from tests.web.browsing import Browser
from tests.web.processes import Site, free_port, until

KEY = "canary-of-the-secret-key-" + "x" * 40
PASSWORD = "canary-of-the-password"
WRONG = "canary-of-a-wrong-password"
OF_DATABASE = "canary-of-the-database"
NOBODY = 65534


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """The running site, without devices: nothing is trained."""
    folder = tmp_path_factory.mktemp("real")
    with postgres(free_port()) as url:
        url = url.replace("automl@", f"automl:{OF_DATABASE}@")
        environment = {"DATABASE_URL": url, "AUTOML_SECRET_KEY": KEY, "AUTOML_DEVICES": "none"}
        site = Site(folder / "data", folder / "output", **environment)
        try:
            until(site.is_announced, "the site's address")
            yield site
        finally:
            site.process.send_signal(signal.SIGTERM)
            site.process.wait()


@pytest.fixture(scope="module")
def admin(live):
    """The window of the first account, made by the link that the terminal shows."""
    link = re.search(r"/set-up/[^/]+/", live.said())[0]
    browser = Browser(f"http://127.0.0.1:{live.port}")
    made = browser.send(link, username="ana", password1=PASSWORD, password2=PASSWORD)
    assert made[:2] == (200, "/")
    browser.set_up = link.split("/")[2]
    return browser


@pytest.fixture(scope="module")
def run(live, admin):
    """The address of a run that waits for a device."""
    admin.send("/projects/new/", name="Digits")
    project = "/projects/digits/"
    admin.send(f"{project}datasets/new/", f"{project}datasets/example/")
    until(lambda: "Classes" in admin.ask("/datasets/1/")[2], "the dataset")
    page = admin.ask(f"{project}runs/new/")[2]
    chosen = {
        name: re.search(rf'name="{name}".*?value="(\w+)"', page, re.DOTALL)[1]
        for name in ("dataset", "queue")
    }
    fields = {"name": "A", "seed": 1, "method": "random_search", "max_trials": 3, "concurrency": 1}
    answer = admin.send(f"{project}runs/new/", **fields, **chosen, request_key="one")
    assert answer[1] == "/runs/1/", answer[2]
    return answer[1]


def socket(live, admin, run, **options):
    cookie = f"sessionid={admin.cookie('sessionid')}"
    address = f"ws://127.0.0.1:{live.port}/ws{run}"
    return connect(address, additional_headers={"Cookie": cookie}, proxy=None, **options)


def own(live):
    return f"http://127.0.0.1:{live.port}"


def test_a_page_of_this_site_follows_a_run(live, admin, run):
    with socket(live, admin, run, origin=own(live)) as page:
        page.send('{"after": 0}')
        assert '"seq"' in page.recv(timeout=30)


@pytest.mark.parametrize("origin", [None, "http://evil.example", "http://127.0.0.1:1", "null"])
def test_another_page_or_none_gets_no_websocket(live, admin, run, origin):
    with pytest.raises(InvalidStatus) as refused, socket(live, admin, run, origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_a_websocket_takes_no_large_frame(live, admin, run):
    with socket(live, admin, run, origin=own(live)) as page:
        page.send("x" * 65 * 1024)
        with pytest.raises(ConnectionClosed) as closed:
            page.recv(timeout=30)
    assert closed.value.rcvd.code == 1009


def test_an_unknown_host_is_refused(live):
    status, _address, text = Browser(own(live)).ask("/", Host="evil.example")
    assert status == 400
    assert "Traceback" not in text


def listens_at(process):
    return {c.laddr.ip for c in process.net_connections(kind="tcp") if c.status == "LISTEN"}


def test_only_this_machine_can_reach_the_site(live):
    assert set().union(*map(listens_at, live.processes())) == {"127.0.0.1"}


def broker_socket(live):
    return runtime_folder(live.data) / "valkey.sock"


AS_NOBODY = """
import os, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
except PermissionError:
    sys.exit(13)
"""


def test_another_account_cannot_reach_the_broker(live):
    path = broker_socket(live)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    if os.getuid() == 0:
        done = subprocess.run([sys.executable, "-c", AS_NOBODY, str(path)])
        assert done.returncode == 13


class Evil:
    """Unpickled, it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def logs(live):
    return {path.name: path.read_text() for path in (live.data / "logs").iterdir()}


def test_a_pickled_message_is_refused_and_runs_nothing(live, admin, tmp_path):
    proof = tmp_path / "ran"
    headers = {"task": "runs.advance", "id": "1"}
    with Connection(f"redis+socket://{broker_socket(live)}") as connection:
        producer = Producer(connection.channel(), serializer="pickle")
        producer.publish(Evil(str(proof)), routing_key="control", headers=headers)
    until(lambda: "ContentDisallowed" in logs(live)["control.log"], "the refusal")
    assert not proof.exists()


def all_that_is_said(live):
    return "\n".join([*logs(live).values(), live.said()])


def test_logs_tell_no_secret(live, admin, run):
    """Last, so that all of the above is in the logs."""
    stranger = Browser(own(live))
    stranger.send("/sign-in/", username="ana", password=WRONG)
    stranger.send("/sign-in/", username=PASSWORD, password="x")
    link = re.search(r"/sign-in/([^/\"]+)/", admin.send("/people/", username="dan")[2])
    assert stranger.ask(link[0], b"")[0] == 403  # without the token of the form
    assert stranger.send(link[0])[0] == 200
    assert stranger.ask(link[0])[0] == 410
    secrets = [KEY, PASSWORD, WRONG, OF_DATABASE, link[1], admin.set_up]
    secrets += [b.cookie(name) for b in (admin, stranger) for name in ("sessionid", "csrftoken")]
    assert all(secrets)
    until(lambda: "/sign-in/***/" in logs(live)["web.log"], "a word about the link")
    said = all_that_is_said(live).replace(f"/set-up/{admin.set_up}/", "", 1)  # shown on purpose
    assert [secret for secret in secrets if secret in said] == []
    commands = [" ".join(process.cmdline()) for process in live.processes()]
    assert [secret for secret in secrets if secret in str(commands)] == []
