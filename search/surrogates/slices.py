"""Kernels drawn from their posterior by slice sampling.

Neal, "Slice sampling", Annals of Statistics 2003; used for this by Snoek et al. 2012, section 3.1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from search.surrogates.encoding import Array
from search.surrogates.gaussian import Inputs, Kernel, bounds, likeliest, likelihood

WIDTH, BURN_IN, THIN = 1.0, 10, 2
"""Of a first slice, in units of the logarithm; sweeps that are thrown away, and sweeps a kernel."""

SHRINKS = 100
"""Times that a slice is made smaller before the value stays as it is."""


def drawn_kernels(
    inputs: Inputs, values: Array, count: int, rng: np.random.Generator
) -> list[Kernel]:
    """Kernels for inputs and values (n,) of mean 0 and variance 1.

    The chain begins at the likeliest one, so that it depends on the data and `rng` alone.
    """
    theta = likeliest(inputs, values)
    density = likelihood(inputs, values)
    k = inputs.features.shape[1]
    within = bounds(len(inputs.axes), k)
    kernels = []
    for sweep in range(1, BURN_IN + THIN * count + 1):
        for place in rng.permutation(len(theta)):
            theta[place] = _slice(density, theta, int(place), within[place], rng)
        if sweep > BURN_IN and (sweep - BURN_IN) % THIN == 0:
            kernels.append(Kernel.of(theta, k))
    return kernels


def _slice(
    density: Callable[[Array], float],
    theta: Array,
    place: int,
    within: tuple[float, float],
    rng: np.random.Generator,
) -> float:
    """A new value of one coordinate: even over where the density is above a random part of what it is."""

    def at(value: float) -> float:
        moved = theta.copy()
        moved[place] = value
        return density(moved)

    start = float(theta[place])
    level = density(theta) + np.log(rng.random())
    low = start - WIDTH * rng.random()
    high = low + WIDTH
    while low > within[0] and at(low) > level:
        low -= WIDTH
    while high < within[1] and at(high) > level:
        high += WIDTH
    low, high = max(low, within[0]), min(high, within[1])
    for _ in range(SHRINKS):
        value = float(rng.uniform(low, high))
        if at(value) > level:
            return value
        low, high = (value, high) if value < start else (low, value)
    return start
