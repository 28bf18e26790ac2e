"""Searches that a policy leads: designs are drawn from it, and it learns from what they pay."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from search.breeding import drawn as drawn_at_random
from search.decisions import Architectures
from search.history import Candidate, History, Stage, Trial, TrialState
from search.message import Message
from search.method import GUIDED, Problem, Proposal
from search.policies.learning import Learnt, Recipe, Sample
from search.policies.policy import Draw
from search.policies.rebuilt import learnt, policy_of

SEED, PLACES, LOG_PROBS = "policy_seed", "places", "log_probs"
"""In the memo of a proposal: what the policy began from, and how the design was drawn."""

TRIES = 100
"""Draws from the policy to find a design within the limits, and a new one where that is asked for."""

NO_DECISIONS = Message(
    "This method decides designs by a fixed list of choices, and those of this space grow without one. "
    "Choose another space, or an evolution."
)

Pays = Callable[[Trial], float | None]


@dataclass(frozen=True)
class Led:
    """How a policy leads a search: how it learns, what a trial pays, and whose designs are known."""

    recipe: Recipe
    pays: Pays
    known: Collection[str | None] = ()


def refuses(problem: Problem, options: object) -> Message | None:
    """Why no policy can decide the designs of the problem."""
    architectures = problem.architectures
    return NO_DECISIONS if architectures is not None and not architectures.decisions else None


def seed_of(history: History) -> int | None:
    """What the policy of a run began from: its first proposal remembers it."""
    seeds = (trial.memo[SEED] for trial in history.proposed() if SEED in trial.memo)
    return next(seeds, None)


def samples(history: History, pays: Pays) -> list[Sample]:
    """The trainings that the policy learns from, in the order in which they ended."""
    return [
        Sample(t.number, tuple(t.memo[PLACES]), tuple(t.memo[LOG_PROBS]), pays(t))
        for t in history.at_stage(Stage.SEARCH).proposed().finished()
        if PLACES in t.memo and t.state is not TrialState.CANCELLED
    ]


def policy_now(problem: Problem, history: History, led: Led, seed: int) -> Learnt:
    """What the policy has learnt from the history."""
    assert problem.architectures is not None
    decisions = problem.architectures.decisions
    return learnt(led.recipe, decisions, seed, samples(history, led.pays))


def propose(
    problem: Problem,
    history: History,
    rng: np.random.Generator,
    led: Led,
    architectures: Architectures | None = None,
) -> Proposal:
    """A design that the policy of now draws; of `architectures`, whose decisions come first.

    If none of those drawn keeps the limits that can be counted, one is drawn at random, of which the
    policy learns nothing.
    """
    assert problem.architectures is not None
    fresh = int(rng.integers(2**31))
    begun = seed_of(history)
    seed = fresh if begun is None else begun
    state = policy_now(problem, history, led, seed)
    chosen = _drawn(problem, architectures or problem.architectures, state, rng, led)
    if chosen is None:
        return drawn_at_random(problem, rng, led.known)
    candidate, draw = chosen
    memo = {SEED: seed, PLACES: list(draw.places), LOG_PROBS: list(draw.log_probs)}
    if not state.updates:
        return Proposal(candidate, why=Message("The policy has not learnt anything yet"), memo=memo)
    why = Message(
        "Drawn from the policy after %(updates)s updates, %(times)s times as likely as at first",
        {"updates": state.updates, "times": _times(problem, draw)},
    )
    return Proposal(candidate, why=why, memo={**memo, GUIDED: True})


def _drawn(
    problem: Problem,
    architectures: Architectures,
    state: Learnt,
    rng: np.random.Generator,
    led: Led,
) -> tuple[Candidate, Draw] | None:
    """A candidate within the limits, a new one if any turns up, and how it was drawn."""
    assert problem.architectures is not None
    policy = policy_of(led.recipe, problem.architectures.decisions)
    config = problem.space.sample(rng)
    found = None
    for _ in range(TRIES):
        draw = policy.sample(state.parameters, rng, len(architectures.decisions))
        candidate = Candidate(config, architectures.decode(draw.places))
        if not problem.fits(candidate):
            continue
        found = candidate, draw
        if candidate.genotype not in led.known:
            break
    return found


def _times(problem: Problem, draw: Draw) -> float:
    """How much likelier the design has become since all choices were as likely, with two digits."""
    assert problem.architectures is not None
    decisions = problem.architectures.decisions[: len(draw.places)]
    evenly = -sum(np.log(len(decision.choices)) for decision in decisions)
    return float(f"{np.exp(min(sum(draw.log_probs) - evenly, 600)):.2g}")
