"""A file on disk becomes a version of a dataset, whether it was uploaded or made here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from automl_web.accounts.models import User
from automl_web.datasets.models import Dataset, Upload, Version
from automl_web.datasets.tasks import hint
from automl_web.projects.models import Project


def keep(project: Project, user: User | None, file: Path, name: str) -> Upload:
    """The file at `file` as an upload that is whole; it is moved: on one disk, in no time."""
    size = file.stat().st_size
    upload = Upload(project=project, created_by=user, name=name, size=size, received=size)
    upload.path.parent.mkdir(parents=True, exist_ok=True)
    file.replace(upload.path)
    upload.save(force_insert=True)
    return upload


def add_dataset(
    source: Upload, name: str, user: User, options: Mapping[str, Any] | None = None
) -> Version:
    """A new dataset whose first version is prepared from `source`."""
    with transaction.atomic():
        project = source.project
        dataset = Dataset.objects.create(project=project, name=name, created_by=user)
        return add_version(dataset, source, options)


def add_version(
    dataset: Dataset,
    source: Upload,
    options: Mapping[str, Any] | None = None,
    parent: Version | None = None,
) -> Version:
    """The next version of `dataset`, from `source` with the options of its kind.

    `parent` is the version that it mends; what is the test part there stays the test part.
    """
    with transaction.atomic():
        latest = dataset.versions.aggregate(latest=Max("number"))["latest"] or 0
        version = Version.objects.create(
            dataset=dataset,
            number=latest + 1,
            source=source,
            options=dict(options or {}),
            parent=parent,
        )
        transaction.on_commit(partial(hint, version.pk))
    return version
