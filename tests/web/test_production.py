"""The settings of a real site: what Django's own check says, cookies, TLS, and what is the default."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import django.contrib.auth
import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from automl_web.desks import site

ROOT = Path(__file__).resolve().parents[2]


def python(data, *words, **environment):
    """What a Python process with such an environment says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTOML_")}
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**kept, "AUTOML_DATA": str(data), **environment},
        capture_output=True,
        text=True,
    )


PRODUCTION = {
    "AUTOML_TLS": "yes",
    "AUTOML_HOSTS": "automl.example.org",
    "AUTOML_ORIGINS": "https://automl.example.org",
}


def test_the_check_of_a_deployment_finds_nothing(tmp_path):
    words = ("manage.py", "check", "--deploy", "--fail-level", "DEBUG")
    done = python(tmp_path, *words, **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What sites on fresh folders answer: one behind TLS, one as it comes."""
    return {
        name: json.loads(
            python(tmp_path_factory.mktemp("x"), "-m", "tests.web.under_tls", **env).stdout
        )
        for name, env in {"tls": PRODUCTION, "as it comes": {}}.items()
    }


def test_behind_tls_plain_requests_are_sent_there(answers):
    plain = answers["tls"]["plain"]
    assert plain["status"] == 301
    assert plain["headers"]["Location"] == "https://automl.example.org/sign-in/"


def test_behind_tls_browsers_are_told_to_stay_there(answers):
    page = answers["tls"]["page"]
    assert page["status"] == 200
    assert page["headers"]["Strict-Transport-Security"].startswith("max-age=31536000")


def test_behind_tls_cookies_belong_to_this_host_alone(answers):
    cookies = answers["tls"]["signed in"]["cookies"]
    assert set(cookies) == {"__Host-sessionid", "__Host-csrftoken"}
    for flags in cookies.values():
        assert flags["secure"]
        assert flags["httponly"]
        assert flags["samesite"] == "Lax"
        assert (flags["path"], flags["domain"]) == ("/", "")


def test_as_it_comes_a_claim_of_tls_is_not_believed(answers):
    """Nobody is in front who could know, so cookies must work over plain HTTP."""
    found = answers["as it comes"]
    assert found["plain"]["status"] == found["page"]["status"] == 200
    assert found["page"]["headers"]["Strict-Transport-Security"] == ""
    assert set(found["signed in"]["cookies"]) == {"sessionid", "csrftoken"}
    assert found["debug"] is False


def test_as_it_comes_the_site_is_for_this_machine_alone(monkeypatch):
    monkeypatch.delenv("AUTOML_BIND", raising=False)
    assert site.address() == "127.0.0.1"


def test_the_key_is_made_once_and_read_by_its_owner_alone(tmp_path):
    says = ("-c", "from automl_web import settings; print(settings.SECRET_KEY)")
    first, second = (python(tmp_path, *says).stdout for _ in range(2))
    assert first == second
    assert len(first.strip()) > 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_the_commonest_passwords_are_refused():
    path = Path(django.contrib.auth.__file__).parent / "common-passwords.txt.gz"
    with gzip.open(path, "rt") as file:
        common = [line.strip() for line in file][:3000]
    accepted = []
    for password in common:
        try:
            validate_password(password)
        except ValidationError:
            continue
        accepted.append(password)
    assert accepted == []
