"""Training one model of a table as a generator: it yields after every epoch or fold, or once."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from search.history import Candidate, Report, Stage
from search.method import Context, Problem
from search.training import checkpoint, fidelity
from search.training.log import in_words, log
from search.training.tables import champion, confirm, data
from search.training.tables.models import Fitted, Progress, train
from search.training.tables.recipe import Recipe
from search.training.tables.scores import main_score, scores

WARM_UPS, RUNS = 2, 11
"""One row is predicted so often to measure the latency, and the first times do not count."""


def evaluate(problem: Problem, candidate: Candidate, context: Context) -> Iterator[Report]:
    """Train `candidate` on the prepared table `problem.data`.

    A neural network yields after every epoch and can go on from any; its two numbers of epochs mean
    what they mean for images. Other models are fitted at once and yield one report. With folds,
    training and validation part are cut into so many, and a report after each has the means of
    those that are done and their spread; as a fidelity, `folds` gives the first so many of them, and
    `fold` a single one.

    `train_fraction` gives the first rows of a fixed order to train on. Stage confirm trains on
    all rows of training and validation part and scores the test part once, at the end; no other stage
    opens it. Raises DivergedError if a loss is no longer a number.
    """
    assert problem.data is not None
    if candidate.genotype is not None:
        yield from champion.evaluate(candidate, problem.data, context)
        return
    recipe = Recipe.of(candidate.config)
    if context.stage is Stage.CONFIRM:
        yield from _confirmed(recipe, problem.data, context)
    elif recipe.folds > 1:
        yield from _in_folds(recipe, problem.data, context)
    else:
        yield from _held_out(recipe, problem.data, context)


def _held_out(recipe: Recipe, folder: Path, context: Context) -> Iterator[Report]:
    """Trained on the training part, judged on the validation part."""
    known = data.meta(folder)
    part = data.share(known, data.part(folder, "train"), fidelity.train_fraction(context))
    validation = data.part(folder, "validation")
    for progress in _trained(recipe, known, part, context):
        values = dict(progress.values)
        if main_score(known) not in values:  # it is there where a resumed training was at its end
            predicted = progress.fitted.predict(validation.rows)
            values |= scores(known, predicted, validation.target, "val")
        is_last = progress.step >= progress.last
        costs = _costs(progress.fitted, validation) if is_last else {}
        yield _report(progress, values, costs, context)


def _confirmed(recipe: Recipe, folder: Path, context: Context) -> Iterator[Report]:
    """Trained on training and validation part; the test part is scored once, and the model kept."""
    known = data.meta(folder)
    part = data.joined(data.part(folder, "train"), data.part(folder, "validation"))
    for progress in _trained(recipe, known, part, context):
        if progress.step < progress.last:
            yield _report(progress, dict(progress.values), {}, context)
    values = {**progress.values, **confirm.score_once(progress.fitted, folder, context.workdir)}
    costs = _costs(progress.fitted, data.part(folder, "test"))
    yield _report(progress, values, costs, context, confirm.model(progress.fitted, known))


def _in_folds(recipe: Recipe, folder: Path, context: Context) -> Iterator[Report]:
    """One model a fold, trained on a share of the other folds; the folds that are done are kept."""
    known = data.meta(folder)
    whole = data.joined(data.part(folder, "train"), data.part(folder, "validation"))
    state = checkpoint.resumed(context.resume, fidelity.train_fraction(context))
    seed = state["seed"] if state else context.seed
    count = min(recipe.folds, len(whole))
    asked = fidelity.folds(context, count)
    # The last one is done again at least, so that there is a report.
    done: list[dict[str, float]] = list(state["folds"])[: len(asked) - 1] if state else []
    left = islice(data.folds(known, whole, count), asked.start + len(done), asked.stop)
    for number, (others, fold) in enumerate(left, start=asked.start + len(done) + 1):
        part = data.share(known, others, fidelity.train_fraction(context))
        *_, progress = train(recipe, known, part, seed, fidelity.epochs(context, recipe.epochs))
        done.append(scores(known, progress.fitted.predict(fold.rows), fold.target, "val"))
        values, costs = _over(done, main_score(known)), {}
        if number == asked.stop:
            costs = _costs(progress.fitted, fold)
        path = checkpoint.save(
            context.workdir, len(done), {"folds": done, **_told(context, seed, values)}
        )
        note = f"fold {number} of {count}: {in_words(values)}"
        log(note)
        yield Report(len(done), values, path, note, costs)


def _over(done: list[dict[str, float]], of: str) -> dict[str, float]:
    """The means over the folds that are done, and the standard deviation of the main score."""
    means = {name: float(np.mean([values[name] for values in done])) for name in done[0]}
    return {**means, "spread": float(np.std([values[of] for values in done]))}


def _trained(
    recipe: Recipe, known: data.Meta, part: data.Part, context: Context
) -> Iterator[Progress]:
    log(f"{recipe.model} on {len(part):,} rows of {len(known.columns):,} columns")
    state = checkpoint.resumed(context.resume, fidelity.train_fraction(context))
    seed = state["seed"] if state else context.seed
    return train(recipe, known, part, seed, fidelity.epochs(context, recipe.epochs), state)


def _told(context: Context, seed: int, values: Mapping[str, float]) -> dict[str, Any]:
    """What every checkpoint holds."""
    return {"seed": seed, "fraction": fidelity.train_fraction(context), "values": dict(values)}


def _report(
    progress: Progress,
    values: dict[str, float],
    costs: Mapping[str, float],
    context: Context,
    model: Mapping[str, Any] | None = None,
) -> Report:
    """A report, with a checkpoint where there is something to go on from or to take home."""
    path = None
    if progress.state is not None or model is not None:
        state = {**(progress.state or {}), **_told(context, progress.seed, values), **(model or {})}
        path = checkpoint.save(context.workdir, progress.step, state)
    named = f"epoch {progress.step}" if progress.state is not None else "fitted"
    report = Report(progress.step, values, path, f"{named}: {in_words(values)}", costs)
    log(report.note)
    return report


def _costs(fitted: Fitted, part: data.Part) -> dict[str, float]:
    """How long one row takes, the median in ms, and how large the pipeline is, kept as Python keeps it."""
    row = part.rows.iloc[:1]
    times = [_timed(fitted, row) for _ in range(WARM_UPS + RUNS)][WARM_UPS:]
    size = len(pickle.dumps(fitted.pipeline))
    return {"latency_ms": float(np.median(times)), "size_bytes": float(size)}


def _timed(fitted: Fitted, row: Any) -> float:
    began = time.perf_counter()
    fitted.predict(row)
    return 1000 * (time.perf_counter() - began)
