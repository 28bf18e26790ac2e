"""A file on disk becomes a version of a dataset, whether it was uploaded or made here."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from automl_web.accounts.models import User
from automl_web.datasets.models import Dataset, Version
from automl_web.datasets.tasks import hint
from automl_web.projects.models import Project


def add_dataset(project: Project, name: str, user: User, file: Path) -> Version:
    """A new dataset whose first version is the zip at `file`, which is moved away."""
    with transaction.atomic():
        dataset = Dataset.objects.create(project=project, name=name, created_by=user)
        return add_version(dataset, file)


def add_version(dataset: Dataset, file: Path) -> Version:
    """The next version of `dataset` from the zip at `file`, which is moved: on one disk, in no time."""
    with transaction.atomic():
        latest = dataset.versions.aggregate(latest=Max("number"))["latest"] or 0
        version = Version.objects.create(dataset=dataset, number=latest + 1)
        version.upload.parent.mkdir(parents=True, exist_ok=True)
        file.replace(version.upload)
        transaction.on_commit(partial(hint, version.pk))
    return version
