"""What tests of runs stand on: a prepared dataset, a queue with two devices, and a run."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from coverage import Coverage
from coverage.exceptions import CoverageWarning
from hypothesis import settings
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_limits

# No test is timed: on a busy machine one example may take a second.
settings.register_profile("any_machine", deadline=None)
settings.load_profile("any_machine")

# Threads of small matrices wait for each other: on a busy machine many times as long as they compute.
threadpool_limits(1)

# What coverage starts itself by in the processes of a test.
MEASURING = "COVERAGE_PROCESS_CONFIG"

SIZES = {"train": 200, "validation": 60, "test": 80}


@pytest.fixture(scope="module")
def unmeasured() -> Iterator[None]:
    """No coverage of tests that do thousands of times what others show once: it doubles their time."""
    measuring = Coverage.current()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(MEASURING, raising=False)
        if measuring is not None:
            measuring.stop()
        yield
    if measuring is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CoverageWarning)  # all is imported already
            measuring.start()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """SQLite is emptied by DELETE after tests with real transactions; the audit record refuses that."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER accounts_entry_no_delete")


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small prepared dataset: 8 x 8 digits, one channel."""
    folder = tmp_path_factory.mktemp("digits")
    bunch = load_digits()
    images = (bunch.images * 15.9).astype(np.uint8)[:, None]
    labels = bunch.target.astype(np.int64)
    start = 0
    for name, size in SIZES.items():
        np.save(folder / f"{name}-images.npy", images[start : start + size])
        np.save(folder / f"{name}-labels.npy", labels[start : start + size])
        start += size
    train = images[: SIZES["train"]] / 255
    meta = {
        "kind": "images",
        "classes": [str(digit) for digit in range(10)],
        "channels": 1,
        "height": 8,
        "width": 8,
        "counts": SIZES,
        "mean": [float(train.mean())],
        "std": [float(train.std())],
    }
    (folder / "meta.json").write_text(json.dumps(meta))
    return folder


@pytest.fixture
def version(project, digits):
    """A dataset version that is ready, in the project of the test."""
    from automl_web.datasets.models import Dataset, Version

    dataset = Dataset.objects.create(project=project, name="Digits")
    facts = json.loads((digits / "meta.json").read_text())
    version = Version.objects.create(dataset=dataset, state=Version.State.READY, facts=facts)
    shutil.copytree(digits, version.folder)
    return version


@pytest.fixture
def queue(db):
    from automl_web.compute.models import Queue

    return Queue.objects.get_or_create(name="cpu")[0]


@pytest.fixture
def devices(queue):
    """Two slots on the queue, alive."""
    from django.db.models.functions import Now

    from automl_web.compute.models import Device

    return [
        Device.objects.create(queue=queue, host="here", name=f"cpu{n}", beat_at=Now())
        for n in range(2)
    ]


@pytest.fixture
def start(project, version, queue):
    """Begin a run; what is not said takes a small value."""
    from automl_web.runs.start import start_run

    def begin(method="random_search", **chosen):
        fields = {"name": "A run", "options": {}, "seed": 1, "max_trials": 3, "concurrency": 2}
        return start_run(project, None, version, method=method, queue=queue, **{**fields, **chosen})

    return begin


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
