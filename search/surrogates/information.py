"""Which trial would tell most about where the minimum is, by what it costs; shared by entropy searches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from search.history import Candidate, Trial
from search.method import Problem
from search.surrogates.acquisition import even
from search.surrogates.encoding import Array, axes_of, deactivate, vectors
from search.surrogates.gaussian import GaussianProcess, Inputs, fit
from search.surrogates.minimiser import Minimiser
from search.surrogates.observations import Warp, standardised

SURVEYED, ASKED = 512, 50
"""Points at which the minimum is looked for, and of these how many trials are judged at."""

NEAR, WIDTH = 20, 0.1
"""Points around the best that are surveyed, too, and how far around, as a deviation."""

LEAST_SECONDS, LEAST_GAIN = 1e-3, 1e-9

Basis = Callable[[Array], Array]
"""Features (n, k) of settings (n,)."""


def alone(settings: Array) -> Array:
    """The one feature of a process over the space alone."""
    return np.ones((len(settings), 1))


@dataclass(frozen=True)
class Environment:
    """What a trial has besides its candidate: a setting, such as its task or its share of the data.

    `loss` and `cost` tell how losses and the logarithm of seconds depend on it, `choices` (c,) are the
    settings that a trial may be asked for with, and at `target` the minimum is wanted. If `alike`,
    settings never go against each other. Without `cost`, all trials cost the same. `share` tells what
    part of the data a setting has: until more is known, seconds are taken to be in proportion to it.
    """

    choices: Array
    target: float
    loss: Basis = alone
    cost: Basis | None = None
    share: Callable[[Array], Array] = np.ones_like
    alike: bool = False


@dataclass(frozen=True)
class Asked:
    """A trial that could be made: its candidate and its setting."""

    candidate: Candidate
    setting: float


class Information:
    """What is believed at the target, from trials with settings (n,) and values (n,)."""

    def __init__(
        self,
        problem: Problem,
        environment: Environment,
        trials: Sequence[Trial],
        settings: Array,
        values: Array,
        warp: Warp,
    ) -> None:
        """`warp` is the scale of the target's values."""
        self.problem, self.environment, self.trials, self.warp = problem, environment, trials, warp
        self.axes, self.values, self.settings = axes_of(problem.space), values, settings
        self.points = self._points(trials)
        inputs = self._inputs(self.points, settings)
        kernel = fit(inputs, values, alike=environment.alike)
        self.process = GaussianProcess(inputs, values, kernel)

    def expecting(self, pending: Sequence[Trial], settings: Array) -> None:
        """Take what is under way for what the model expects of it, so that it is not asked for again."""
        if pending:
            waiting = self._inputs(self._points(pending), settings)
            told = np.concatenate([self.values, self.process.predict(waiting)[0]])
            everything = self.process.inputs + waiting
            self.process = GaussianProcess(everything, told, self.process.kernel)

    def predict(self, points: Array) -> tuple[Array, Array]:
        """Means (m,) and deviations (m,) at the target."""
        return self.process.predict(
            self._inputs(points, np.full(len(points), self.environment.target))
        )

    def __call__(self, points: Array) -> Array:
        """The logarithm (m,) of how telling trials at the target would be, whatever they cost."""
        minimiser, _ = self._minimiser(np.random.default_rng(len(self.trials)))
        return self._merit(minimiser, points, np.full(len(points), self.environment.target))

    def incumbent(self, among: int | None = None) -> Trial:
        """A trial, of the first so many, whose candidate is expected to be the best at the target."""
        return self.trials[int(self.predict(self.points[:among])[0].argmin())]

    def ranked(self, rng: np.random.Generator) -> Iterator[Asked]:
        """Trials that are allowed, the most telling for its cost first."""
        minimiser, surveyed = self._minimiser(rng)
        some = np.concatenate([minimiser.places.points, surveyed[:ASKED]])
        points = np.tile(some, (len(self.environment.choices), 1))
        settings = np.repeat(self.environment.choices, len(some))
        merit = self._merit(minimiser, points, settings) - self._log_seconds(points, settings)
        for place in np.argsort(-merit, kind="stable"):
            candidate = Candidate(self.problem.space.config(points[place]))
            if self.problem.allows(candidate):
                yield Asked(candidate, float(settings[place]))

    def _minimiser(self, rng: np.random.Generator) -> tuple[Minimiser, Array]:
        """Where the minimum may be at the target, and the points at which it was looked for."""
        surveyed = self._surveyed(rng)
        places = self._inputs(surveyed, np.full(len(surveyed), self.environment.target))
        best = float(self.predict(self.points)[0].min())
        return Minimiser(self.process, places, best, rng), surveyed

    def _merit(self, minimiser: Minimiser, points: Array, settings: Array) -> Array:
        gained = minimiser.information(self._inputs(points, settings))
        merit: Array = np.log(gained.clip(min=LEAST_GAIN))
        return merit

    def _log_seconds(self, points: Array, settings: Array) -> Array:
        """The logarithm of the seconds that trials are expected to take, by a process of its own."""
        basis, share = self.environment.cost, self.environment.share
        if basis is None:
            return np.zeros(len(points))
        seconds = np.log([max(trial.cost, LEAST_SECONDS) for trial in self.trials])
        beyond = seconds - np.log(share(self.settings))
        known = Inputs(self.axes, self.points, basis(self.settings))
        values, scale = standardised(beyond), float(beyond.std())
        process = GaussianProcess(known, values, fit(known, values))
        expected = process.predict(Inputs(self.axes, points, basis(settings)))[0]
        taken: Array = np.log(share(settings)) + scale * expected
        return taken

    def _points(self, trials: Sequence[Trial]) -> Array:
        return vectors(self.problem.space, [trial.candidate.config for trial in trials])

    def _inputs(self, points: Array, settings: Array) -> Inputs:
        return Inputs(self.axes, points, self.environment.loss(settings))

    def _surveyed(self, rng: np.random.Generator) -> Array:
        """Points all over the space, and some around the best."""
        drawn = even(self.axes, SURVEYED, rng)
        best = vectors(self.problem.space, [self.incumbent().candidate.config])
        around = np.tile(best, (NEAR, 1))
        for place, axis in enumerate(self.axes):
            if not (axis.choices or axis.is_fixed):
                moved = np.nan_to_num(around[:, place], nan=0.5) + WIDTH * rng.standard_normal(NEAR)
                around[:, place] = moved.clip(0, 1)
            else:
                fill = drawn[:NEAR, place]
                around[:, place] = np.where(np.isnan(around[:, place]), fill, around[:, place])
        return deactivate(self.problem.space, np.concatenate([around, drawn]))
