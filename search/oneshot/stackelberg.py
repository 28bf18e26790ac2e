"""Hyper-gradients as a Stackelberg game: the weight decay leads, the weights follow.

Lorraine, Vicol & Duvenaud, "Optimizing millions of hyperparameters by implicit differentiation",
AISTATS 2020. What plays the game is `search.training.stackelberg`; here is when, and what comes after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from ConfigSpace.hyperparameters import UniformFloatHyperparameter

from search.history import Candidate, History, Stage, Trial, TrialState
from search.insight import Lead, Leader
from search.message import Message
from search.method import CONFIG, GUIDED, Method, Problem, Proposal
from search.options import option
from search.surrogates.slicing import seen_of

WEIGHT_DECAY, LED_DECAY = "weight_decay", "led_weight_decay"


@dataclass(frozen=True)
class Options:
    """Options of the game; how often the leader moves is that of self-tuning networks."""

    epochs: int = option(
        15,
        title="Epochs of the game",
        help="How long the network trains while its weight decay is led.",
        minimum=2,
        maximum=1000,
    )
    warm_up: int = option(
        2,
        title="Epochs before the leader moves",
        help="What a network that knows nothing answers says little.",
        minimum=0,
        maximum=100,
    )
    follower_steps: int = option(
        2,
        title="Steps of the weights for one of the weight decay",
        help="More are cheaper, and slower to lead.",
        minimum=1,
        maximum=1000,
    )
    terms: int = option(
        5,
        title="Terms of the inverse curvature",
        help="How far the leader looks ahead. With 0 it sees the next step of the weights alone; each "
        "term costs about one more step.",
        minimum=0,
        maximum=100,
    )
    neumann_step: float = option(
        0.01,
        title="Step of the follower's answer",
        help="Shorter is safer; a series that would grow, since it is too long, is cut off.",
        minimum=1e-6,
        maximum=1,
    )
    leader_rate: float = option(
        0.1,
        title="Learning rate of the weight decay",
        help="Of Adam, on the logarithm.",
        minimum=1e-4,
        maximum=1,
    )
    random_controls: int = option(
        2,
        title="Random weight decays beside it",
        help="Trained alike, so that one sees what the game was worth.",
        minimum=0,
        maximum=20,
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal | None:
    """First the game, then what it has found, trained from scratch, then random ones for comparison.

    A game that a person has stopped counts with where it was; one that failed has found nothing.
    """
    game = _game(history)
    if game is None:
        why = Message("Trains a network, and leads its weight decay by hyper-gradients meanwhile")
        candidate = _with(problem, problem.space.default(), _drawn(problem, rng))
        return Proposal(candidate, fidelity={"epochs": options.epochs}, why=why)
    found = led(game)
    if not game.state.is_final or found is None:
        return None
    evaluated = history.proposed().at_stage(Stage.EVALUATE)
    if not len(evaluated):
        why = Message(
            "The weight decay that trial %(number)s was led to, trained from scratch",
            {"number": game.number},
        )
        candidate = _with(problem, game.candidate.config, found)
        return Proposal(candidate, stage=Stage.EVALUATE, why=why, memo={GUIDED: True})
    if len(evaluated) <= options.random_controls:
        why = Message("A random weight decay, trained alike, for comparison")
        control = _with(problem, game.candidate.config, _drawn(problem, rng))
        return Proposal(control, stage=Stage.EVALUATE, why=why)
    return None


def _game(history: History) -> Trial | None:
    return next(iter(history.proposed().at_stage(Stage.SEARCH)), None)


def led(game: Trial) -> float | None:
    """The weight decay that a game has come to, unless it failed or was cancelled."""
    kept = game.state in (TrialState.COMPLETE, TrialState.STOPPED)
    return game.values.get(LED_DECAY) if kept else None


def _drawn(problem: Problem, rng: np.random.Generator) -> float:
    declared = problem.space.configuration_space[WEIGHT_DECAY]
    return float(declared.to_value(rng.random()))


def _with(problem: Problem, config: Mapping[str, Any], weight_decay: float) -> Candidate:
    declared: Any = problem.space.configuration_space[WEIGHT_DECAY]
    kept = float(np.clip(weight_decay, declared.lower, declared.upper))
    return Candidate({**config, WEIGHT_DECAY: kept})


def refuses(problem: Problem, options: Options) -> Message | None:
    """Only what the training loss depends on smoothly can be led, and only networks for images are."""
    declared = dict(problem.space.configuration_space).get(WEIGHT_DECAY)
    if problem.kind != "images" or not isinstance(declared, UniformFloatHyperparameter):
        return Message(
            "This method leads the weight decay of a network for images, and here there is no range "
            "of it to choose from. Choose another method or space."
        )
    return None


def plan(problem: Problem, options: Options) -> list[float]:
    """The epochs of the game, then those of each evaluation."""
    evaluation = float(problem.space.default().get("epochs", 1))
    return [float(options.epochs), *[evaluation] * (1 + options.random_controls)]


def insight(problem: Problem, history: History, options: Options) -> Leader:
    """The weight decay and the validation loss, epoch by epoch, and the trials trained afterwards."""
    game = _game(history)
    if game is None:
        return Leader(WEIGHT_DECAY, 0, (), None, ())
    told = [(report.step, report.values) for report in game.reports]
    leads = [
        Lead(step, values[LED_DECAY], values["led_loss"])
        for step, values in told
        if LED_DECAY in values and "led_loss" in values
    ]
    judged = history.proposed().at_stage(Stage.EVALUATE)
    led = next((trial.number for trial in judged if trial.memo.get(GUIDED)), None)
    seen = [seen_of(trial, (WEIGHT_DECAY,)) for trial in judged]
    return Leader(WEIGHT_DECAY, game.number, leads, led, seen)


METHOD = Method(
    name="stackelberg",
    title="Stackelberg game",
    family="Hyper-parameter optimisation",
    paper=(
        "Lorraine, Vicol & Duvenaud, Optimizing millions of hyperparameters by implicit "
        "differentiation, AISTATS 2020"
    ),
    summary=(
        "A game of two: the weights follow the training loss, the weight decay leads them to where the "
        "validation loss is less. One long training finds it, instead of many."
    ),
    use_when=(
        "The weight decay is what you are unsure of, and one training takes so long that trying a "
        "dozen values of it is out of the question."
    ),
    avoid_when=(
        "Other hyper-parameters matter more: learning rates, sizes and choices cannot be led this way, "
        "since the training loss does not depend on them."
    ),
    corrected=(
        "Game theory is named now and then among the ways to tune hyper-parameters, without a source. "
        "This is the one reading of it that we found tested: it tunes what the training loss contains, "
        "and nothing else."
    ),
    propose=propose,
    insight=insight,
    options=Options,
    search="search.training.stackelberg:search",
    searches=(CONFIG,),
    plan=plan,
    refuses=refuses,
)
