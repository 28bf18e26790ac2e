"""Random search. Bergstra & Bengio, "Random search for hyper-parameter optimization", JMLR 2012."""

from __future__ import annotations

import numpy as np

from search.draws import fresh
from search.history import History
from search.message import Message
from search.method import Method, Problem, Proposal
from search.options import NoOptions


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: NoOptions
) -> Proposal:
    """Draw every active hyper-parameter, and the architecture, independently from its prior (section 2)."""
    why = Message("Drawn at random from the search space")
    return Proposal(fresh(problem, history, rng), why=why)


METHOD = Method(
    name="random_search",
    title="Random search",
    family="Hyper-parameter optimisation",
    paper="Bergstra & Bengio, Random search for hyper-parameter optimization, JMLR 2012",
    summary=(
        "Tries configurations drawn at random. Hard to beat when few hyper-parameters matter, "
        "and the bar that every other method has to clear."
    ),
    propose=propose,
)
