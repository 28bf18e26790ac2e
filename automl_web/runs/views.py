"""Pages of runs and trials: what searches, what came of it, and the buttons that steer it."""

from __future__ import annotations

import csv

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from automl_web.accounts.audit import audit
from automl_web.accounts.models import Action
from automl_web.accounts.views import person
from automl_web.projects.access import member_or_404, project_or_404
from automl_web.projects.models import Role
from automl_web.runs.chosen_space import ChosenSpace, choices, chosen
from automl_web.runs.earlier_form import EarlierForm
from automl_web.runs.eta import eta_of, etas
from automl_web.runs.forms import OptionsForm, RunForm, run_name, translated
from automl_web.runs.goal_form import GoalForm, kept_to
from automl_web.runs.history import problem_of
from automl_web.runs.leaderboard import leaderboard
from automl_web.runs.live import snapshot
from automl_web.runs.models import Event, Run, Trial
from automl_web.runs.reasons import sentence, sentences
from automl_web.runs.schedule import OPEN
from automl_web.runs.start import start_run
from automl_web.runs.steer import can_be_retried
from automl_web.runs.supervise import log_path
from search.history import TrialState
from search.message import Refusal
from search.method import CONFIG, refusal
from search.methods import METHODS
from search.problems import KINDS

PAGE = 50
LOG_SHOWN = 64_000  # bytes of a log's end that a page holds


@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """All runs that a person may see; `?state=` keeps those in one state."""
    found = Run.objects.for_user(person(request)).select_related("project", "dataset__dataset")
    state = request.GET.get("state", "")
    if state in Run.State.values:
        found = found.filter(state=state)
    ended = Q(trials__state=TrialState.COMPLETE.value)
    complete = Count("trials", filter=ended)
    found = found.annotate(complete=complete).order_by("-created_at", "-pk")
    page = Paginator(found.select_related("queue"), PAGE).get_page(request.GET.get("page"))
    bands = etas(page)
    listed = [(run, bands.get(run.pk)) for run in page]
    context = {"page": page, "listed": listed, "states": Run.State.values, "state": state}
    return render(request, "runs/runs.html", context)


def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose data, space and method; every bad value is answered beside its field."""
    project = project_or_404(request.user, slug, Role.EDITOR)
    data = request.POST if request.method == "POST" else None
    form = RunForm(project, data, initial={"dataset": request.GET.get("dataset")})
    if data is None:
        form.narrow(chosen(project, form.kind, ""), form.initial["method"])
    method = request.POST.get("method", "")
    method = method if method in METHODS else form.initial["method"]
    form.initial["name"] = run_name(project, method)
    options = OptionsForm(method, data)
    goal = GoalForm(form.metrics, data)
    earlier = EarlierForm(project, form.kind, data, request.FILES or None)
    if _are_valid(form, options, goal, earlier):
        _judge(form, options, goal, earlier)
    if _are_valid(form, options, goal, earlier):
        given = dict(form.cleaned_data)
        run = start_run(
            project,
            person(request),
            given.pop("dataset"),
            options=_given(options),
            space=given.pop("space").document,
            objectives=goal.objectives,
            limits=goal.limits,
            earlier=earlier.studies,
            first=earlier.first,
            **given,
        )
        audit(request, Action.RUN_STARTED, run, method=method)
        for note in earlier.notes():
            messages.info(request, note)
        return redirect(run)
    context = {"project": project, "form": form, "options": options, "goal": goal}
    context["earlier"] = earlier
    status = 422 if data is not None else 200
    return render(request, "runs/new.html", context | {"method": METHODS[method]}, status=status)


def _are_valid(*forms: Form) -> bool:
    """Whether all of them are; each is asked, so that each shows its errors."""
    judged = [form.is_valid() for form in forms]
    return all(judged)


def _judge(form: RunForm, options: OptionsForm, goal: GoalForm, earlier: EarlierForm) -> None:
    """Say where what was chosen does not go together: method, its options, data, space, and limits."""
    version, space = form.cleaned_data["dataset"], form.cleaned_data["space"]
    kind = KINDS[version.kind]
    problem = kind.problem(space.document, version.folder, goal.objectives, goal.limits)
    refused = refusal(METHODS[form.cleaned_data["method"]], problem, options.options)
    if isinstance(refused, Refusal) and refused.option:
        options.add_error(refused.option, translated(refused))
    elif refused is not None:
        form.add_error("method", translated(refused))
    goal.judge(problem)
    earlier.judge(problem)


def _given(options: OptionsForm) -> dict[str, object]:
    return {name: getattr(options.options, name) for name in options.fields}


@require_safe
def method_options(request: HttpRequest, slug: str) -> HttpResponse:
    """The fields of one method, for the run form; with `?space=`, the methods that search it, too."""
    project = project_or_404(request.user, slug, Role.EDITOR)
    method, key = request.GET.get("method", ""), request.GET.get("space")
    form = RunForm(project, initial={"dataset": request.GET.get("dataset")})
    if method not in METHODS or (key is not None and key not in dict(choices(project, form.kind))):
        raise Http404
    if key is None:
        context = {"options": OptionsForm(method), "method": METHODS[method]}
        return render(request, "runs/options.html", context)
    method = form.narrow(chosen(project, form.kind, key), method)
    context = {"form": form, "options": OptionsForm(method), "method": METHODS[method]}
    return render(request, "runs/method.html", context | {"project": project})


@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """The live page of a run; it arrives with its state, so it reads without a script, too."""
    found = visible_run(request, pk)
    return render(request, "runs/run.html", _live(request, found))


def second_metric(run: Run) -> str:
    """What the first objective is weighed against, unless a person says otherwise."""
    return run.objectives[1] if len(run.objectives) > 1 else run.dataset.metrics[1]


def curve_metric(run: Run) -> str:
    """What the learning curves show: the objective, or the usual one where that is a cost."""
    objective: str = run.objectives[0]
    return objective if objective.startswith("val_") else run.dataset.metrics[0]


def visible_run(request: HttpRequest, pk: int, role: Role = Role.VIEWER) -> Run:
    related = Run.objects.select_related("project", "dataset__dataset", "queue", "created_by")
    return member_or_404(related, request.user, role, pk=pk)


def _live(request: HttpRequest, found: Run, number: int | None = None) -> dict[str, object]:
    objective = problem_of(found).objective
    frame = snapshot(found.pk, number)
    rows = frame.document["state"]["trials"].values()
    return {
        "run": found,
        "method": METHODS[found.method],
        "objective": objective,
        "metrics": " ".join(found.dataset.metrics),
        "second": second_metric(found),
        "curve": curve_metric(found),
        "limits": kept_to(found.limits),
        "genotypes": "architecture" in found.space,
        "searches_config": CONFIG in ChosenSpace(found.space).left_open,
        "earlier": found.earlier.defer("trials").order_by("pk"),
        "eta": eta_of(found),
        "thinks": METHODS[found.method].insight is not None
        and not ("architecture" in found.space and METHODS[found.method].search),
        "live": frame.document,
        "script": frame.script,
        **leaderboard(found),
        "rows": list(rows)[-PAGE:],
        "reasons": sentences(),
        "reason": sentence(found.reason),
        "may_edit": found.project.role_of(person(request)) in Role.EDITOR.at_least,
        "failed": found.trials.filter(state=TrialState.FAILED.value).count(),
    }


@require_safe
def eta(request: HttpRequest, pk: int) -> HttpResponse:
    """When the run will be done, which the live page fetches anew as trials end."""
    return render(request, "runs/eta.html", {"eta": eta_of(visible_run(request, pk))})


@require_safe
def leaders(request: HttpRequest, pk: int) -> HttpResponse:
    """The leaderboard alone, which the live page fetches anew as trials end."""
    found = visible_run(request, pk)
    return render(request, "runs/leaders.html", {"run": found, **leaderboard(found)})


@require_safe
def trials(request: HttpRequest, pk: int) -> HttpResponse:
    """All trials of a run, page by page, or as CSV."""
    found = visible_run(request, pk)
    rows = found.trials.order_by("number")
    if request.GET.get("format") == "csv":
        return _csv(found, rows)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"run": found, "page": page, "objective": problem_of(found).objective}
    return render(request, "runs/trials.html", context)


def _csv(found: Run, rows: QuerySet[Trial]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="run-{found.pk}-trials.csv"'
    listed = list(rows)
    config = sorted({name for row in listed for name in row.config})
    values = sorted({name for row in listed for name in row.values})
    writer = csv.writer(response)
    writer.writerow(["number", "stage", "state", "reason", "cost_s", *config, *values])
    for row in listed:
        fixed = [row.number, row.stage, row.state, row.reason, round(row.cost, 3)]
        cells = [row.config.get(n) for n in config] + [row.values.get(n) for n in values]
        writer.writerow([*fixed, *map(_harmless, cells)])
    return response


def _harmless(cell: object) -> object:
    """A spreadsheet must not take a text for a formula."""
    dangerous = isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{cell}" if dangerous else cell


@require_safe
def trial(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    found = visible_run(request, pk)
    row = get_object_or_404(found.trials.select_related("device"), number=number)
    context = _live(request, found, number) | {
        "trial": row,
        "sentence": sentence(row.reason),
        "known": _known(found, row),
        "log": _log_end(row),
        "children": found.trials.filter(Q(parent=number) | Q(memo__from=number)).order_by("number"),
        "trial_can_stop": row.state in OPEN,
        "trial_can_retry": can_be_retried(row),
    }
    return render(request, "runs/trial.html", context)


def _known(found: Run, row: Trial) -> dict[str, int]:
    """What stood when the trial was proposed: the trials before it, and how many had ended then."""
    moved = Event.objects.filter(run=found, type="moved", seq__lte=row.view)
    ended = [state.value for state in TrialState if state.is_final]
    numbers = moved.filter(body__state__in=ended).values("body__number").distinct()
    return {"before": row.number - 1, "ended": numbers.count()}


def _log_end(row: Trial) -> str:
    path = log_path(row)
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - LOG_SHOWN, 0))
        return file.read().decode(errors="replace")


@require_safe
def trial_log(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The whole log that is kept, as plain text."""
    row = get_object_or_404(visible_run(request, pk).trials, number=number)
    path = log_path(row)
    text = path.read_bytes() if path.exists() else b""
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
