"""NASNet: cells by a controller that learns by PPO. Zoph et al., "Learning transferable architectures for
scalable image recognition", CVPR 2018.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from search.architecture.cells import MOST_CELLS, MOST_CHANNELS
from search.architecture.genotype import canonical
from search.breeding import AVOID, duplicates_option, tried
from search.decided import Policy
from search.history import Candidate, History, Trial
from search.method import GENOTYPE, Method, Problem, Proposal
from search.options import option
from search.policies import controlled
from search.policies.controlled import Led, refuses
from search.policies.learning import LSTM, PPO, Recipe
from search.policies.picture import picture
from search.policies.rewards import as_scored
from search.retraining import retrained_option


@dataclass(frozen=True)
class Options:
    """Options of NASNet. The paper trains 20,000 networks, 20 an update, at a learning rate of 3.5e-4."""

    children: int = option(
        10,
        title="Trainings an update",
        help="The policy learns whenever so many trainings have ended; 20 in the paper.",
        minimum=1,
        maximum=1000,
    )
    learning_rate: float = option(
        0.01,
        title="Learning rate of the controller",
        help="The paper has 0.00035 for 20,000 trainings; a few hundred need more.",
        minimum=1e-6,
        maximum=1,
    )
    passes: int = option(
        5,
        title="Steps an update",
        help="Each update learns so many times from the same trainings.",
        minimum=1,
        maximum=100,
    )
    clip: float = option(
        0.2,
        title="Clip",
        help="How far a choice may become likelier or less likely in an update, as a share.",
        minimum=0.01,
        maximum=1,
    )
    entropy: float = option(
        1e-5,
        title="Bonus for indecision",
        help="More keeps the policy from being sure too soon.",
        minimum=0,
        maximum=1,
    )
    baseline_decay: float = option(
        0.95,
        title="Memory of the baseline",
        help="A design is good if it scores more than the moving average of those before it.",
        minimum=0,
        maximum=0.9999,
    )
    duplicates: str = duplicates_option()
    final_cells: int = option(
        0,
        title="Cells of the final network",
        help="Designs are searched with the cells of the space; the best is confirmed with so many. At 0 "
        "with as many as were searched.",
        minimum=0,
        maximum=MOST_CELLS,
    )
    final_channels: int = option(
        0,
        title="Channels of the final network",
        help="Of its first cell. At 0 as many as were searched.",
        minimum=0,
        maximum=MOST_CHANNELS,
    )
    final_drop_path: float = option(
        0.0,
        title="Paths dropped in the final network",
        help="The share of images for which the last cell's operations are left out at the end of the "
        "training; earlier, and in cells before it, less. 0.4 in the paper, for 600 epochs.",
        minimum=0,
        maximum=0.9,
    )
    retrained: int = retrained_option()


HIDDEN, SCALE = 100, 0.1
"""Units of the controller's single layer, and how far from nought its parameters begin. Appendix A.1."""


def _led(problem: Problem, history: History, options: Options) -> Led:
    def pays(trial: Trial) -> float | None:
        return as_scored(trial, problem.objective)

    recipe = Recipe(
        LSTM,
        PPO,
        options.children,
        options.learning_rate,
        hidden=HIDDEN,
        layers=1,
        scale=SCALE,
        decay=options.baseline_decay,
        entropy=options.entropy,
        clip=options.clip,
        passes=options.passes,
    )
    return Led(recipe, pays, tried(history) if options.duplicates == AVOID else ())


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """The cells that the controller draws."""
    return controlled.propose(problem, history, rng, _led(problem, history, options))


def insight(problem: Problem, history: History, options: Options) -> Policy:
    """How likely each choice is by now, and what the designs have paid."""
    return picture(problem, history, _led(problem, history, options))


def final(problem: Problem, candidate: Candidate, options: Options) -> Candidate:
    """The same cells in the network of the final size; as it was if a limit would be broken."""
    document = json.loads(candidate.genotype or "{}")
    cells, channels, drop_path = (
        options.final_cells,
        options.final_channels,
        options.final_drop_path,
    )
    if "skeleton" not in document or "L" not in document["skeleton"]:
        return candidate
    skeleton = document["skeleton"]
    skeleton["L"] = max(cells, skeleton["reductions"] + 1) if cells else skeleton["L"]
    skeleton["C"] = channels or skeleton["C"]
    config = {**candidate.config, "drop_path": drop_path} if drop_path else candidate.config
    made = Candidate(config, canonical(document))
    return made if problem.fits(made) else candidate


METHOD = Method(
    name="nasnet",
    title="NASNet",
    family="Architecture search by reinforcement learning",
    paper="Zoph et al., Learning transferable architectures for scalable image recognition, CVPR 2018",
    summary=(
        "A controller designs two cells, block by block, and learns in careful steps. The cells are "
        "searched in a small network on small images, and then stacked to a large one."
    ),
    use_when=(
        "A cell is wanted that can be searched small and used large: with more cells, more channels, or "
        "on other images of the kind."
    ),
    avoid_when="There is time for a few dozen trainings only: the policy has hardly learnt by then.",
    corrected=(
        "It is told that every cell is trained five times. Five are the blocks of a cell; each network is "
        "trained once."
    ),
    propose=propose,
    options=Options,
    searches=(GENOTYPE,),
    insight=insight,
    refuses=refuses,
    final=final,
)
