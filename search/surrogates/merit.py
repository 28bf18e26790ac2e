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
from search.surrogates.gaussian import Inputs, fit
from search.surrogates.observations import Warp, losses_of, standardised
from search.surrogates.slices import drawn_kernels

BEYOND = 0.1
"""The hypervolume is measured from so far beyond the worst of each objective, as a share of its range."""

Part = Callable[[Inputs], Array]


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
        self.inputs, self.pending = self._inputs(self.ended), self._inputs(history.running())
        self.ranked = history.ranked()
        losses = losses_of(problem, self.ended)
        self.warp = Warp.of(losses)
        best = float(self.warp.values(np.array([self.ranked[0].loss]))[0])
        self.belief = self._belief(self.warp.values(losses), best)
        self.parts: list[Part] = [self._growth()]
        self.parts += [self._keeping(limit) for limit in problem.limits if not _is_counted(limit)]
        if per_second:
            self.parts.append(self._quickness())

    def __call__(self, points: Array) -> Array:
        inputs = Inputs.of(self.axes, points)
        merit: Array = np.sum([part(inputs) for part in self.parts], axis=0)
        return merit

    def _inputs(self, trials: Sequence[Trial]) -> Inputs:
        configs = [trial.candidate.config for trial in trials]
        return Inputs.of(self.axes, vectors(self.problem.space, configs))

    def predict(self, points: Array) -> tuple[Array, Array]:
        """Means (m,) and deviations (m,) of the first objective, as the warp gives its values."""
        return self.belief.predict(Inputs.of(self.axes, points))

    def _belief(self, values: Array, best: float = 0.0) -> Belief:
        if self.kernels:
            kernels = drawn_kernels(self.inputs, values, self.kernels, self.rng)
        else:
            kernels = [fit(self.inputs, values)]
        return Belief(self.inputs, values, kernels, pending=self.pending, best=best, rng=self.rng)

    def _growth(self) -> Part:
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

        def score(inputs: Inputs) -> Array:
            means, deviations = zip(self.belief.predict(inputs), other.predict(inputs), strict=True)
            return log_hypervolume_improvement(means, deviations, known, reference)

        return score

    def _keeping(self, limit: Constraint) -> Part:
        """The probability that a limit is kept; a trial without the figure counts as an average one."""
        sign = -1.0 if METRICS[limit.name].maximise else 1.0
        found = np.array([sign * t.values.get(limit.name, np.nan) for t in self.ended])
        known = found[np.isfinite(found)]
        if not len(known):
            return lambda inputs: np.zeros(len(inputs))
        centre, scale = known.mean(), known.std() or 1.0
        belief = self._belief(np.where(np.isfinite(found), (found - centre) / scale, 0.0))
        bound = float((sign * limit.bound - centre) / scale)
        return lambda inputs: belief.log_below(inputs, bound)

    def _quickness(self) -> Part:
        """Minus the logarithm of the seconds that a trial is expected to take (section 3.2)."""
        seconds = np.log([max(trial.cost, 1e-3) for trial in self.ended])
        belief, scale = self._belief(standardised(seconds)), seconds.std() or 1.0
        return lambda inputs: -scale * belief.predict(inputs)[0]


def _is_counted(limit: Constraint) -> bool:
    return METRICS[limit.name].counted
