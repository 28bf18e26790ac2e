"""How rungs are drawn: who has reached them, and how well each ranking foretold the next."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from scipy.stats import rankdata

from search.history import History, Trial, TrialState
from search.method import Problem
from search.promoted import RankCorrelation, Rung, Rungs, RungTrial
from search.rungs import EPOCHS, Bracket, promoted_from
from search.surrogates.encoding import Array

LEAST_PAIRS = 5
"""Trials that two rungs must have in common for their rankings to be compared."""

LOW = 0.3
"""Of two rankings by Spearman: of 27, the best is then among the nine that go on in 58 of 100 cases.

By chance it would be in 33, with a correlation of 0.5 in 76, of 0.7 in 90 (simulated, normal scores).
"""


def picture(problem: Problem, brackets: Sequence[Bracket], history: History) -> Rungs:
    """All rungs of the brackets, of which there is one at least, with the trials that have reached them."""
    promoted = {promoted_from(trial) for trial in history}
    rungs = []
    for bracket in brackets:
        members = [t for t in history if t.memo.get("bracket") == bracket.number]
        for level, rung in enumerate(bracket.rungs):
            trials = [
                _drawn(trial, trial.number in promoted)
                for trial in members
                if trial.memo["rung"] == level
            ]
            amount = bracket.amount(level)
            rungs.append(Rung(bracket.number, level, amount, rung.size, trials))
    told = correlations(problem, {rung.resource for rung in rungs}, history)
    return Rungs(brackets[0].fidelity.name, rungs, told)


def _drawn(trial: Trial, promoted: bool) -> RungTrial:
    loss = trial.loss if math.isfinite(trial.loss) else None
    return RungTrial(trial.number, trial.state.value, loss, promoted)


def correlations(
    problem: Problem, amounts: Iterable[float], history: History
) -> list[RankCorrelation]:
    """Of the rankings after neighbouring amounts of fidelity, and after the least and the most of them.

    One that was promoted counts on the rung below with the trial that it came from; one that began
    higher up, with what it told on its way, where the history holds reports.
    """
    ordered = sorted(amounts)
    steps = list(pairwise(ordered))
    if len(ordered) > 2:
        steps.append((ordered[0], ordered[-1]))
    members = {t.number: t for t in history if t.state is TrialState.COMPLETE and "rung" in t.memo}
    return [_correlation(problem, below, above, members) for below, above in steps]


def _correlation(
    problem: Problem, below: float, above: float, members: dict[int, Trial]
) -> RankCorrelation:
    """Spearman's; None for too few pairs, or where one side is all alike."""
    pairs, promoted = [], 0
    for trial in members.values():
        if trial.resource != above:
            continue
        early = _loss_after(problem, below, trial, members)
        if early is not None and math.isfinite(early) and math.isfinite(trial.loss):
            pairs.append((early, trial.loss))
            promoted += promoted_from(trial) is not None
    found = _spearman(np.array(pairs)) if len(pairs) >= LEAST_PAIRS else None
    is_low = found is not None and found < LOW
    return RankCorrelation(below, above, len(pairs), promoted, found, is_low)


def _loss_after(
    problem: Problem, amount: float, trial: Trial, members: dict[int, Trial]
) -> float | None:
    """What a trial had lost when it had been given so much; None if that is not known."""
    if trial.resource == amount:
        return trial.loss
    origin = members.get(promoted_from(trial) or 0)
    if origin is not None and origin.resource >= amount:
        return _loss_after(problem, amount, origin, members)
    told = (r for r in trial.reports if r.step == amount and EPOCHS in trial.fidelity)
    return next((problem.losses(report.values)[0] for report in told), None)


def _spearman(pairs: Array) -> float | None:
    """Of pairs (n, 2): Pearson's correlation of their ranks, equal values sharing theirs."""
    ranks = rankdata(pairs, axis=0)
    if (ranks == ranks[0]).all(axis=0).any():
        return None
    return float(np.corrcoef(ranks, rowvar=False)[0, 1])
