"""A run of trivial trials, and what must be true of it whatever happened around it."""

from __future__ import annotations

from collections import Counter

from django.conf import settings

from automl_web.accounts.models import User
from automl_web.compute.models import Queue
from automl_web.datasets.models import Dataset, Version
from automl_web.projects.models import Project
from automl_web.runs.live import snapshot
from automl_web.runs.models import Event, Report, Run, Trial
from automl_web.runs.start import start_run
from search.events import TrialMoved, from_json
from search.state import fold
from tests.faults.trivial_runner import STEPS

FENCED = "is somebody else's now"  # what a worker logs when a write of its was refused


def begin(trials):
    """Start a run on a dataset that nobody will read."""
    user = User.objects.create_user("storm")
    project = Project.begin("Storm", user)
    dataset = Dataset.objects.create(project=project, name="Nothing")
    return search(Version.objects.create(dataset=dataset, state=Version.State.READY), trials)


def search(version, trials):
    """Start a run of short trials."""
    return start_run(
        version.dataset.project,
        User.objects.get(username="storm"),
        version,
        name="Storm",
        method="random_search",
        options={},
        seed=0,
        max_trials=trials,
        concurrency=8,
        queue=Queue.objects.get(name="cpu"),
    )


def verdict(run: Run):
    """What came of the run, as plain data: see `broken`."""
    rows = list(Event.objects.filter(run=run).order_by("seq").values_list("seq", "body"))
    events = [from_json(body) for _, body in rows]
    folded = fold(events)
    folded["counts"] = {state: count for state, count in folded["counts"].items() if count}
    trials = Trial.objects.filter(run=run).order_by("number")
    ends = [e.number for e in events if isinstance(e, TrialMoved) and e.state == "complete"]
    steps: dict[int, list[int]] = {pk: [] for pk in trials.values_list("pk", flat=True)}
    for pk, step in (
        Report.objects.filter(trial__run=run).order_by("step").values_list("trial_id", "step")
    ):
        steps[pk].append(step)
    return {
        "state": run.state,
        "states": Counter(trials.values_list("state", flat=True)),
        "reasons": Counter(trials.exclude(reason="").values_list("reason", flat=True)),
        "numbers": list(trials.values_list("number", flat=True)),
        "ended twice": [number for number, count in Counter(ends).items() if count > 1],
        "never ended": sorted(set(trials.values_list("number", flat=True)) - set(ends)),
        "events": len(rows),
        "gaps in events": [i for i, (seq, _) in enumerate(rows, 1) if seq != i],
        "run's seq": run.seq,
        "folded equals": folded == snapshot(run.pk).document["state"],
        "gaps in reports": [pk for pk, s in steps.items() if s != list(range(1, STEPS + 1))],
        "times lost": sum(trials.values_list("lost", flat=True)),
        "fenced": logged(FENCED),
    }


def logged(words):
    """How many lines of the site's logs hold these words."""
    logs = (settings.DATA / "logs").glob("*.log*")
    return sum(log.read_text(errors="replace").count(words) for log in logs)
