"""The first trials of a model: spread evenly over the space."""

from __future__ import annotations

import numpy as np

from search.draws import first_fresh, fresh
from search.history import Candidate, History
from search.message import Message
from search.method import Problem, Proposal
from search.surrogates.acquisition import even
from search.surrogates.encoding import axes_of, deactivate

POINTS = 64
"""Of the even design, after which it begins anew."""

SEED = "design"


def spread_evenly(
    problem: Problem, history: History, rng: np.random.Generator, start_up: int
) -> Proposal:
    """The next point of an even design; its seed is kept in the memo of the first trial that has one."""
    number = len(history)
    seeds = (t.memo[SEED] for t in history if SEED in t.memo)
    seed = next(seeds, None)
    memo = {SEED: int(rng.integers(2**31))} if seed is None else {}
    drawn = even(axes_of(problem.space), POINTS, np.random.default_rng(memo.get(SEED, seed)))
    point = deactivate(problem.space, drawn[number % POINTS][None])[0]
    candidate = Candidate(problem.space.config(point))
    chosen = first_fresh(problem, history, [candidate]) or fresh(problem, history, rng)
    why = Message(
        "Spread evenly, before the model: %(number)s of %(of)s",
        {"number": number + 1, "of": start_up},
    )
    return Proposal(chosen, why=why, memo=memo)
