"""A network that learns while its weight decay is led: the long trial of the Stackelberg method.

The follower takes steps on the training part as any training does; after some, the leader moves the
logarithm of the weight decay by the hyper-gradient of the loss on the validation part.

Where memory is short, `Context.parts` cuts each batch into pieces: the follower takes the same steps, and
the leader, who needs the curvature on all that it looks at, at once, looks at the first piece alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from search.history import Candidate, Report
from search.method import Context, Problem
from search.training import checkpoint, data, fidelity
from search.training.augment import AUGMENTATIONS
from search.training.hypergradient import hyper_gradient
from search.training.images import build
from search.training.log import log
from search.training.loop import DivergedError, Training, probabilities, score, seeded
from search.training.optimise import loss_of, optimiser_of, rate
from search.training.recipe import Recipe

WEIGHT_DECAY = "weight_decay"

LEAST = 1e-8
"""In place of none at all, which has no logarithm."""


@dataclass
class Game:
    """The follower's training, and the leader: the logarithm of the weight decay and its optimiser."""

    training: Training
    hyper: Tensor
    leader: torch.optim.Optimizer
    bounds: tuple[float, float]

    @property
    def weight_decay(self) -> float:
        return float(self.hyper.detach().exp())

    def state(self) -> dict[str, Any]:
        """All of it, for a checkpoint."""
        led = {"hyper": self.hyper.detach(), "leader": self.leader.state_dict()}
        return {**self.training.state(), **led}

    def load(self, state: dict[str, Any]) -> None:
        self.training.load(state)
        self.leader.load_state_dict(state["leader"])
        with torch.no_grad():
            self.hyper.copy_(state["hyper"])


def search(
    problem: Problem, candidate: Candidate, context: Context, options: Any
) -> Iterator[Report]:
    """Train `candidate` with a weight decay that is led; yields a report an epoch, the decay among it.

    Goes on from `context.resume` as if it had not been interrupted. Raises DivergedError.
    """
    assert problem.data is not None
    device, known = torch.device(context.device), data.meta(problem.data)
    normalise = data.Normalise.of(known, device)
    recipe = Recipe.of(candidate.config)
    game = _begin(problem, candidate, known, device, context, options)
    last = fidelity.epochs(context, options.epochs)
    report = Report(game.training.epoch)
    while True:
        if game.training.epoch:
            report = _report(game, problem, normalise, context)
        if game.training.epoch >= last:
            break
        if game.training.epoch:
            yield report
        _epoch(game, recipe, problem, normalise, options, context.parts)
    yield report


def _begin(
    problem: Problem,
    candidate: Candidate,
    known: data.Meta,
    device: torch.device,
    context: Context,
    options: Any,
) -> Game:
    state = checkpoint.resumed(context.resume)
    seed = state["seed"] if state else context.seed
    recipe = Recipe.of(candidate.config)
    with seeded(data.epoch_seed(seed, 0), device):
        network = build(candidate, known).to(device)
    training = Training(network, optimiser_of(recipe, network.parameters()), seed)
    declared: Any = problem.space.configuration_space[WEIGHT_DECAY]
    least, most = math.log(max(declared.lower, LEAST)), math.log(max(declared.upper, LEAST))
    first = math.log(max(recipe.weight_decay, LEAST))
    hyper = torch.tensor(first, device=device, requires_grad=True)
    leader = torch.optim.Adam([hyper], lr=options.leader_rate)
    game = Game(training, hyper, leader, (least, most))
    if state:
        game.load(state)
    return game


def _epoch(
    game: Game,
    recipe: Recipe,
    problem: Problem,
    normalise: data.Normalise,
    options: Any,
    parts: int,
) -> None:
    """One epoch of the follower; after each `follower_steps` of its steps one of the leader."""
    assert problem.data is not None
    training, device = game.training, normalise.mean.device
    splits, judged = (data.split(problem.data, "train"),), data.split(problem.data, "validation")
    loss_function, augment = loss_of(recipe), AUGMENTATIONS[recipe.augmentation]
    total, items, seen = 0.0, len(splits[0]), 0
    training.network.train()
    with seeded(data.epoch_seed(training.seed, training.epoch + 1), device) as generator:
        for images, labels in data.shuffled(splits, recipe.batch_size, generator):
            progress = (training.epoch + seen / items) / options.epochs
            for group in training.optimiser.param_groups:
                group.update(lr=rate(recipe, progress), weight_decay=game.weight_decay)
            batch, answers = normalise(augment(images.to(device), generator)), labels.to(device)
            total += _follow(training, loss_function, batch, answers, parts)
            seen += len(labels)
            warm = training.epoch >= options.warm_up
            if warm and training.steps % options.follower_steps == 0:
                asked = torch.randperm(len(judged), generator=generator)[: recipe.batch_size]
                told, known = data.take((judged,), asked.chunk(parts)[0])
                validation = normalise(told.to(device)), known.to(device)
                train = batch.chunk(parts)[0], answers.chunk(parts)[0]
                _lead(game, loss_function, train, validation, options)
    training.epoch += 1
    if not math.isfinite(total):
        raise DivergedError(f"The loss became {total} in epoch {training.epoch}.")


def _follow(
    training: Training, loss_function: Any, batch: Tensor, answers: Tensor, parts: int
) -> float:
    """One step of the weights, by gradients that add up over the pieces; the sum of the losses."""
    training.optimiser.zero_grad()
    total = 0.0
    for piece, known in zip(batch.chunk(parts), answers.chunk(parts), strict=True):
        loss = loss_function(training.network(piece), known)
        (loss * (len(known) / len(answers))).backward()
        total += float(loss.detach()) * len(known)
    training.optimiser.step()
    training.steps += 1
    return total


def _lead(
    game: Game,
    loss_function: Any,
    train: tuple[Tensor, Tensor],
    validation: tuple[Tensor, Tensor],
    options: Any,
) -> None:
    """Move the weight decay by the hyper-gradient, within the bounds of the search space."""
    network = game.training.network
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    squares = torch.stack([(weight**2).sum() for weight in weights]).sum()
    trained = loss_function(network(train[0]), train[1]) + game.hyper.exp() * squares / 2
    judged = loss_function(network(validation[0]), validation[1])
    (slope,) = hyper_gradient(
        trained,
        judged,
        weights,
        [game.hyper],
        terms=options.terms,
        step=options.neumann_step,
    )
    game.hyper.grad = slope
    game.leader.step()
    with torch.no_grad():
        game.hyper.clamp_(*game.bounds)


def _report(game: Game, problem: Problem, normalise: data.Normalise, context: Context) -> Report:
    assert problem.data is not None
    part = data.split(problem.data, "validation")
    predicted = probabilities(game.training.network, part, normalise)
    accuracy, loss = score(predicted, part.labels)
    path = checkpoint.save(context.workdir, game.training.epoch, game.state())
    decay = game.weight_decay
    note = f"epoch {game.training.epoch}: weight decay {decay:.2e}, validation loss {loss:.3f}"
    log(note)
    values = {"led_accuracy": accuracy, "led_loss": loss, "led_weight_decay": decay}
    return Report(game.training.epoch, values, path, note)
