"""How good it would be to try a point: improvement, within limits, and for its time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from search.history import History, Trial
from search.method import Constraint, Problem
from search.metrics import METRICS
from search.pareto import front
from search.surrogates.acquisition import log_hypervolume_improvement
from search.surrogates.belief import Belief
from search.surrogates.encoding import Array, axes_of, vectors
from search.surrogates.gaussian import fit
from search.surrogates.observations import Warp, losses_of, standardised
from search.surrogates.slices import drawn_kernels

BEYOND = 0.1
"""The hypervolume is measured from so far beyond the worst of each objective, as a share of its range."""

Score = Callable[[Array], Array]


class Merit:
    """The logarithm of the merit of points (m, d), a sum of one part for each thing that counts.

    The expected improvement of the objective, or of the hypervolume of the first two; the probability
    that each limit is kept which cannot be counted beforehand (Gardner et al., "Bayesian optimization
    with inequality constraints", ICML 2014); and, `per_second`, the time that a trial is expected to
    take. `kernels` are drawn and averaged over; with none, the likeliest is taken.
    """

    def __init__(
        self,
        problem: Problem,
        history: History,
        rng: np.random.Generator,
        *,
        kernels: int = 0,
        per_second: bool = False,
    ) -> None:
        """`history` has one trial at least whose loss counts."""
        self.problem, self.kernels, self.rng = problem, kernels, rng
        self.axes, self.ended = axes_of(problem.space), history.finished()
        self.points = self._points(self.ended)
        self.pending = self._points(history.running())
        self.ranked = history.ranked()
        losses = losses_of(problem, self.ended)
        self.warp = Warp.of(losses)
        best = float(self.warp.values(np.array([self.ranked[0].loss]))[0])
        self.belief = self._belief(self.warp.values(losses), best)
        self.parts: list[Score] = [self._growth()]
        self.parts += [self._keeping(limit) for limit in problem.limits if not _is_counted(limit)]
        if per_second:
            self.parts.append(self._quickness())

    def __call__(self, points: Array) -> Array:
        merit: Array = np.sum([part(points) for part in self.parts], axis=0)
        return merit

    def _points(self, trials: Sequence[Trial]) -> Array:
        return vectors(self.problem.space, [trial.candidate.config for trial in trials])

    def _belief(self, values: Array, best: float = 0.0) -> Belief:
        if self.kernels:
            kernels = drawn_kernels(self.axes, self.points, values, self.kernels, self.rng)
        else:
            kernels = [fit(self.axes, self.points, values)]
        pending, rng = self.pending, self.rng
        return Belief(self.axes, self.points, values, kernels, pending=pending, best=best, rng=rng)

    def _growth(self) -> Score:
        """The expected improvement; of two objectives, that of the hypervolume, which waits for none."""
        if len(self.problem.objectives) == 1:
            return self.belief.log_improvement
        second = losses_of(self.problem, self.ended, 1)
        warps = self.warp, Warp.of(second)
        other = self._belief(warps[1].values(second))
        pairs = np.array([trial.losses[:2] for trial in self.ranked])
        pairs = pairs[front(pairs)]
        known = np.stack([warps[0].values(pairs[:, 0]), warps[1].values(pairs[:, 1])], axis=1)
        worst = np.array([self.belief.worst, other.worst])
        reference = worst + BEYOND * (worst - known.min(axis=0))

        def score(points: Array) -> Array:
            means, deviations = zip(self.belief.predict(points), other.predict(points), strict=True)
            return log_hypervolume_improvement(means, deviations, known, reference)

        return score

    def _keeping(self, limit: Constraint) -> Score:
        """The probability that a limit is kept, which no trial that failed says anything about."""
        sign = -1.0 if METRICS[limit.name].maximise else 1.0
        found = np.array([sign * t.values.get(limit.name, np.nan) for t in self.ended])
        known = found[np.isfinite(found)]
        if not len(known):
            return lambda points: np.zeros(len(points))
        centre, scale = known.mean(), known.std() or 1.0
        belief = self._belief(np.where(np.isfinite(found), (found - centre) / scale, 0.0))
        bound = float((sign * limit.bound - centre) / scale)
        return lambda points: belief.log_below(points, bound)

    def _quickness(self) -> Score:
        """Minus the logarithm of the seconds that a trial is expected to take (section 3.2)."""
        seconds = np.log([max(trial.cost, 1e-3) for trial in self.ended])
        belief, scale = self._belief(standardised(seconds)), seconds.std() or 1.0
        return lambda points: -scale * belief.predict(points)[0]


def _is_counted(limit: Constraint) -> bool:
    return METRICS[limit.name].counted
