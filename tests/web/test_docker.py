"""No engine runs containers here, so what they are told is held against what the site reads."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from automl_web.compute import children, devices
from automl_web.compute.models import Device
from automl_web.desks.management.commands.serve import PARTS, Command
from automl_web.runs.hints import CONTROL, device_queue

ROOT = Path(__file__).resolve().parents[2]
CHOSEN = {"AUTOML_SITE": "automl.example.org", "POSTGRES_PASSWORD": "secret"}
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")

COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}


def filled(value):
    """What compose makes of a value, given `CHOSEN`."""

    def choice(found):
        name, kind, default = found.groups()
        return CHOSEN.get(name, default if kind == "-" else "")

    return VARIABLE.sub(choice, value)


def environment_of(service):
    return {name: filled(value) for name, value in service["environment"].items()}


def names_read():
    """Every environment variable that the site reads."""
    sources = (path.read_text() for path in (ROOT / "automl_web").rglob("*.py"))
    reading = re.compile(r"""(?:env\.\w+|environ\.get|environ)[(\[]\s*"(\w+)\"""")
    return {name for source in sources for name in reading.findall(source)}


def instructions():
    """The Dockerfile's lines as (word, arguments)."""
    lines = (ROOT / "docker" / "Dockerfile").read_text().splitlines()
    return [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]


def test_the_services_are_the_parts_of_the_site():
    parser = Command().create_parser("manage.py", "serve")
    parts = {parser.parse_args(service["command"]).only for service in OURS.values()}
    assert parts == set(PARTS)


@pytest.mark.parametrize("name", OURS)
def test_every_name_that_is_set_is_read(name):
    assert set(OURS[name]["environment"]) <= names_read()


@pytest.mark.parametrize("name", OURS)
def test_the_settings_take_what_a_service_is_given(name, tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        **environment_of(OURS[name]),
        "AUTOML_DATA": str(tmp_path),
    }
    probe = (
        "from django.conf import settings as s;"
        "d = s.DATABASES['default'];"
        "print(d['ENGINE'], d['HOST'], d['NAME'], s.REDIS_URL, s.CELERY_BROKER_URL, s.TLS,"
        " *s.ALLOWED_HOSTS, *s.CSRF_TRUSTED_ORIGINS)"
    )
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", probe]
    printed = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert printed.stdout.split() == [
        "django.db.backends.postgresql",
        "database",
        "automl",
        "redis://valkey:6379/0",
        "redis://valkey:6379/0",
        "True",
        "automl.example.org",
        "127.0.0.1",
        "https://automl.example.org",
    ]


def test_database_and_broker_are_services_with_the_same_secrets():
    database = environment_of(SERVICES["database"])
    url = environment_of(OURS["web"])["DATABASE_URL"]
    user, password = database["POSTGRES_USER"], database["POSTGRES_PASSWORD"]
    assert url == f"postgresql://{user}:{password}@database:5432/{database['POSTGRES_DB']}"
    assert "valkey" in SERVICES


def test_whoever_is_waited_for_says_when_it_is_healthy():
    for service in SERVICES.values():
        for name, wanted in service.get("depends_on", {}).items():
            assert wanted == {"condition": "service_healthy"}
            assert "healthcheck" in SERVICES[name]


def test_the_health_check_is_a_command_that_there_is():
    kind, python, script, name, *options = OURS["web"]["healthcheck"]["test"]
    assert (kind, python, script) == ("CMD", "python", "manage.py")
    assert name == "serve"
    assert Command().create_parser(script, name).parse_args(options).is_well


def test_the_web_server_is_reached_through_the_proxy_alone():
    published = {name for name, service in SERVICES.items() if "ports" in service}
    assert published == {"proxy"}
    port = OURS["web"]["environment"]["AUTOML_PORT"]
    assert f"reverse_proxy web:{port}" in (ROOT / "docker" / "Caddyfile").read_text()


def test_every_volume_is_declared():
    mounted = {volume for s in SERVICES.values() for volume in s.get("volumes", [])}
    named = {source for volume in mounted if not (source := volume.split(":")[0]).startswith(".")}
    assert named == set(COMPOSE["volumes"])


def test_the_image_is_made_of_files_that_there_are_and_does_not_run_as_root():
    words = instructions()
    stages = {arguments.split(" AS ")[1] for word, arguments in words if " AS " in arguments}
    for word, arguments in words:
        if word == "COPY":
            origin, *sources = shlex.split(arguments)[:-1]
            if origin.startswith("--from="):
                assert origin.removeprefix("--from=") in stages
            else:
                assert all((ROOT / source).exists() for source in (origin, *sources))
    assert [arguments for word, arguments in words if word == "USER"] == ["automl"]
    assert words[-1] == ["ENTRYPOINT", '["python", "manage.py", "serve"]']


def listens_to(child):
    return child.command[child.command.index("-Q") + 1]


def test_workers_listen_to_the_queues_that_hints_are_sent_to():
    assert listens_to(children.control_worker()) == CONTROL
    for slot in devices.declared("cuda:1,cpu:1"):
        assert listens_to(children.device_worker(Device(pk=1), slot)) == device_queue(slot.queue)
