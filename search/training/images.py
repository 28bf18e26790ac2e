"""Training one image classifier as a generator: it yields after every epoch and can start anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from search.architecture import network as networks
from search.architecture.blueprint import Blueprint
from search.history import Candidate, Report, Stage
from search.method import Context, Problem
from search.metrics import netscore
from search.training import checkpoint, data, fidelity
from search.training.candidates import blueprint
from search.training.latency import measure
from search.training.log import log
from search.training.loop import Training, probabilities, score, seeded, train_epoch
from search.training.optimise import optimiser_of
from search.training.recipe import Recipe

PREDICTIONS = "predictions.npy"
"""Softmax outputs on the test part, float32 (N, K) in its order; written by a confirming trial."""


def evaluate(problem: Problem, candidate: Candidate, context: Context) -> Iterator[Report]:
    """Train `candidate` on the prepared folder `problem.data`; yields one report an epoch.

    Two numbers of epochs meet here. The config's is the length of the training plan: the schedule
    spans it, and a trial without a fidelity trains all of it. The fidelity's is how far a rung lets
    the plan be followed. Training therefore stops at the smaller of the two, while every step on the
    way is laid down by the config alone. So going on from a rung equals never having stopped, nobody
    on a rung has trained longer than it allows, and `epochs` matters on every rung where the
    schedule moves. A plan that ends below its rung has nothing left to do: it reports where it ended.

    Stage confirm trains on training and validation data and scores the test part once, at the end;
    no other stage opens it. Raises DivergedError if the loss is no longer a number.

    The fidelity's training fraction is the share of the training part that is trained on; the model
    of a confirming trial is taken home, so it has all. A checkpoint goes on with its own share only.

    A candidate that breaks a limit which can be counted is told with its costs, and not trained.
    """
    assert problem.data is not None
    recipe, device = Recipe.of(candidate.config), torch.device(context.device)
    known = data.meta(problem.data)
    normalise = data.Normalise.of(known, device)
    confirming = context.stage is Stage.CONFIRM
    fraction = fidelity.train_fraction(context)
    splits: tuple[data.Split, ...] = (data.share(problem.data, "train", fraction),)
    if confirming:
        splits = (*splits, data.split(problem.data, "validation"))

    drawn = blueprint(candidate, known.shape, len(known.classes))
    if broken := problem.broken(drawn.costs):
        log(f"Not trained: beyond the limit of {', '.join(broken)}.")
        yield Report(step=0, costs=drawn.costs)
        return
    training, report = _begin(candidate, known, device, context, fraction)
    last = fidelity.epochs(context, recipe.epochs)
    log(f"{drawn.params:,} parameters, {drawn.macs:,} MACs; {training.epoch} of {last} epochs done")
    while training.epoch < last:
        values = {"train_loss": train_epoch(training, recipe, splits, normalise, context.parts)}
        if not confirming:
            validation = data.split(problem.data, "validation")
            predicted = probabilities(training.network, validation, normalise)
            values["val_accuracy"], values["val_loss"] = score(predicted, validation.labels)
        report = _saved(training, values, context.workdir)
        log(report.note)
        if training.epoch < last:
            yield replace(report, costs=_costs(drawn, values))
    if confirming:
        report = _scored_once(training.network, problem.data, normalise, report, context.workdir)
        log(report.note)
    costs = _costs(drawn, report.values)
    if training.epoch:
        costs["latency_ms"] = measure(training.network, known.shape, device, drawn).median_ms
    yield replace(report, costs=costs)


def _costs(drawn: Blueprint, values: Mapping[str, float]) -> dict[str, float]:
    """What is counted of the network, and the NetScore of what it reaches with that."""
    accuracy = values.get("test_accuracy", values.get("val_accuracy", 0.0))
    score = netscore(accuracy, drawn.params, drawn.macs)
    return drawn.costs if score is None else {**drawn.costs, "netscore": score}


def build(candidate: Candidate, known: data.Meta) -> nn.Module:
    """The untrained network of a candidate: float images (N, C, H, W), normalised, to logits (N, K)."""
    drawn = blueprint(candidate, known.shape, len(known.classes))
    network = networks.build(drawn, Recipe.of(candidate.config).initialisation)
    return network.to(memory_format=torch.channels_last)


def restore(candidate: Candidate, folder: Path, path: Path) -> nn.Module:
    """The trained network at checkpoint `path`, on the CPU and ready to predict.

    Raises CheckpointError if the checkpoint cannot be read.
    """
    network = build(candidate, data.meta(folder))
    network.load_state_dict(checkpoint.load(path)["network"])
    return network.eval()


def _begin(
    candidate: Candidate,
    known: data.Meta,
    device: torch.device,
    context: Context,
    fraction: float,
) -> tuple[Training, Report]:
    """A training at its start, or where its checkpoint left it, and what it last reported."""
    state = checkpoint.resumed(context.resume, fraction)
    seed = state["seed"] if state else context.seed
    with seeded(data.epoch_seed(seed, 0), device):
        network = build(candidate, known).to(device)
    training = Training(
        network, optimiser_of(Recipe.of(candidate.config), network.parameters()), seed, fraction
    )
    if state is None:
        return training, Report(step=0)
    training.load(state)
    return training, _saved(training, state["values"], context.workdir)


def _saved(training: Training, values: dict[str, float], workdir: Path) -> Report:
    """Write a checkpoint and report it."""
    path = checkpoint.save(workdir, training.epoch, {**training.state(), "values": values})
    note = f"epoch {training.epoch}: train loss {values['train_loss']:.3f}"
    if "val_accuracy" in values:
        note += f", validation accuracy {values['val_accuracy']:.3f}"
    return Report(training.epoch, values, path, note)


def _scored_once(
    network: nn.Module, folder: Path, normalise: data.Normalise, report: Report, workdir: Path
) -> Report:
    """The last report with the test part's metrics; the predictions are left in `workdir`."""
    test = data.split(folder, "test")
    predicted = probabilities(network, test, normalise)
    np.save(workdir / PREDICTIONS, predicted.numpy())
    accuracy, loss = score(predicted, test.labels)
    values = {**report.values, "test_accuracy": accuracy, "test_loss": loss}
    return replace(report, values=values, note=f"test accuracy {accuracy:.3f}")


def warm_up(device: str) -> None:
    """Take one step on nothing, so that the first trial does not wait for what torch loads late."""
    where = torch.device(device)
    known = data.Meta(("a", "b"), 1, 8, 8, (0.5,), (0.5,))
    with seeded(0, where) as generator:
        network = build(Candidate({}), known).to(where)
        images = torch.randint(256, (4, 1, 8, 8), dtype=torch.uint8, generator=generator)
        part = data.Split(images, torch.tensor([0, 1, 0, 1]))
        training = Training(network, optimiser_of(Recipe(), network.parameters()), seed=0)
        train_epoch(training, Recipe(), (part,), data.Normalise.of(known, where))
