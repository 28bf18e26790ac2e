"""`manage.py demo`: the site with two searches running in it, from nothing to models taken home."""

from __future__ import annotations

import argparse
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from automl_web.accounts.models import User
from automl_web.accounts.setup import sign_in_link
from automl_web.compute import startup
from automl_web.compute.startup import CannotStartError
from automl_web.compute.supervisor import die_with_me
from automl_web.datasets.models import Version
from automl_web.desks import example, held_out, site
from automl_web.registry.models import ModelVersion
from automl_web.runs.models import Run
from search.training.card import ONNX

LOOK_EVERY = 0.5  # seconds
QUIET_EVERY = 10.0  # seconds between lines where nobody watches them move
CHECK_WITHIN = 180.0  # seconds
BETTER_THAN_CHANCE = 5
"""A tried model must be right this many times as often as guessing."""


class Command(BaseCommand):
    help = "Run the site with example searches in it."
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        check = "search on a small budget, try the exported model, and stop"
        parser.add_argument("--check", action="store_true", help=check)

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does
        self.deadline = time.monotonic() + CHECK_WITHIN if check else float("inf")
        try:
            startup.check_port(site.address(), settings.PORT)
            with self._site():
                models = self._search(example.REDUCED if check else example.FULL)
                if check:
                    for model in models:
                        self._try(model)
                else:
                    self._stay()
        except (CannotStartError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            self.stdout.write("")

    @contextlib.contextmanager
    def _site(self) -> Iterator[None]:
        """The site under its supervisor as long as the block lasts."""
        self.stdout.write(_("Starting the site ..."))
        self.serve = subprocess.Popen(
            [sys.executable, str(settings.ROOT / "manage.py"), "serve"],
            stdout=subprocess.DEVNULL,  # its set-up link is used here; what goes wrong is still seen
            start_new_session=True,
            preexec_fn=die_with_me(),
        )
        try:
            self._until(site.is_well)
            yield
        finally:
            self.serve.terminate()
            self.serve.wait()

    def _search(self, budget: example.Budget) -> list[ModelVersion]:
        """Everything from the account to the exported models."""
        user = example.account()
        version = self._prepared(example.version_for(user))
        runs = example.begin(version, user, budget)
        for run in runs:
            self._invite(user, run)
        self._until(lambda: self._are_over(runs))
        return [self._taken_home(run) for run in runs]

    def _taken_home(self, run: Run) -> ModelVersion:
        self.stdout.write("\n".join(["", run.name, *example.leaderboard(run)]))
        self._until(lambda: Run.objects.filter(pk=run.pk, taken_home=True).exists())
        model = ModelVersion.objects.filter(run=run).first()
        if model is None:
            raise CannotStartError(_("No model came of this search: its last training failed."))
        self.stdout.write(_("The model lies in %(folder)s") % {"folder": model.folder})
        return model

    def _stay(self) -> None:
        words = _("The site stays up at %s until you press Ctrl-C.")
        self.stdout.write(words % site.url("/"))
        self._until(lambda: False)

    def _prepared(self, version: Version) -> Version:
        def is_prepared() -> bool:
            version.refresh_from_db()
            if version.state == Version.State.REFUSED:
                raise CannotStartError(version.problem)
            return version.state == Version.State.READY

        self._until(is_prepared)
        return version

    def _invite(self, user: User, run: Run) -> None:
        link = site.url(sign_in_link(user, run.get_absolute_url()))
        self.stdout.write(
            _("Watch %(name)s live (this link signs you in once):\n  %(link)s")
            % {"name": run.name, "link": link}
        )

    def _are_over(self, runs: list[Run]) -> bool:
        over = [self._is_over(run) for run in runs]
        self._move(" · ".join(example.progress(run) for run in runs))
        return all(over)

    def _is_over(self, run: Run) -> bool:
        run.refresh_from_db()
        if run.state in {Run.State.FAILED, Run.State.CANCELLED}:
            raise CannotStartError(_("The search has ended without a result: %s") % run.reason)
        return run.is_over

    def _move(self, line: str) -> None:
        """Show `line` in the place of the one before, or now and then where output is kept."""
        if self.stdout.isatty():
            self.stdout.write(f"\r\x1b[K{line}", ending="")
            self.stdout.flush()
        elif time.monotonic() >= self.quiet_until:
            self.stdout.write(line)
            self.quiet_until = time.monotonic() + QUIET_EVERY

    quiet_until = 0.0

    def _until(self, condition: Callable[[], bool]) -> None:
        """Wait for `condition`, as long as the site is up and there is time."""
        while not condition():
            if self.serve.poll() is not None:
                raise CannotStartError(_("The site has stopped."))
            if time.monotonic() > self.deadline:
                raise CannotStartError(
                    _("This took longer than %(seconds)d seconds.") % {"seconds": CHECK_WITHIN}
                )
            time.sleep(LOOK_EVERY)

    def _try(self, model: ModelVersion) -> None:
        """Load the exported model and have it name images that it has never seen."""
        if not model.onnx_offered:
            raise CannotStartError(_("No ONNX model was exported: %s") % model.problem)
        share, count = held_out.accuracy(model.folder / ONNX, model.run.dataset.folder)
        words = {"share": f"{share:.1%}", "count": count}
        if share < BETTER_THAN_CHANCE / len(model.run.dataset.classes):
            raise CannotStartError(
                _("The exported model names only %(share)s of %(count)d held-out images.") % words
            )
        self.stdout.write(
            _("The exported model names %(share)s of %(count)d held-out images rightly.") % words
        )
