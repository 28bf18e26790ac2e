"""Architecture search by a controller. Zoph & Le, "Neural architecture search with reinforcement learning",
ICLR 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.breeding import AVOID, duplicates_option, tried
from search.decided import Policy
from search.decisions import Deepening
from search.history import History, Stage, Trial
from search.method import GENOTYPE, Method, Problem, Proposal
from search.options import option
from search.policies import controlled
from search.policies.controlled import Led, refuses
from search.policies.learning import LSTM, REINFORCE, SOFTMAX, Recipe
from search.policies.picture import picture
from search.policies.rewards import as_scored, best_of_last
from search.retraining import retrained_option

CUBED, PLAIN = "cubed", "plain"

DEEPER = 2
"""Layers by which the designs grow at a time. Section 4.1."""


@dataclass(frozen=True)
class Options:
    """Options of the controller. The paper trains 12,800 networks with a learning rate of 6e-4."""

    policy: str = option(
        LSTM,
        title="Policy",
        help="A recurrent network knows what it has decided before; a softmax a decision knows nothing "
        "of the others, and is simpler.",
        choices=((LSTM, "Recurrent network, as in the paper"), (SOFTMAX, "A softmax a decision")),
    )
    children: int = option(
        8,
        title="Trainings an update",
        help="The policy learns whenever so many trainings have ended. Workers never wait for it.",
        minimum=1,
        maximum=1000,
    )
    learning_rate: float = option(
        0.01,
        title="Learning rate of the recurrent network",
        help="The paper has 0.0006 for many thousands of trainings; a few hundred need more.",
        minimum=1e-6,
        maximum=1,
    )
    softmax_rate: float = option(
        2.0,
        title="Learning rate of the softmax",
        help="Steps of plain gradient ascent, for rewards between 0 and 1.",
        minimum=1e-4,
        maximum=100,
    )
    baseline_decay: float = option(
        0.9,
        title="Memory of the baseline",
        help="A design is good if it pays more than the moving average of those before it. Nearer to 1 "
        "looks back further.",
        minimum=0,
        maximum=0.9999,
    )
    reward: str = option(
        CUBED,
        title="Reward",
        help="The cube makes much of the last few points of accuracy. Perplexities pay 80 over their "
        "square either way.",
        choices=(
            (CUBED, "Best accuracy of the last five epochs, cubed, as in the paper"),
            (PLAIN, "The objective as it stands at the end"),
        ),
    )
    first_layers: int = option(
        6,
        title="Layers at first",
        help="Where the space has layers, and they grow.",
        minimum=1,
        maximum=1000,
    )
    grow_every: int = option(
        0,
        title="Trainings until two more layers",
        help="The paper has 1,600. At 0 designs have all layers of the space from the beginning.",
        minimum=0,
        maximum=100_000,
    )
    duplicates: str = duplicates_option()
    retrained: int = retrained_option()


def _led(problem: Problem, history: History, options: Options) -> Led:
    pays = best_of_last if options.reward == CUBED else as_scored
    rates = {LSTM: options.learning_rate, SOFTMAX: options.softmax_rate}

    def paid(trial: Trial) -> float | None:
        return pays(trial, problem.objective)

    recipe = Recipe(
        options.policy,
        REINFORCE,
        options.children,
        rates[options.policy],
        decay=options.baseline_decay,
    )
    return Led(recipe, paid, tried(history) if options.duplicates == AVOID else ())


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """A design that the controller draws; it has learnt from all whose batch has ended."""
    led, architectures = _led(problem, history, options), problem.architectures
    layers = depth(history, options)
    if isinstance(architectures, Deepening) and layers is not None:
        architectures = architectures.of_depth(min(layers, architectures.layers))
    return controlled.propose(problem, history, rng, led, architectures)


def depth(history: History, options: Options) -> int | None:
    """Layers of the next design at most: two more after every so many; None if it is not to grow."""
    begun, every = options.first_layers, options.grow_every
    drawn = len(history.at_stage(Stage.SEARCH).proposed())
    return begun + DEEPER * (drawn // every) if every else None


def insight(problem: Problem, history: History, options: Options) -> Policy:
    """How likely each choice is by now, and what the designs have paid."""
    return picture(problem, history, _led(problem, history, options))


METHOD = Method(
    name="nas_rl",
    title="Controller by REINFORCE",
    family="Architecture search by reinforcement learning",
    paper="Zoph and Le, Neural architecture search with reinforcement learning, ICLR 2017",
    summary=(
        "A recurrent network writes down a design, choice by choice. Choices of designs that paid more "
        "than expected become likelier."
    ),
    use_when=(
        "Some hundred trainings are to be had, and it should be seen which choices matter: the "
        "policy shows how sure it is of each."
    ),
    avoid_when=(
        "There is time for a few dozen trainings only: the policy has hardly learnt by then."
    ),
    corrected=(
        "The recurrent network is said to be what finds good designs. A softmax a decision, which "
        "remembers nothing, also leaves a third of random search's regret on a table of 15,625 designs."
    ),
    propose=propose,
    options=Options,
    searches=(GENOTYPE,),
    curves=True,
    insight=insight,
    refuses=refuses,
)
