"""Training one recurrent network on text as a generator: it yields after every epoch, and on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch

from search.history import Candidate, Report, Stage
from search.method import Context, Problem
from search.training import checkpoint, fidelity
from search.training.data import epoch_seed
from search.training.log import in_words, log
from search.training.loop import Training, seeded
from search.training.text import data
from search.training.text.classification import Classification
from search.training.text.costs import counted
from search.training.text.language import Language
from search.training.text.loop import Epoch, looks, optimiser_of
from search.training.text.meta import CLASSIFICATION, LANGUAGE
from search.training.text.networks import Network, build
from search.training.text.recipe import Recipe
from search.training.text.task import Task

TASKS: dict[str, Callable[..., Task]] = {LANGUAGE: Language, CLASSIFICATION: Classification}

LOOKED_AT = 0.3
"""Validation tokens at a look, for each that was trained since the one before.

Reading is a third of training, so all looks together cost at most a tenth of an epoch.
"""


def evaluate(problem: Problem, candidate: Candidate, context: Context) -> Iterator[Report]:
    """Train `candidate` on the prepared text `problem.data`; yields a report an epoch, and first looks.

    Epochs and the training fraction are what they are for images (`search.training.images`): the
    config plans the epochs, the fidelity says how far the plan is followed, and on what share; a
    confirming trial trains on all of training and validation, and scores the test part once.

    A step is an epoch, also here, because curves, rungs and the time that is left are counted in
    epochs. But an epoch of a long text takes minutes. So the first one is told of while it is on its
    way: reports of step 1 without a checkpoint, each of which replaces the one before, as the whole
    epoch replaces the last of them. In later epochs the curve has begun already, and what was told
    last is told again, as a sign of life. Where the looks fall depends on the network and the data,
    never on the clock, so a training that is repeated or resumed is the same to the bit.

    Raises DivergedError if the loss is no longer a number. A candidate that breaks a limit which can
    be counted is told with its costs, and not trained.
    """
    assert problem.data is not None
    recipe, device = Recipe.of(candidate.config), torch.device(context.device)
    known = data.meta(problem.data)
    costs = counted(recipe, known)
    if broken := problem.broken(costs):
        log(f"Not trained: beyond the limit of {', '.join(broken)}.")
        yield Report(step=0, costs=costs)
        return
    confirming = context.stage is Stage.CONFIRM
    fraction = fidelity.train_fraction(context)
    task = TASKS[known.task](problem.data, recipe, fraction, confirming, device)
    training, report = _begin(recipe, known, device, context, fraction)
    last = fidelity.epochs(context, recipe.epochs)
    log(f"{int(costs['params']):,} parameters; {training.epoch} of {last} epochs done")
    while training.epoch < last:
        epoch = Epoch.of(task, training, recipe, context.parts)
        for look in _looks(task, epoch, report, costs["macs"], confirming):
            yield replace(look, costs=costs)
        training.epoch += 1
        values = {"train_loss": epoch.loss}
        if not confirming:
            values |= task.validated(training.network)
        report = _saved(training, values, context.workdir)
        log(report.note)
        if training.epoch < last:
            yield replace(report, costs=costs)
    if confirming:
        scored = task.tested(training.network, context.workdir)
        report = replace(report, values={**report.values, **scored}, note=in_words(scored))
        log(report.note)
    if training.epoch:
        costs = {**costs, "latency_ms": task.latency(training.network)}
    yield replace(report, costs=costs)


def _looks(
    task: Task, epoch: Epoch, report: Report, macs: float, confirming: bool
) -> Iterator[Report]:
    """Train an epoch to its end; yields what is seen on the way. `report` is what was told last."""
    behind = 0
    for at in looks(task.size, macs, task.tokens_each):
        epoch.train(until=at)
        if epoch.training.epoch:
            yield report
            continue
        values = {"train_loss": epoch.loss}
        if not confirming:
            most = max(1, int(LOOKED_AT * task.tokens_each * (epoch.seen - behind)))
            values |= task.validated(epoch.training.network, most)
        behind = epoch.seen
        log(f"{behind / task.size:.0%} of epoch 1: {in_words(values)}")
        yield Report(1, values)
    epoch.train()


def restore(candidate: Candidate, known: data.Meta, path: Path) -> Network:
    """The trained network at checkpoint `path`, on the CPU and ready to predict.

    Raises CheckpointError if the checkpoint cannot be read.
    """
    network = build(Recipe.of(candidate.config), known)
    network.load_state_dict(checkpoint.load(path)["network"])
    return network.eval()


def _begin(
    recipe: Recipe, known: data.Meta, device: torch.device, context: Context, fraction: float
) -> tuple[Training, Report]:
    """A training at its start, or where its checkpoint left it, and what it last reported."""
    state = checkpoint.resumed(context.resume, fraction)
    seed = state["seed"] if state else context.seed
    with seeded(epoch_seed(seed, 0), device):
        network = build(recipe, known).to(device)
    training = Training(network, optimiser_of(recipe, network.parameters()), seed, fraction)
    if state is None:
        return training, Report(step=0)
    training.load(state)
    return training, _saved(training, state["values"], context.workdir)


def _saved(training: Training, values: dict[str, float], workdir: Path) -> Report:
    """Write a checkpoint and report it. What the network remembers is not in it: epochs begin anew."""
    path = checkpoint.save(workdir, training.epoch, {**training.state(), "values": values})
    return Report(training.epoch, values, path, f"epoch {training.epoch}: {in_words(values)}")
