"""Problems to compare methods on and to teach with: those of the paper of BOHB, small enough for a laptop.

Falkner, Klein & Hutter, "BOHB: robust and efficient hyperparameter optimization at scale", ICML 2018,
section 5. Unlike the kinds of data they import what they train with, so no page loads this package.
"""

from __future__ import annotations

from collections.abc import Callable

from search.method import Problem
from search.problems.functions import bayesian, cart_pole, counting_ones, feed_forward, svm

FUNCTIONS: dict[str, Callable[..., Problem]] = {
    "counting_ones": counting_ones.problem,
    "svm": svm.problem,
    "feed_forward": feed_forward.problem,
    "bayesian": bayesian.problem,
    "cart_pole": cart_pole.problem,
}
"""Problems by name; what each may be called with stands in its file."""
