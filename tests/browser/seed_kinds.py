"""A table, a text and texts with their classes for the site of a browser test, with cards of the Data Doctor,
and a run and a model of the first two; imported once Django is set up."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from automl_web.accounts.models import User
from automl_web.compute.models import Device, Queue
from automl_web.datasets.ingest import ingest
from automl_web.datasets.models import Version
from automl_web.datasets.store import add_dataset, keep
from automl_web.projects.models import Project
from automl_web.registry.models import ModelVersion
from automl_web.runs.models import Run
from automl_web.runs.record import Progress, finish, record
from automl_web.runs.schedule import advance, claim
from automl_web.runs.start import start_run
from search.history import TrialState
from tests.web.tables import houses
from tests.web.texts import paragraphs, running_text, table


def other_kinds(project: Project, user: User, queue: Queue) -> None:
    """What there is beside images, searched by a device that is none of those of other runs."""
    device = Device.objects.create(queue=queue, host="here", name="cpu9")
    prices = dataset(project, user, "Prices", "prices.csv", _prices())
    values = {"val_rmse": 20_000.0, "val_mae": 15_000.0, "val_r2": 0.8}
    tested = {"test_rmse": 21_000.0, "test_mae": 15_500.0, "test_r2": 0.79}
    model(searched(prices, user, queue, device, values), tested, _of_prices())
    text = running_text()[:60_000]
    words = dataset(project, user, "Reference", "reference.txt", text + text)
    values, tested = {"val_perplexity": 8.0, "val_loss": 2.1}, {"test_perplexity": 8.2}
    model(searched(words, user, queue, device, values), tested, _of_words())
    dataset(project, user, "Topics", "topics.csv", table(paragraphs()))


def dataset(project: Project, user: User, name: str, file: str, content: str) -> Version:
    with tempfile.NamedTemporaryFile("w", delete=False, encoding="utf-8") as written:
        written.write(content)
    version = add_dataset(keep(project, user, Path(written.name), file), name, user)
    ingest(version)
    assert version.state == Version.State.READY, version.problem
    return version


def searched(
    version: Version, user: User, queue: Queue, device: Device, values: dict[str, float]
) -> Run:
    """A run of two trials that is over."""
    run = start_run(
        version.dataset.project,
        user,
        version,
        name=f"Search on {version.dataset.name}",
        method="random_search",
        options={},
        seed=1,
        max_trials=2,
        concurrency=1,
        queue=queue,
    )
    advance(run.pk)
    loss = values[run.objectives[0]]
    while taken := claim(queue.name, device):
        record(taken, Progress([(1, dict(values))], []), seconds=2.0)
        finish(taken, TrialState.COMPLETE, seconds=2.0, loss=loss + taken.number / 1000)
        advance(run.pk)
    return run


def model(run: Run, values: dict[str, float], results: dict[str, object]) -> None:
    """What was taken home, but for the files."""
    facts = {"params": 41_000, "parity": 2e-6, "compared": 256, "onnx_offered": True}
    ModelVersion.objects.create(run=run, trial=1, values=values, results=results, **facts)


def _prices() -> str:
    """Rows with something for the Data Doctor in them."""
    frame = houses(300).assign(country="here", note=[f"was sold in {n} days" for n in range(300)])
    frame.loc[::7, "rooms"] = np.nan
    frame["price"] = frame.pop("price")
    return str(frame.iloc[[*range(300), *range(9)]].to_csv(index=False))


def _of_prices() -> dict[str, object]:
    prices = np.linspace(30_000, 200_000, 40)
    points = np.stack([prices, prices * 1.02], axis=1).tolist()
    off = {"half": 12_000.0, "most": 30_000.0, "bias": 400.0}
    importance = [{"name": name, "mean": 0.2, "deviation": 0.01} for name in ("area", "rooms")]
    return {"points": points, "tested": 45, "off": off, "importance": importance}


def _of_words() -> dict[str, object]:
    sample = {"beginning": "The value ", "written": "is returned."}
    hardest = [{"token": token, "count": 9, "perplexity": 40.0} for token in (" ", "q", "\n")]
    return {"sample": sample, "hardest": hardest, "by_frequency": 20.0, "unknown": 0.01}
