"""BANANAS. White, Neiswanger & Savani, "BANANAS: Bayesian optimization with neural architectures for neural
architecture search", AAAI 2021: a path encoding, an ensemble of networks, and mutations of the best.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import spearmanr

from search.breeding import drawn, tried, warm_start_option
from search.decisions import Architectures, Routed
from search.history import Candidate, History, Stage, Trial
from search.insight import Foretold, Predicted
from search.message import Message
from search.method import GENOTYPE, GUIDED, Method, Problem, Proposal
from search.options import option
from search.retraining import retrained_option
from search.surrogates.encoding import Array
from search.surrogates.observations import Warp
from search.surrogates.perceptrons import Perceptrons, fitted

BEST = 10
"""Designs that are mutated: the best so far."""

CHANGES = 2
"""Mutations of a candidate at most."""

RANDOM = 0.5
"""The share of the candidates that are random: mutations alone never leave the summit they are at."""

EXPECTED = "expected"
"""In the memo of a trial: the loss that was expected of it, and that one deviation below and above."""


@dataclass(frozen=True)
class Options:
    """Options of BANANAS."""

    start_up: int = option(
        10,
        title="Random designs first",
        help="Until so many have ended, nothing is predicted.",
        minimum=2,
        maximum=1000,
    )
    networks: int = option(
        5,
        title="Networks that predict",
        help="Where they disagree little is known, and a design is more often worth a try.",
        minimum=2,
        maximum=50,
    )
    candidates: int = option(
        100,
        title="Candidates",
        help="Designs of which the most promising is trained: half of them are mutations of the best, "
        "half are random.",
        minimum=2,
        maximum=10_000,
    )
    refit: int = option(
        10,
        title="Trials between fits",
        help="The networks learn anew when so many more trials have ended.",
        minimum=1,
        maximum=1000,
    )
    warm_start: int = warm_start_option()
    retrained: int = retrained_option()


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """The candidate of the least loss by independent Thompson sampling (algorithm 1, section 4)."""
    known, ended = tried(history), _ended(history)
    best = History(ended).ranked()[:BEST]
    if len(ended) < options.start_up or not best:
        return drawn(problem, rng, known, options.warm_start)
    # As it was after the last fit: a prefix, so that equal histories give equal networks.
    learnt = len(ended) - (len(ended) - options.start_up) % options.refit
    candidates = _candidates(problem, best, rng, known, options.candidates)
    if not candidates:
        why = Message("At random: all designs that came to mind were tried, or break a limit")
        return replace(drawn(problem, rng, known), why=why)
    model, encode, warp = _model(problem, ended[:learnt], options.networks)
    means, deviations = model.predict(encode([c.genotype for c in candidates]))
    place = int(np.argmin(rng.normal(means, deviations)))
    around = means[place] + deviations[place] * np.array([0, -1, 1])
    why = Message(
        "Of %(count)s designs, mutations of the best and random ones, the most promising to "
        "%(networks)s networks that learnt from %(learnt)s trials",
        {"count": len(candidates), "networks": options.networks, "learnt": learnt},
    )
    expected = [float(loss) for loss in warp.losses(around)]
    return Proposal(candidates[place], why=why, memo={EXPECTED: expected, GUIDED: True})


def _ended(history: History) -> tuple[Trial, ...]:
    """The search's trials that have ended and have a design, whatever became of them."""
    searched = history.at_stage(Stage.SEARCH).finished()
    return tuple(trial for trial in searched if trial.candidate.genotype is not None)


def _candidates(
    problem: Problem,
    best: Sequence[Trial],
    rng: np.random.Generator,
    known: set[str | None],
    count: int,
) -> list[Candidate]:
    """New designs, random ones and some that differ from one of the best in a mutation or two."""
    assert problem.architectures is not None
    designs, found = problem.architectures, dict[str, Candidate]()
    for number in range(count):
        parent = best[number % len(best)].candidate
        genotype = designs.sample(rng) if number < RANDOM * count else str(parent.genotype)
        for _ in range(int(rng.integers(1, CHANGES + 1))):
            genotype, _change = designs.mutate(genotype, rng)
        child = Candidate(parent.config, genotype)
        if genotype not in known and problem.fits(child):
            found.setdefault(genotype, child)
    return list(found.values())


@dataclass(frozen=True)
class Encoding:
    """How designs become rows of numbers: which of the known paths they have, or else which choices."""

    problem: Problem
    paths: tuple[object, ...]

    @classmethod
    def of(cls, problem: Problem, genotypes: Sequence[str | None]) -> Encoding:
        """Paths that no design of these has are left out, since nothing is known of them (section 3)."""
        designs = problem.architectures
        seen = {path for g in genotypes for path in _features(designs, str(g))}
        return cls(problem, tuple(sorted(seen, key=str)))

    def __call__(self, genotypes: Sequence[str | None]) -> Array:
        """The designs as (n, d), 1 where a design has a path."""
        place = {path: at for at, path in enumerate(self.paths)}
        rows = np.zeros((len(genotypes), len(place)))
        for row, genotype in enumerate(genotypes):
            has = _features(self.problem.architectures, str(genotype))
            rows[row, [place[path] for path in has if path in place]] = 1
        return rows


def _features(designs: Architectures | None, genotype: str) -> frozenset[object]:
    """The paths of a design; of a set that knows no paths, each decision with its choice."""
    assert designs is not None
    if isinstance(designs, Routed):
        return frozenset(designs.paths(genotype))
    return frozenset(enumerate(designs.encode(genotype)))


def _model(
    problem: Problem, trials: Sequence[Trial], networks: int
) -> tuple[Perceptrons, Encoding, Warp]:
    """The networks that have learnt from the trials, what they read, and the scale that they speak in."""
    genotypes = [trial.candidate.genotype for trial in trials]
    losses = np.array([trial.loss for trial in trials])
    encode, warp = Encoding.of(problem, genotypes), Warp.of(losses)
    return fitted(encode(genotypes), warp.values(losses), networks), encode, warp


def insight(problem: Problem, history: History, options: Options) -> Predicted:
    """What was expected of each trial before it was trained, and what came of it."""
    told = [_foretold(trial) for trial in _ended(history) if EXPECTED in trial.memo]
    pairs = np.array([(one.mean, one.loss) for one in told if one.loss is not None])
    known = len(pairs) >= LEAST and (np.ptp(pairs, axis=0) > 0).all()
    return Predicted(told, float(spearmanr(*pairs.T).statistic) if known else None)


LEAST = 5
"""Trials of which the rank correlation is told at least."""


def _foretold(trial: Trial) -> Foretold:
    mean, low, high = trial.memo[EXPECTED]
    loss = trial.loss if math.isfinite(trial.loss) else None
    return Foretold(trial.number, mean, low, high, loss)


METHOD = Method(
    name="bananas",
    title="BANANAS",
    family="Architecture search with a model",
    paper=(
        "White, Neiswanger & Savani, BANANAS: Bayesian optimization with neural architectures for neural "
        "architecture search, AAAI 2021"
    ),
    summary=(
        "Several small networks learn which paths through a design make it good. Of mutations of "
        "the best designs, and random ones, it trains the one that they promise most of."
    ),
    use_when=(
        "Each training is dear, and some fifty or more can be paid for: choosing takes a fraction of a "
        "second."
    ),
    avoid_when=(
        "There are fewer than thirty trainings, or training is so noisy that a design's score says little "
        "of its kin: then it learns nothing that holds."
    ),
    corrected=(
        "Its strength is often put down to the networks. Much of it comes from looking only near the best "
        "designs, which evolution and local search do without any."
    ),
    propose=propose,
    options=Options,
    searches=(GENOTYPE,),
    insight=insight,
)
