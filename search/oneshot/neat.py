"""NEAT. Stanley & Miikkulainen, "Evolving neural networks through augmenting topologies", 2002.

What evolves the networks is `search.neuroevolution`; here is when, and what comes after.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.history import Candidate, History, Stage, Trial
from search.insight import Generation, Generations
from search.message import Message
from search.method import CONFIG, GUIDED, Method, Problem, Proposal
from search.options import option


@dataclass(frozen=True)
class Options:
    """Options of NEAT; where nothing else is said the defaults are the paper's."""

    generations: int = option(
        100,
        title="Generations",
        help="The search ends before that if a network makes no mistake.",
        minimum=2,
        maximum=10_000,
    )
    population: int = option(
        150,
        title="Population",
        help="Networks of a generation. Each is asked, none is trained.",
        minimum=4,
        maximum=5000,
    )
    threshold: float = option(
        3.0,
        title="Distance between species",
        help="Networks that differ by less are of one species, and share its fitness, so that what is "
        "new has time to become good. More makes fewer species.",
        minimum=0.1,
        maximum=100,
    )
    stagnation: int = option(
        15,
        title="Patience with a species",
        help="Generations without a gain after which a species has no more children.",
        minimum=1,
        maximum=1000,
    )
    add_unit: float = option(
        0.03,
        title="Chance of a new unit",
        help="Of a child: a link is split in two.",
        minimum=0,
        maximum=1,
    )
    add_link: float = option(
        0.05,
        title="Chance of a new link",
        help="Of a child. The paper takes 0.3 for large populations.",
        minimum=0,
        maximum=1,
    )
    reach: float = option(
        2.5,
        title="How far weights move",
        help="At most, in one mutation. The paper does not say; with 0.5 searches for exclusive or took "
        "half as many generations again as with 2.5.",
        minimum=0.01,
        maximum=8,
    )
    recurrent: bool = option(
        False,
        title="Links in circles",
        help="A network may then remember, which rows of a table do not ask for.",
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal | None:
    """First the evolution, in one long trial, then its champion, judged like any model.

    An evolution that a person has stopped counts with what it had found; one that failed has nothing.
    """
    evolution = _evolution(history)
    if evolution is None:
        why = Message("Evolves networks, their links and their weights, generation by generation")
        return Proposal(
            Candidate(problem.space.default()), fidelity={"epochs": options.generations}, why=why
        )
    if not evolution.state.is_final or evolution.derived is None:
        return None
    if len(history.proposed().at_stage(Stage.EVALUATE)):
        return None
    why = Message("The champion of trial %(number)s, as it is", {"number": evolution.number})
    candidate = Candidate(evolution.candidate.config, evolution.derived)
    return Proposal(candidate, stage=Stage.EVALUATE, why=why, memo={GUIDED: True})


def _evolution(history: History) -> Trial | None:
    return next(iter(history.proposed().at_stage(Stage.SEARCH)), None)


def refuses(problem: Problem, options: Options) -> Message | None:
    """Rows of a table are asked, and it tells classes apart."""
    is_table = problem.kind == "tables" and problem.objective.name in CLASSES
    if is_table or problem.kind == "xor":
        return None
    return Message(
        "NEAT evolves small networks that tell classes of the rows of a table apart. Choose a table with "
        "classes to predict, or another method."
    )


CLASSES = ("val_accuracy", "val_balanced_accuracy", "val_loss")
"""Metrics of tables whose target is a class."""


def plan(problem: Problem, options: Options) -> list[float]:
    """The evolution, then the champion."""
    return [float(options.generations), 1.0]


def insight(problem: Problem, history: History, options: Options) -> Generations:
    """Fitness and species, generation by generation, and how the champion has grown."""
    evolution = _evolution(history)
    if evolution is None:
        return Generations(0, None, ())
    judged = history.proposed().at_stage(Stage.EVALUATE)
    told = [(r.step, r.values) for r in evolution.reports if "best_fitness" in r.values]
    generations = [
        Generation(
            number=step,
            best=values["best_fitness"],
            mean=values["mean_fitness"],
            species=int(values["species"]),
            units=int(values["champion_units"]),
            links=int(values["champion_links"]),
        )
        for step, values in told
    ]
    return Generations(
        evolution.number, judged.trials[0].number if len(judged) else None, generations
    )


METHOD = Method(
    name="neat",
    title="NEAT",
    family="Architecture search by evolution",
    paper=(
        "Stanley & Miikkulainen, Evolving neural networks through augmenting topologies, "
        "Evolutionary Computation 2002"
    ),
    summary=(
        "Evolves small networks, links and weights together, from none between inputs and outputs on: "
        "they grow where that pays. Species protect what is new until it is good."
    ),
    use_when=(
        "A very small network is wanted, whose every link can be looked at, or what is asked for has "
        "no gradient."
    ),
    avoid_when=(
        "There are many features or rows: gradients find weights far faster than mutations do, and "
        "boosted trees are mostly more accurate."
    ),
    corrected=(
        "It is called the first to evolve the shape of networks. Others did before, GNARL and Cellular "
        "Encoding among them; new were numbers that align genomes, and species that protect."
    ),
    propose=propose,
    options=Options,
    search="search.neuroevolution.search:search",
    searches=(CONFIG,),
    plan=plan,
    insight=insight,
    refuses=refuses,
)
