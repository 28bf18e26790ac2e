"""The running site seen from its own machine: its address, its health, its static files."""

from __future__ import annotations

import hashlib
import http.client
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _

from automl_web import environment as env
from automl_web.compute.startup import CannotStartError


def address() -> str:
    """What the web server listens on: this machine alone unless AUTOML_BIND says otherwise."""
    return env.text("AUTOML_BIND", "127.0.0.1")


def url(path: str) -> str:
    """Where people find `path`: behind the proxy that AUTOML_ORIGINS names, or on this machine."""
    public = next(iter(settings.CSRF_TRUSTED_ORIGINS), f"http://{_host()}:{settings.PORT}")
    return f"{public}{path}"


def connect() -> http.client.HTTPConnection:
    return http.client.HTTPConnection(_host(), settings.PORT, timeout=10)


def is_well() -> bool:
    """Whether the site answers and everything behind it does."""
    connection = connect()
    try:
        # As the proxy in front would ask, or the site would answer with a redirect to TLS.
        secure = {"X-Forwarded-Proto": "https"} if settings.TLS else {}
        connection.request("GET", "/healthz", headers=secure)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def check_front_end() -> None:
    """Raise CannotStartError if the scripts and styles have not been built."""
    if not (settings.ROOT / "frontend" / "dist" / "main.js").exists():
        raise CannotStartError(
            _("The front end has not been built: start the site with `make run`.")
        )


def collect_static_files() -> None:
    """Gather and compress the static files, which takes seconds, if they have changed."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    state = _state_of_static_files()
    if stamp.exists() and stamp.read_text() == state:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(state)


def _state_of_static_files() -> str:
    """A digest that changes when a file or a package does."""
    lock = settings.ROOT / "requirements.lock"
    files = [lock, *(path for folder in settings.STATICFILES_DIRS for path in folder.rglob("*"))]
    facts = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(files)]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _host() -> str:
    return "127.0.0.1" if address() in {"0.0.0.0", "::"} else address()  # noqa: S104 - compared
