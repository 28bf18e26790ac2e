"""DARTS. Liu, Simonyan & Yang, "DARTS: differentiable architecture search", ICLR 2019, first order.

What trains the supernet is `search.supernet.darts`; here is when it is trained, and what comes after.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.architecture.cell_space import DARTS
from search.history import Candidate, History, Stage, Trial
from search.insight import Moment, Weights
from search.message import Message
from search.method import GENOTYPE, Method, Problem, Proposal
from search.options import option

DRAWS = 100
"""Random architectures drawn to find one that was not tried."""


@dataclass(frozen=True)
class Options:
    """Options of DARTS; the defaults of the learning rates and of the decays are the paper's."""

    epochs: int = option(
        20,
        title="Epochs of the search",
        help="How long all operations are trained together. The paper takes 50; much longer searches "
        "fill with skip connections.",
        minimum=1,
        maximum=1000,
    )
    batch_size: int = option(
        64, title="Batch size", help="Images a step of the search.", minimum=2, maximum=4096
    )
    learning_rate: float = option(
        0.025,
        title="Learning rate of the weights",
        help="At the start; it falls along half a cosine to a 25th.",
        minimum=1e-5,
        maximum=1,
    )
    weight_decay: float = option(
        3e-4, title="Weight decay of the weights", help="Of SGD.", minimum=0, maximum=0.1
    )
    edge_learning_rate: float = option(
        3e-4,
        title="Learning rate of the edge weights",
        help="Of Adam. Short searches need more than the paper's 0.0003 to decide anything.",
        minimum=1e-5,
        maximum=1,
    )
    edge_weight_decay: float = option(
        1e-3, title="Weight decay of the edge weights", help="Of Adam.", minimum=0, maximum=0.1
    )
    random_controls: int = option(
        2,
        title="Random architectures beside it",
        help="Drawn at random and trained as the derived one is, so that one sees what the search was "
        "worth.",
        minimum=0,
        maximum=20,
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal | None:
    """First the search, then the genotype that it derived, then random ones for comparison.

    A search that a person has stopped counts with what it had derived; one that failed has nothing.
    """
    search = _search(history)
    if search is None:
        why = Message("Trains all operations together, and the weights of the edges with them")
        fidelity = {"epochs": options.epochs}
        return Proposal(Candidate(problem.space.sample(rng)), fidelity=fidelity, why=why)
    if not search.state.is_final or search.derived is None:
        return None
    evaluated = history.proposed().at_stage(Stage.EVALUATE)
    if not len(evaluated):
        why = Message(
            "Derived by trial %(number)s, trained from scratch", {"number": search.number}
        )
        candidate = Candidate(search.candidate.config, search.derived)
        return Proposal(candidate, stage=Stage.EVALUATE, why=why)
    if len(evaluated) <= options.random_controls:
        control = _control(problem, history, search, rng)
        why = Message("Drawn at random and trained alike, for comparison")
        return Proposal(control, stage=Stage.EVALUATE, why=why) if control else None
    return None


def _search(history: History) -> Trial | None:
    return next(iter(history.at_stage(Stage.SEARCH)), None)


def _control(
    problem: Problem, history: History, search: Trial, rng: np.random.Generator
) -> Candidate | None:
    """A genotype that was not tried, with the config of the search; None if no other turns up."""
    known = {trial.candidate.genotype for trial in history}
    for _ in range(DRAWS):
        genotype = problem.sample(rng).genotype
        if genotype not in known:
            return Candidate(search.candidate.config, genotype)
    return None


def refuses(problem: Problem, options: Options) -> Message | None:
    """Its cells keep two edges a node and give all nodes, so only such a space holds what it derives."""
    if problem.architectures is None or problem.architectures.to_json().get("wiring") == DARTS:
        return None
    return Message("DARTS needs cells that are wired as in DARTS. Choose such a space.")


def plan(problem: Problem, options: Options) -> list[float]:
    """The epochs of the search, then those of each evaluation."""
    evaluation = float(problem.space.default().get("epochs", 1))
    return [float(options.epochs), *[evaluation] * (1 + options.random_controls)]


def insight(problem: Problem, history: History, options: Options) -> Weights:
    """The edge weights over the epochs of the search."""
    search = _search(history)
    if search is None:
        return Weights(0, [])
    moments = [
        Moment(report.step, report.genotype, report.edge_weights)
        for report in search.reports
        if report.edge_weights is not None
    ]
    return Weights(search.number, moments)


METHOD = Method(
    name="darts",
    title="DARTS",
    family="Architecture search by gradients",
    paper="Liu, Simonyan & Yang, DARTS: differentiable architecture search, ICLR 2019",
    summary=(
        "Trains one network that holds all operations, and learns by gradients how much each edge uses "
        "each; then trains the cell that this stands for. One search instead of many trainings. Where "
        "all cells are good, random ones may do as well: compare."
    ),
    use_when=(
        "A network that holds all operations at once fits into memory, and an answer is wanted in "
        "the time of a few trainings."
    ),
    avoid_when=(
        "Limits of size or speed are tight, since it weighs accuracy alone; or the search is "
        "long, since its cells then fill with skip connections."
    ),
    corrected=(
        "It is said to be thousands of times faster than other searches. Choosing among several "
        "of its searches, and training what they derive, is left out of that; and random cells of "
        "the same space often come close."
    ),
    propose=propose,
    options=Options,
    search="search.supernet.darts:search",
    searches=(GENOTYPE,),
    plan=plan,
    insight=insight,
    refuses=refuses,
)
