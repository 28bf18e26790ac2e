"""`manage.py serve`: the whole site under one process, which stops with all that it started."""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, connections
from django.utils.translation import gettext as _

from automl_web import environment as env
from automl_web.accounts.setup import set_up_link
from automl_web.compute import children, startup
from automl_web.compute.devices import Slot, declared, register
from automl_web.compute.startup import CannotStartError
from automl_web.compute.supervisor import Child, Supervisor
from automl_web.desks import site

PARTS = ("web", "control", "device")
LOOK_EVERY = 0.1  # seconds


class Command(BaseCommand):
    help = "Run the site: broker, web server, control worker and one worker a device."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--only", choices=PARTS, help="one part, where others run elsewhere")
        parser.add_argument("--is-well", action="store_true", help="only ask whether it answers")

    def handle(
        self, *args: Any, only: str | None = None, is_well: bool = False, **options: Any
    ) -> None:
        if is_well:
            if not site.is_well():
                raise CommandError(_("The site does not answer, or a part of it does not."))
            return
        parts = {only} if only else set(PARTS)
        self.stopping = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            slots = declared(settings.DEVICES) if "device" in parts else []
            locks = self._check(parts)
            self._prepare(parts)
            self._run(list(self._children(parts, slots)), announce="web" in parts)
        except (CannotStartError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from None
        except OperationalError as error:
            raise CommandError(_("The database does not answer: %s") % error) from None
        for file in locks:
            file.close()

    def _ask_to_stop(self, _number: int, _frame: object) -> None:
        self.stopping = True

    def _check(self, parts: Iterable[str]) -> list[TextIO]:
        data = Path(settings.DATA)
        held = [startup.lock(data / "locks" / f"{part}@{settings.HOST}") for part in sorted(parts)]
        startup.check_disk(data)
        if connection.vendor == "sqlite":
            startup.check_local(data)
        if "web" in parts:
            startup.check_port(site.address(), settings.PORT)
            site.check_front_end()
        startup.make_runtime_folder(Path(settings.RUNTIME), children.socket_path().name)
        return held

    def _prepare(self, parts: Iterable[str]) -> None:
        if "web" in parts:
            call_command("migrate", interactive=False, verbosity=0)
            site.collect_static_files()

    def _children(self, parts: set[str], slots: list[Slot]) -> Iterable[Child]:
        if parts == set(PARTS) and not env.text("REDIS_URL"):
            yield children.broker()
        if "web" in parts:
            yield children.web(site.address(), settings.PORT)
        if "control" in parts:
            yield children.control_worker()
        for device, slot in zip(register(slots, settings.HOST), slots, strict=True):
            yield children.device_worker(device, slot)
        link = set_up_link() if "web" in parts else None
        if link:
            words = _("There is no account yet. Make the first one within a day at:\n  %s")
            self.stdout.write(words % site.url(link))
        connections.close_all()

    def _run(self, wanted: list[Child], announce: bool) -> None:
        supervisor = Supervisor(Path(settings.DATA) / "logs", self._notice)
        try:
            for child in wanted:
                supervisor.start(child)
            while not self.stopping:
                supervisor.keep_up()
                if announce and site.is_well():
                    announce = False
                    words = _("AutoML Web is at %(url)s (Ctrl-C stops it; logs in %(logs)s)")
                    self.stdout.write(words % {"url": site.url("/"), "logs": supervisor.logs})
                time.sleep(LOOK_EVERY)
        finally:
            supervisor.stop()

    def _notice(self, name: str, code: int, pause: float) -> None:
        words = _("%(name)s ended (exit code %(code)d) and starts again in %(pause).1f s.")
        self.stderr.write(words % {"name": name, "code": code, "pause": pause})
