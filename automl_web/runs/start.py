"""From a person's choices to a run that searches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from automl_web.accounts.models import User
from automl_web.compute.models import Queue
from automl_web.datasets.models import Version
from automl_web.projects.models import Project
from automl_web.runs.earlier import Study
from automl_web.runs.models import Run
from automl_web.runs.schedule import begin
from search.methods import METHODS
from search.options import parse
from search.problems import KINDS


def start_run(
    project: Project,
    user: User | None,
    version: Version,
    *,
    name: str,
    method: str,
    options: Mapping[str, Any],
    seed: int,
    max_trials: int,
    concurrency: int,
    queue: Queue,
    space: Mapping[str, Any] | None = None,
    request_key: str | None = None,
    minutes: float | None = None,
    trial_minutes: float | None = None,
    objectives: Sequence[str] = (),
    limits: Mapping[str, float] | None = None,
    earlier: Sequence[Study] = (),
    first: Sequence[Mapping[str, Any]] = (),
) -> Run:
    """Create the run and let it search. A key seen before gives the run that it made then.

    Raises OptionError if the method does not take these options.
    """
    parse(METHODS[method].options, options)
    try:
        with transaction.atomic():
            run = Run.objects.create(
                project=project,
                name=name,
                dataset=version,
                queue=queue,
                space=dict(space)
                if space is not None
                else KINDS[version.kind].usual_space().to_json(),
                method=method,
                options=dict(options),
                objectives=list(objectives or version.metrics[:1]),
                limits=dict(limits or {}),
                seed=seed,
                first=list(first),
                max_trials=max_trials,
                concurrency=concurrency,
                request_key=request_key,
                minutes=minutes,
                trial_minutes=trial_minutes,
                created_by=user,
            )
            for study in earlier:
                kept = {"trials": study.trials, "count": len(study.trials)}
                run.earlier.create(source=study.source[:200], **kept)
    except IntegrityError:
        return Run.objects.get(request_key=request_key)
    begin(run)
    return run
