"""The search of DARTS: weights and edge weights trained in turns, first order (algorithm 1).

Liu, Simonyan & Yang, "DARTS: differentiable architecture search", ICLR 2019.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from search.history import Candidate, Report
from search.method import Context, Problem
from search.supernet.network import Supernet
from search.supernet.outline import Outline, derive, edge_weights, skips
from search.training import checkpoint, data, fidelity
from search.training.augment import AUGMENTATIONS, Augment
from search.training.log import log
from search.training.loop import DivergedError, score, seeded
from search.training.recipe import Recipe

MOMENTUM, CLIP = 0.9, 5.0
FLOOR = 1 / 25
"""Of the learning rate, where its cosine ends: from 0.025 to 0.001 in the paper."""

BETAS = (0.5, 0.999)

BATCH = 128
"""The most images that the supernet is scored on at a time."""


@dataclass
class Searching:
    """A supernet in training: all that an epoch changes, and the seed of all its chances.

    `fraction` is the share of the training items that it is trained on.
    """

    network: Supernet
    weights: torch.optim.Optimizer
    edges: torch.optim.Optimizer
    seed: int
    fraction: float
    epoch: int = 0

    @property
    def _parts(self) -> dict[str, Any]:
        return {"network": self.network, "weights": self.weights, "edges": self.edges}

    def state(self) -> dict[str, Any]:
        """All of it, the edge weights among the network's."""
        parts = {name: part.state_dict() for name, part in self._parts.items()}
        return {**parts, "seed": self.seed, "fraction": self.fraction, "epoch": self.epoch}

    def load(self, state: dict[str, Any]) -> None:
        for name, part in self._parts.items():
            part.load_state_dict(state[name])
        self.epoch = state["epoch"]


def search(
    problem: Problem, candidate: Candidate, context: Context, options: Any
) -> Iterator[Report]:
    """Train the supernet of `problem.architectures`; yields a report an epoch with what it derives.

    The training part is cut into halves, one for the weights and one for the edge weights; the
    validation part only says how well the supernet does, the test part is not opened. Goes on from
    `context.resume` as if it had not been interrupted. Raises DivergedError.
    """
    assert problem.data is not None
    assert problem.architectures is not None
    device, known = torch.device(context.device), data.meta(problem.data)
    outline = Outline.of(problem.architectures.to_json())
    augment = AUGMENTATIONS[Recipe.of(problem.space.default()).augmentation]
    normalise = data.Normalise.of(known, device)
    searching = _begin(outline, known, device, context, options)
    last = fidelity.epochs(context, options.epochs)
    report = Report(searching.epoch)
    if searching.epoch:
        report = _report(searching, outline, problem, normalise, context, {})
    while searching.epoch < last:
        loss = _train(searching, problem, normalise, augment, context, options)
        values = {"train_loss": loss}
        report = _report(searching, outline, problem, normalise, context, values)
        if searching.epoch < last:
            yield report
    yield report


def _begin(
    outline: Outline, known: data.Meta, device: torch.device, context: Context, options: Any
) -> Searching:
    fraction = fidelity.train_fraction(context)
    state = checkpoint.resumed(context.resume, fraction)
    seed = state["seed"] if state else context.seed
    with seeded(data.epoch_seed(seed, 0), device):
        network = Supernet(outline, known.shape, len(known.classes)).to(device)
    network = network.to(memory_format=torch.channels_last)
    weights = torch.optim.SGD(
        network.weights(),
        lr=options.learning_rate,
        momentum=MOMENTUM,
        weight_decay=options.weight_decay,
    )
    edges = torch.optim.Adam(
        network.alphas.values(),
        lr=options.edge_learning_rate,
        betas=BETAS,
        weight_decay=options.edge_weight_decay,
    )
    searching = Searching(network, weights, edges, seed, fraction)
    if state:
        searching.load(state)
    return searching


def _train(
    searching: Searching,
    problem: Problem,
    normalise: data.Normalise,
    augment: Augment,
    context: Context,
    options: Any,
) -> float:
    """One epoch: before each step of the weights one of the edge weights; the mean loss of the weights."""
    assert problem.data is not None
    part, network = data.share(problem.data, "train", searching.fraction), searching.network
    mine, other = halves(len(part), searching.seed)
    alphas, weights = list(network.alphas.values()), network.weights()
    device = normalise.mean.device
    total, seen = torch.zeros((), device=device), 0
    with seeded(data.epoch_seed(searching.seed, searching.epoch + 1), device) as generator:
        steps = list(_shuffled(mine, options.batch_size, generator))
        answers = list(_shuffled(other, options.batch_size, generator))
        for step, index in enumerate(steps):
            _set_rate(searching, options, (searching.epoch + step / len(steps)) / options.epochs)
            for optimiser, parameters, items, clip in (
                (searching.edges, alphas, answers[step % len(answers)], math.inf),
                (searching.weights, weights, index, CLIP),
            ):
                images, labels = data.take((part,), items)
                batch = normalise(augment(images.to(device), generator))
                known = labels.to(device)
                loss = _step(network, optimiser, parameters, batch, known, clip, context.parts)
            total += loss * len(index)
            seen += len(index)
    searching.epoch += 1
    if not torch.isfinite(total):
        raise DivergedError(f"The loss became {float(total)} in epoch {searching.epoch}.")
    return float(total) / seen


def _step(
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    parameters: Sequence[nn.Parameter],
    batch: Tensor,
    labels: Tensor,
    clip: float,
    parts: int,
) -> Tensor:
    """Move `parameters` alone by the gradient of the loss on the batch; the loss before that.

    Gradients of the others are not computed, so a step of the edge weights costs no more than it must.
    """
    total = torch.zeros((), device=batch.device)
    optimiser.zero_grad()
    for piece, answers in zip(batch.chunk(parts), labels.chunk(parts), strict=True):
        loss = functional.cross_entropy(network(piece), answers) * (len(answers) / len(labels))
        for parameter, gradient in zip(
            parameters, torch.autograd.grad(loss, parameters), strict=True
        ):
            parameter.grad = gradient if parameter.grad is None else parameter.grad + gradient
        total += loss.detach()
    nn.utils.clip_grad_norm_(parameters, clip)
    optimiser.step()
    return total


def halves(items: int, seed: int) -> tuple[Tensor, Tensor]:
    """The items for the weights and those for the edge weights, the same for the whole search."""
    order = torch.randperm(items, generator=torch.Generator().manual_seed(seed))
    return order[: items // 2], order[items // 2 :]


def _shuffled(items: Tensor, batch_size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """All items once in batches; a single one that is left over cannot be normalised."""
    order = items[torch.randperm(len(items), generator=generator)]
    yield from (batch for batch in order.split(batch_size) if len(batch) > 1)


def _set_rate(searching: Searching, options: Any, progress: float) -> None:
    share = FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * min(progress, 1))) / 2
    for group in searching.weights.param_groups:
        group["lr"] = options.learning_rate * share


def _report(
    searching: Searching,
    outline: Outline,
    problem: Problem,
    normalise: data.Normalise,
    context: Context,
    values: dict[str, float],
) -> Report:
    """Score the supernet, derive, and write a checkpoint."""
    assert problem.data is not None
    part = data.split(problem.data, "validation")
    accuracy, loss = score_mixed(searching.network, part, normalise, searching.seed)
    with torch.no_grad():
        shares = {kind: row.tolist() for kind, row in searching.network.shares().items()}
    genotype = derive(outline, shares)
    path = checkpoint.save(context.workdir, searching.epoch, searching.state())
    note = f"epoch {searching.epoch}: supernet loss {loss:.3f}, accuracy {accuracy:.3f}"
    passing, all_edges = skips(genotype)
    if 2 * passing > all_edges:
        note += f". {passing} of {all_edges} edges only pass on what they read: the search has collapsed"
    log(note)
    return Report(
        searching.epoch,
        {**values, "supernet_accuracy": accuracy, "supernet_loss": loss},
        path,
        note,
        genotype=genotype,
        edge_weights=edge_weights(outline, shares),
    )


@torch.inference_mode()
def score_mixed(
    network: nn.Module, part: data.Split, normalise: data.Normalise, seed: int
) -> tuple[float, float]:
    """Accuracy and mean cross-entropy, on batches in an order drawn from `seed`.

    A prepared part is ordered by class, and a batch of one class, normalised by its own statistics,
    would lose what sets that class apart.
    """
    order = torch.randperm(len(part), generator=torch.Generator().manual_seed(seed))
    device, batches = normalise.mean.device, order.chunk(math.ceil(len(part) / BATCH))
    logits = [network(normalise(part.images[index].to(device))) for index in batches]
    predicted = torch.cat(logits).float().softmax(dim=1).cpu()
    return score(predicted, part.labels[order])
