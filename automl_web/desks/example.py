"""The example that `manage.py demo` shows: an account, a project, the digits, a search in them."""

from __future__ import annotations

import http.client
import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from automl_web.accounts.models import User
from automl_web.accounts.setup import set_up_link
from automl_web.compute.devices import declared
from automl_web.compute.models import Queue
from automl_web.compute.startup import CannotStartError
from automl_web.datasets.images.example import create_example
from automl_web.datasets.models import Version
from automl_web.desks import site
from automl_web.projects.models import Project
from automl_web.runs.history import history_of, problem_of
from automl_web.runs.models import Run, Trial
from automl_web.runs.start import start_run
from search.history import Stage, TrialState
from search.history import Trial as SearchTrial
from search.problems.architecture_space import ready_made

NAME = "demo"
SLUG = "example"
LEADERBOARD = 5
SHOWN = ("learning_rate", "optimiser", "batch_size", "layers", "width")


@dataclass(frozen=True)
class Budget:
    """How long the example searches.

    For hyper-parameters the epochs of the longest training and a limit of trials; for architectures
    the number of designs and the epochs of each.
    """

    max_epochs: int
    max_trials: int
    designs: int
    design_epochs: int


FULL = Budget(max_epochs=27, max_trials=100, designs=24, design_epochs=8)
REDUCED = Budget(max_epochs=9, max_trials=20, designs=6, design_epochs=2)


def account() -> User:
    """The person of the example: made as anybody's first account is, by the set-up link."""
    link = set_up_link()
    if link is None:
        known = User.objects.filter(username=NAME).first()
        return known or User.objects.filter(is_staff=True, is_active=True).earliest("pk")
    password = secrets.token_urlsafe(24)  # kept nowhere: the one-time links let this person in
    _submit(link, {"username": NAME, "password1": password, "password2": password})
    return User.objects.get(username=NAME)


def version_for(user: User) -> Version:
    """The digits in the example project; both are made at the first demo."""
    project = Project.objects.for_user(user).filter(slug=SLUG).first()
    if project is None:
        project = Project.begin(_("Example"), user)
    usable = Version.objects.filter(dataset__project=project).exclude(state=Version.State.REFUSED)
    return usable.order_by("pk").first() or create_example(project, user)


def begin(version: Version, user: User, budget: Budget) -> list[Run]:
    """Start a search for hyper-parameters and one for an architecture, side by side.

    They have seeds that none before them in this project had.
    """
    seed = version.dataset.project.runs.count() + 1
    hyperband: dict[str, Any] = {
        "name": _("Digits, Hyperband, seed %(seed)d") % {"seed": seed},
        "method": "hyperband",
        "options": {"max_epochs": budget.max_epochs},
        "max_trials": budget.max_trials,
    }
    evolution: dict[str, Any] = {
        "name": _("Digits, ageing evolution, seed %(seed)d") % {"seed": seed},
        "method": "aging_evolution",
        "options": {"population_size": max(2, budget.designs // 3), "sample_size": 2},
        "max_trials": budget.designs,
        "space": designs(budget.design_epochs),
        "objectives": ("val_accuracy", "macs"),
    }
    return [_begin(version, user, seed, chosen) for chosen in (hyperband, evolution)]


def _begin(version: Version, user: User, seed: int, chosen: dict[str, Any]) -> Run:
    slots = declared(settings.DEVICES)
    if not slots:
        raise CannotStartError(_("The example needs a device: set AUTOML_DEVICES to auto."))
    queue = slots[0].queue
    run = start_run(
        version.dataset.project,
        user,
        version,
        seed=seed,
        concurrency=sum(slot.queue == queue for slot in slots),
        queue=Queue.objects.get(name=queue),
        **chosen,
    )
    run.refresh_from_db()  # with the total that it was given as it began
    return run


def designs(epochs: int) -> dict[str, Any]:
    """Small cells, each trained for so many epochs."""
    document = ready_made("small")
    for entry in document["training"]["hyperparameters"]:
        if entry["name"] == "epochs":
            entry["value"] = epochs
    return document


def progress(run: Run) -> str:
    """Where the run stands, in a line."""
    trials = Trial.objects.filter(run=run)
    ended = trials.filter(state__in=[state for state in TrialState if state.is_final]).count()
    best = leaders(run, 1)
    words: dict[str, object] = {"ended": ended, "total": run.total or ended}
    if not best:
        return _("Trial %(ended)d of %(total)d") % words
    words |= {"best": f"{best[0].values['val_accuracy']:.1%}", "number": best[0].number}
    return _("Trial %(ended)d of %(total)d, best so far %(best)s (trial %(number)d)") % words


def leaders(run: Run, count: int = LEADERBOARD) -> list[SearchTrial]:
    """The best of the search; longer trainings come first, because early scores flatter."""
    searched = history_of(run, problem_of(run), curves=True).at_stage(Stage.SEARCH)
    ranked = searched.ranked()
    return sorted(ranked, key=lambda trial: (-trial.resource, trial.loss, trial.number))[:count]


def leaderboard(run: Run) -> list[str]:
    """The best trials as lines: place, number, accuracy, epochs, what was tried."""
    words = _("%(place)d. trial %(number)3d: %(accuracy)6s after %(epochs)d epochs  %(config)s")
    return [
        words
        % {
            "place": place,
            "number": trial.number,
            "accuracy": f"{trial.values['val_accuracy']:.1%}",
            "epochs": trial.reports[-1].step,
            "config": _tried(trial),
        }
        for place, trial in enumerate(leaders(run), start=1)
    ]


def _tried(trial: SearchTrial) -> str:
    """The hyper-parameters that say most, as `name=value`; of an architecture what it costs."""
    if trial.candidate.genotype is not None:
        counted = _("%(params)d parameters, %(macs)d MACs")
        return counted % {name: int(trial.values[name]) for name in ("params", "macs")}
    config = trial.candidate.config
    rounded = {n: f"{v:.2g}" if isinstance(v, float) else v for n, v in config.items()}
    return " ".join(f"{name}={rounded[name]}" for name in SHOWN if name in rounded)


def _submit(path: str, fields: dict[str, str]) -> None:
    """Fill in the form at `path` and send it, as a browser does."""
    status, headers, page = _ask("GET", path)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    cookie = re.search(r"(__Host-)?csrftoken=[^;]+", headers.get("Set-Cookie", ""))
    if status != http.HTTPStatus.OK or token is None or cookie is None:
        raise CannotStartError(
            _("The page %(path)s does not answer as it should.") % {"path": path}
        )
    body = urlencode({**fields, "csrfmiddlewaretoken": token[1]})
    sent = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie[0]}
    status, _headers, _page = _ask("POST", path, body, sent)
    if status != http.HTTPStatus.FOUND:
        raise CannotStartError(
            _("The account could not be made (HTTP %(status)d).") % {"status": status}
        )


def _ask(
    method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
) -> tuple[int, http.client.HTTPMessage, str]:
    connection = site.connect()
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()
