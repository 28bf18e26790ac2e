"""Search with radial basis functions (HORD). Ilievski, Akhtar, Feng & Shoemaker, "Efficient hyperparameter
optimization for deep learning algorithms using deterministic RBF surrogates", AAAI 2017."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.distance import cdist

from search.draws import first_fresh, fresh
from search.history import Candidate, History, Trial
from search.insight import Slices
from search.message import Message
from search.method import CONFIG, GUIDED, Method, Problem, Proposal
from search.options import option
from search.surrogates.cubic import Cubic, coordinates
from search.surrogates.design import spread_evenly
from search.surrogates.encoding import Array, Axis, axes_of, deactivate, vectors
from search.surrogates.observations import observed
from search.surrogates.scales import Standard
from search.surrogates.slicing import Surrogate, slices_through

WEIGHTS = (0.3, 0.5, 0.8, 0.95)
"""Of the prediction against the distance, in turns: first explore, then dig (section 3)."""

WIDEST, NARROWEST = 0.2, 0.005
"""Deviation of a perturbation at first, and below which the search begins anew."""

SUCCESSES, FAILURES = 3, 5
"""In a row, until perturbations grow twice as wide, or half as wide: failures at least one an axis."""

GAIN = 1e-3
"""Of the spread of the losses, that a trial must be better by to be a success."""

TOO_NEAR = 1e-3
"""Times the root of the dimension: a candidate so near to a trial is not tried."""

ROUND = "round"
"""In the memo of a trial: how often the search had begun anew. One that a person adds belongs to all."""

LEAST_MERIT, REACH = 1e-3, 3
"""In a picture: the merit of what is not tried, as it lies beside a trial or so many deviations away."""

MOST_CANDIDATES = 5000
MOST_CHANGED = 20
"""Axes that a perturbation changes at first, on average."""


@dataclass(frozen=True)
class Options:
    """Options of the search with radial basis functions."""

    start_up: int = option(
        0,
        title="Trials spread evenly first",
        help="Until so many have ended, nothing is modelled. 0 is two more than twice the number of "
        "hyper-parameters, as in the paper.",
        minimum=0,
        maximum=1000,
    )
    horizon: int = option(
        200,
        title="Trials to narrow down over",
        help="About how many trials you plan. At first many hyper-parameters are changed at a time, at "
        "the end one or two.",
        minimum=10,
        maximum=100_000,
    )
    candidates: int = option(
        100,
        title="Candidates a hyper-parameter",
        help="Drawn around the best trial, times the number of hyper-parameters; one is tried.",
        minimum=1,
        maximum=1000,
    )


@dataclass
class Round:
    """Where the search stands since it last began anew: a fold over its trials in order of their ends."""

    number: int = 0
    width: float = WIDEST
    successes: int = 0
    failures: int = 0

    def tell(self, improved: bool, patience: int) -> None:
        """Widen after successes, narrow after failures (section 3, step 5)."""
        self.successes = self.successes + 1 if improved else 0
        self.failures = 0 if improved else self.failures + 1
        if self.successes >= SUCCESSES:
            self.successes, self.width = 0, min(2 * self.width, WIDEST)
        elif self.failures >= patience:
            self.failures, self.width = 0, self.width / 2


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """Fit the spline, and of candidates around the best try one that is promising and far from all."""
    axes = axes_of(problem.space)
    now, trials, design = _standing(problem, history, options)
    known = [trial for trial in trials if trial.state.is_final]
    if len(known) < design:
        proposal = spread_evenly(problem, history, rng, design)
        return replace(proposal, memo={**proposal.memo, ROUND: now.number})
    guided = sum(bool(trial.memo.get(GUIDED)) for trial in trials)
    candidates = _candidates(problem, known, now.width, guided, rng, options)
    weight = WEIGHTS[guided % len(WEIGHTS)]
    score = _scores(problem, axes, known, history, candidates, weight)
    order = candidates[np.argsort(score, kind="stable")]
    best = first_fresh(problem, history, (Candidate(problem.space.config(p)) for p in order))
    memo = {ROUND: now.number}
    if best is None:
        why = Message("At random: the limits forbid what the model would try, or it was tried")
        return Proposal(fresh(problem, history, rng), why=why, memo=memo)
    why = Message(
        "Near the best, for a low prediction (%(weight)s%%) and far from other trials (%(rest)s%%)",
        {"weight": f"{100 * weight:g}", "rest": f"{100 - 100 * weight:g}"},
    )
    return Proposal(best, why=why, memo={**memo, GUIDED: True})


def _standing(
    problem: Problem, history: History, options: Options
) -> tuple[Round, list[Trial], int]:
    """Where the search stands, its trials since it last began anew, and how many it begins with."""
    free = sum(not axis.is_fixed for axis in axes_of(problem.space))
    now = replay(history, patience=max(FAILURES, free))
    trials = [trial for trial in history if trial.memo.get(ROUND, now.number) == now.number]
    return now, trials, options.start_up or 2 * (free + 1)


def replay(history: History, patience: int) -> Round:
    """Where the search stands, from how its trials ended."""
    now, best, losses = Round(), math.inf, []
    for trial in history.finished():
        if trial.memo.get(ROUND, now.number) != now.number:
            continue
        losses.append(trial.loss)
        if trial.memo.get(GUIDED):
            now.tell(trial.loss < best - GAIN * _spread(losses), patience)
        best = min(best, trial.loss)
        if now.width < NARROWEST:
            now, best, losses = Round(now.number + 1), math.inf, []
    return now


def _spread(losses: Sequence[float]) -> float:
    finite = [loss for loss in losses if math.isfinite(loss)]
    return float(np.ptp(finite)) if finite else 0.0


def _candidates(
    problem: Problem,
    known: Sequence[Trial],
    width: float,
    guided: int,
    rng: np.random.Generator,
    options: Options,
) -> Array:
    """The best trial with some axes changed (m, d), fewer and fewer of them (equation 3)."""
    axes = axes_of(problem.space)
    best = min(known, key=lambda trial: (trial.loss, trial.number))
    centre = vectors(problem.space, [best.candidate.config])
    free = [place for place, axis in enumerate(axes) if not axis.is_fixed] or [0]
    count = min(options.candidates * len(free), MOST_CANDIDATES)
    points = np.repeat(centre, count, axis=0)
    progress = min(math.log(guided + 1) / math.log(options.horizon), 1.0)
    share = max(min(MOST_CHANGED / len(free), 1.0) * (1 - progress), 1 / len(free))
    which = rng.random(points.shape) < share
    which[np.arange(count), rng.choice(free, size=count)] = True
    for place, axis in enumerate(axes):
        here = which[:, place] | np.isnan(points[:, place])
        points[here, place] = _changed(axis, points[here, place], width, rng)
    return deactivate(problem.space, points)


def _changed(axis: Axis, values: Array, width: float, rng: np.random.Generator) -> Array:
    """Numbers moved by a normal step, thrown back at the ends of the range; choices drawn anew."""
    if axis.is_fixed:
        return np.full(len(values), axis.only)
    if axis.choices:
        return rng.integers(axis.choices, size=len(values)).astype(float)
    moved = np.nan_to_num(values, nan=0.5)
    moved += max(width, axis.step) * rng.standard_normal(len(values))
    reflected: Array = np.abs(1 - np.abs(1 - moved)).clip(0, 1)
    return reflected


def _scores(
    problem: Problem,
    axes: Sequence[Axis],
    known: Sequence[Trial],
    history: History,
    candidates: Array,
    weight: float,
) -> Array:
    """Of each candidate, the lower the better: prediction and distance, each scaled to [0, 1]."""
    model = _fitted(problem, known)
    places = coordinates(axes, candidates)
    tried = vectors(problem.space, [trial.candidate.config for trial in history])
    distance = cdist(places, coordinates(axes, tried)).min(axis=1)
    score = weight * _scaled(model.predict(places)) + (1 - weight) * (1 - _scaled(distance))
    score[distance < TOO_NEAR * math.sqrt(len(axes))] += 2  # behind all others
    scored: Array = score
    return scored


def _fitted(problem: Problem, known: Sequence[Trial]) -> Cubic:
    """The spline through the trials.

    Losses above the median count as the median, so that a few very bad ones do not bend it.
    """
    points, values = observed(problem, known)
    return Cubic(coordinates(axes_of(problem.space), points), np.minimum(values, np.median(values)))


def _scaled(values: Array) -> Array:
    span = np.ptp(values)
    scaled: Array = (values - values.min()) / (span if span > 0 else 1.0)
    return scaled


def insight(problem: Problem, history: History, options: Options) -> Slices:
    """The spline along each hyper-parameter, through the best trial since the search last began anew."""
    axes = axes_of(problem.space)
    now, trials, design = _standing(problem, history, options)
    known = [trial for trial in trials if trial.state.is_final]
    best = History(tuple(known)).ranked()[:1]
    if len(known) < design or not best:
        return Slices(through=0, slices=(), seen=())
    guided = sum(bool(trial.memo.get(GUIDED)) for trial in trials)
    weight, model = WEIGHTS[guided % len(WEIGHTS)], _fitted(problem, known)

    values = observed(problem, known)[1]
    least, most = float(values.min()), float(np.median(values))
    centre = vectors(problem.space, [best[0].candidate.config])
    numbers = [place for place, axis in enumerate(axes) if not axis.choices]

    def predict(points: Array) -> tuple[Array, Array]:
        """Beyond all trials a spline may fall or rise to anything."""
        means = model.predict(coordinates(axes, points)).clip(2 * least - most, most)
        return means, np.zeros(len(points))

    def merit(points: Array) -> Array:
        steps = np.nan_to_num(np.abs(points - centre)[:, numbers])
        near = (steps <= REACH * now.width).all(axis=1)
        merits = np.full(len(points), LEAST_MERIT)
        score = _scores(problem, axes, known, history, points[near], weight)
        merits[near] = (1 - score).clip(min=LEAST_MERIT)
        logarithm: Array = np.log(merits)
        return logarithm

    scale = Standard.of(np.array([trial.loss for trial in known]))
    told = Surrogate(axes, scale, predict, merit)
    return slices_through(problem, history, best[0], told)


METHOD = Method(
    name="rbf",
    title="Radial basis functions (HORD)",
    family="Hyper-parameter optimisation",
    paper=(
        "Ilievski, Akhtar, Feng & Shoemaker, Efficient hyperparameter optimization for deep learning "
        "algorithms using deterministic RBF surrogates, AAAI 2017"
    ),
    summary=(
        "Draws a smooth surface through all trials and tries points near the best that look low and lie "
        "far from what was tried. Strong where there are many numbers, and quick to choose."
    ),
    use_when=(
        "You have ten or more hyper-parameters that are numbers, and 100 to 300 trials: it looks around "
        "the best trial and does not lose itself in corners of a large space."
    ),
    avoid_when=(
        "The result of a training changes much from seed to seed: the surface goes through every trial "
        "and takes luck for truth. Where most hyper-parameters are choices, a random forest suits better."
    ),
    corrected=(
        "That it needs six times fewer trials than Bayesian optimisation was measured on one network "
        "with 19 hyper-parameters, by its authors; it is no general law."
    ),
    propose=propose,
    insight=insight,
    options=Options,
    searches=(CONFIG,),
)
