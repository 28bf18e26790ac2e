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
    use_when=(
        "Little is known yet, or a bar is wanted that other methods have to clear; any number of "
        "devices can work at once."
    ),
    avoid_when=(
        "Each training is dear: methods that learn from the trials need far fewer of them."
    ),
    corrected=(
        "It is said to beat a grid always. It does where few hyper-parameters matter, as is "
        "usual; where all matter alike, a grid is no worse."
    ),
    propose=propose,
)
