"""Run as a module: what a site behind a proxy that speaks TLS answers, as JSON."""

from __future__ import annotations

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_web.settings")
django.setup()

from django.conf import settings  # noqa: E402 - needs Django set up
from django.core.management import call_command  # noqa: E402 - needs Django set up
from django.test import Client  # noqa: E402 - needs Django set up

from automl_web.accounts.models import User  # noqa: E402 - needs Django set up

SECURE = {"X-Forwarded-Proto": "https"}
PASSWORD = "a password for tests"


def told(answer):
    """What of an answer matters here."""
    names = ("Location", "Strict-Transport-Security")
    cookies = {
        name: {flag: cookie[flag] for flag in ("secure", "httponly", "samesite", "path", "domain")}
        for name, cookie in answer.cookies.items()
    }
    headers = {name: answer.headers.get(name, "") for name in names}
    return {"status": answer.status_code, "headers": headers, "cookies": cookies}


def main():
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    User.objects.create_user("alice", password=PASSWORD)
    browser = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
    sent = {"username": "alice", "password": PASSWORD}
    answers = {
        "plain": told(browser.get("/sign-in/")),
        "page": told(browser.get("/sign-in/", headers=SECURE)),
        "signed in": told(browser.post("/sign-in/", sent, headers=SECURE)),
        "debug": settings.DEBUG,
    }
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
