"""Run as a module: starts a search of a few long trials on the site of AUTOML_DATA; prints its number."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_web.settings")
django.setup()

from automl_web.accounts.models import User  # noqa: E402 - needs Django set up
from automl_web.compute.models import Queue  # noqa: E402 - needs Django set up
from automl_web.datasets.images.example import create_example  # noqa: E402 - needs Django set up
from automl_web.datasets.ingest import ingest  # noqa: E402 - needs Django set up
from automl_web.projects.models import Project  # noqa: E402 - needs Django set up
from automl_web.runs.start import start_run  # noqa: E402 - needs Django set up
from search.problems.images import IMAGES  # noqa: E402 - needs Django set up

SMALL = {"epochs": int(sys.argv[1]), "width": 8, "layers": 2, "batch_size": 64}


def space():
    document = IMAGES.usual_space().to_json()
    document["hyperparameters"] = [
        {"type": "constant", "name": h["name"], "value": SMALL[h["name"]]}
        if h["name"] in SMALL
        else h
        for h in document["hyperparameters"]
    ]
    return document


if __name__ == "__main__":
    user = User.objects.create_user("ana")
    project = Project.begin("Kill test", user)
    version = create_example(project, user)
    ingest(version)
    run = start_run(
        project,
        user,
        version,
        name="Long",
        method="random_search",
        options={},
        seed=0,
        max_trials=4,
        concurrency=2,
        queue=Queue.objects.get(name="cpu"),
        space=space(),
    )
    print(run.pk)  # noqa: T201 - the test reads it
