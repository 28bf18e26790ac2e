"""“Try my own”: a person asks a run for a trial of a configuration that they filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from automl_web.accounts.audit import audit
from automl_web.accounts.models import Action
from automl_web.accounts.views import person
from automl_web.projects.models import Role
from automl_web.runs.history import plan_of, problem_of
from automl_web.runs.leaderboard import leaderboard
from automl_web.runs.models import ConflictError, Run, Trial
from automl_web.runs.own_form import GENOTYPE, OwnForm
from automl_web.runs.schedule import create
from automl_web.runs.views import visible_run
from search.history import Candidate, Stage
from search.loop import own_proposal, trial_of
from search.method import Problem
from search.problems import KINDS

OPEN = (Run.State.RUNNING, Run.State.PAUSED)


def own(request: HttpRequest, pk: int) -> HttpResponse:
    """The space's fields, filled in as the best trial or as that of `?from=`; sent, they become a trial."""
    found = visible_run(request, pk, Role.EDITOR)
    if found.state not in OPEN:
        messages.warning(request, _("This run is over, so it tries nothing more."))
        return redirect(found)
    problem, designs = problem_of(found), [row for row in _leaders(found) if row.genotype]
    start = _start(request, found, problem, designs)
    known = KINDS[found.dataset.kind].hyperparameters
    form = OwnForm(problem, known, start, designs, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.candidate is not None:
        return _ask(request, found, problem, form.candidate)
    status = 422 if request.method == "POST" else 200
    return render(request, "runs/own.html", {"run": found, "form": form}, status=status)


def _leaders(run: Run) -> list[Trial]:
    leaders = leaderboard(run)["leaders"]
    assert isinstance(leaders, list)
    return leaders


def _start(
    request: HttpRequest, run: Run, problem: Problem, designs: list[Trial]
) -> Mapping[str, Any]:
    """What is filled in first: what the page has already, a trial's values, or the usual ones."""
    prefix = f"{OwnForm.prefix}-"
    given = {k.removeprefix(prefix): v for k, v in request.GET.items() if k.startswith(prefix)}
    if given:
        return given
    number = request.GET.get("from", "")
    is_number = number.isdecimal() and len(number) < 10
    asked = run.trials.filter(number=int(number)).first() if is_number else None
    row = asked or next(iter(_leaders(run)), None)
    if row is None:
        return problem.space.default()
    if row.genotype and row not in designs:
        designs.insert(0, row)
    return {**row.config, GENOTYPE: str(row.number)}


def _ask(request: HttpRequest, run: Run, problem: Problem, candidate: Candidate) -> HttpResponse:
    who = person(request).username
    proposal = own_proposal(plan_of(run), problem, candidate, who)
    try:
        with transaction.atomic():
            latest = Run.objects.select_related("queue").get(pk=run.pk)
            if latest.state not in OPEN or _is_ending(latest):
                raise ConflictError
            number = latest.trials.count() + 1
            create(latest, [trial_of(proposal, number, latest.seq)])
            row = latest.trials.get(number=number)
            audit(request, Action.TRIAL_ASKED, row)
    except ConflictError:
        messages.warning(request, _("This run has moved on in the meantime. Nothing was changed."))
        return redirect(run)
    messages.info(request, _("Trial %(number)s waits for a device.") % {"number": number})
    return redirect(row)


def _is_ending(run: Run) -> bool:
    """Whether the search is over, and its best candidate is being confirmed."""
    return run.trials.filter(stage=Stage.CONFIRM.value).exists()
