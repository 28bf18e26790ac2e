"""MnasNet: accuracy against measured latency. Tan et al., "MnasNet: platform-aware neural architecture search
for mobile", CVPR 2019.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

import numpy as np

from search.breeding import AVOID, duplicates_option, tried
from search.decided import Policy
from search.decisions import Referenced
from search.history import KEPT, Candidate, History, Stage, Trial
from search.message import Message
from search.method import GENOTYPE, Method, Problem, Proposal
from search.options import option
from search.policies import controlled
from search.policies.controlled import Led, refuses
from search.policies.learning import LSTM, PPO, Recipe
from search.policies.picture import picture
from search.policies.rewards import Trade, as_scored, hard_trade, soft_trade
from search.retraining import retrained_option

HARD, SOFT = "hard", "soft"
LATENCY, MACS, PARAMS = "latency_ms", "macs", "params"
REFERENCE = "reference"
"""In the memo of the trial of the well-known network."""


@dataclass(frozen=True)
class Options:
    """Options of MnasNet. The paper trains 8,000 networks and retrains the best 15."""

    cost: str = option(
        LATENCY,
        title="Cost",
        help="What a network should need little of. Latency is measured on the device that trains it, "
        "for one image, with one thread; the others are counted.",
        choices=((LATENCY, "Latency"), (MACS, "Multiply-accumulates"), (PARAMS, "Parameters")),
    )
    target: float = option(
        0.0,
        title="Target",
        help="The cost to aim at: milliseconds, or a number. At 0 it is that of MobileNetV2, which is "
        "tried first where the space holds it, or else the median of what has been tried.",
        minimum=0,
        maximum=1e15,
    )
    trade: str = option(
        HARD,
        title="Trade",
        help="Hard: below the target costs do not count, above they count fully. Soft: cheaper is always "
        "worth something, and dearer networks may win.",
        choices=((HARD, "Hard limit"), (SOFT, "Soft, by what a doubling may cost")),
    )
    doubling: float = option(
        5.0,
        title="What a doubling may cost, in percent",
        help="Of the soft trade: a network at twice the cost has to be so much more accurate. 5 is the "
        "paper's. Ask for little where accuracy grows slowly with cost, or all networks become tiny.",
        minimum=0.01,
        maximum=100,
    )
    children: int = option(
        10,
        title="Trainings an update",
        help="The policy learns whenever so many trainings have ended.",
        minimum=1,
        maximum=1000,
    )
    learning_rate: float = option(
        0.01,
        title="Learning rate of the controller",
        help="Larger learns sooner, and is sure too soon.",
        minimum=1e-6,
        maximum=1,
    )
    duplicates: str = duplicates_option()
    retrained: int = retrained_option()


def target(history: History, options: Options) -> float | None:
    """The cost to aim at: the one that was asked for, MobileNetV2's, or the median of the first trials."""
    if options.target:
        return options.target
    costs = [
        (REFERENCE in trial.memo, trial.values[options.cost])
        for trial in history.at_stage(Stage.SEARCH).finished()
        if trial.state in KEPT and trial.values.get(options.cost, 0) > 0
    ]
    reference = next((cost for known, cost in costs if known), None)
    if reference is not None:
        return reference
    return statistics.median(cost for _, cost in costs[: options.children]) if costs else None


def trade(history: History, options: Options) -> Trade | None:
    """How accuracy is weighed against the cost; None until there is a target."""
    aim, gain, is_hard = target(history, options), options.doubling / 100, options.trade == HARD
    if aim is None:
        return None
    return hard_trade(aim) if is_hard else soft_trade(aim, gain)


def _led(problem: Problem, history: History, options: Options) -> Led:
    weighed = trade(history, options)

    def pays(trial: Trial) -> float | None:
        accuracy = as_scored(trial, problem.objective)
        cost = trial.values.get(options.cost)
        if accuracy is None or not cost or weighed is None:
            return accuracy
        return weighed.reward(accuracy, cost)

    recipe = Recipe(
        LSTM,
        PPO,
        options.children,
        options.learning_rate,
        hidden=100,  # the controller is NASNet's, which the paper takes over
        layers=1,
        scale=0.1,
        entropy=1e-5,
        passes=5,
    )
    return Led(recipe, pays, tried(history) if options.duplicates == AVOID else ())


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """MobileNetV2 first, where the space holds it; then what the controller draws."""
    known, architectures = tried(history), problem.architectures
    if isinstance(architectures, Referenced):
        reference = Candidate(problem.space.sample(rng), architectures.reference())
        if reference.genotype not in known and problem.fits(reference):
            why = Message(
                "MobileNetV2, as well as the space can be told it, to compare others with"
            )
            return Proposal(reference, why=why, memo={REFERENCE: True})
    return controlled.propose(problem, history, rng, _led(problem, history, options))


def insight(problem: Problem, history: History, options: Options) -> Policy:
    """How likely each choice is by now, and what the designs have paid."""
    return picture(problem, history, _led(problem, history, options))


def chosen(problem: Problem, history: History, options: Options) -> Trial | None:
    """The trial that pays best with its cost, which need not be the most accurate one."""
    pays = _led(problem, history, options).pays
    paid = [(pays(trial), trial) for trial in history.at_stage(Stage.SEARCH).ranked()]
    scored = [(reward, -trial.number, trial) for reward, trial in paid if reward is not None]
    return max(scored, default=(0.0, 0, None))[2]


METHOD = Method(
    name="mnasnet",
    title="MnasNet",
    family="Architecture search by reinforcement learning",
    paper="Tan et al., MnasNet: platform-aware neural architecture search for mobile, CVPR 2019",
    summary=(
        "A controller designs networks that are accurate and quick on the device at hand: it is paid by "
        "accuracy and by measured latency at once."
    ),
    use_when=(
        "The network has to answer within a known time, or with known means, and should be as accurate "
        "as these allow."
    ),
    avoid_when=(
        "Only accuracy counts, or the whole front of accuracy against cost is wanted: NSGA-II gives that."
    ),
    corrected=(
        "An exponent of -0.07 is said to be right everywhere. It is right where twice the latency brings "
        "5 % more accuracy; where it brings less, the networks shrink below any target."
    ),
    propose=propose,
    options=Options,
    searches=(GENOTYPE,),
    insight=insight,
    refuses=refuses,
    incumbent=chosen,
)
