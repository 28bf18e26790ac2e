"""What a training pays: the reward that a policy learns from. The more the better."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from search.history import KEPT, Trial
from search.method import Objective
from search.metrics import METRICS

LAST_EPOCHS = 5
"""Of the epochs at the end of a training the best one counts. Zoph & Le 2017, section 4.1."""

PERPLEXITY = 80.0
"""The reward is this over the squared perplexity. Zoph & Le 2017, section 4.2."""

LARGE = {"netscore": 100.0}
"""Metrics that are much greater than a share of accuracy, and what brings them to its size."""


def as_scored(trial: Trial, objective: Objective) -> float | None:
    """The metric as it stands at the end; None if the trial has none that counts."""
    return _paid(trial.values, objective) if _counts(trial) else None


def best_of_last(trial: Trial, objective: Objective) -> float | None:
    """The best of the last epochs; a share is cubed, so that what is nearly perfect pays much more."""
    if not _counts(trial):
        return None
    shown = [report.values for report in trial.reports[-LAST_EPOCHS:]]
    values = [v for v in shown if math.isfinite(objective.loss(v))] or [trial.values]
    best = max(_paid(value, objective) for value in values)
    return best**3 if _is_share(objective) else best


def _counts(trial: Trial) -> bool:
    return trial.state in KEPT and math.isfinite(trial.loss)


def _is_share(objective: Objective) -> bool:
    return objective.name in METRICS and METRICS[objective.name].unit == "%"


def _paid(values: Mapping[str, float], objective: Objective) -> float:
    """What grows as it is, 80 over the square of a perplexity, any other loss as it shrinks."""
    loss = objective.loss(values)
    if not math.isfinite(loss):
        return 0.0
    if objective.maximise:
        return -loss / LARGE.get(objective.name, 1.0)
    if objective.name.endswith("perplexity"):
        return PERPLEXITY / max(loss, 1.0) ** 2
    return 1 / (1 + abs(loss)) if loss >= 0 else 1 - loss


@dataclass(frozen=True)
class Trade:
    """Accuracy against a cost: ACC (COST / target)^w. Tan et al., "MnasNet", CVPR 2019, equation 2.

    `within` is the exponent of costs up to the target, `beyond` that of those above.
    """

    target: float
    within: float
    beyond: float

    def reward(self, accuracy: float, cost: float) -> float:
        """What a network pays that reaches `accuracy` at `cost`, in the unit of the target."""
        ratio = cost / self.target
        return float(accuracy * ratio ** (self.within if ratio <= 1 else self.beyond))


def soft_trade(target: float, gain: float) -> Trade:
    """Twice the cost is worth a relative gain of accuracy of `gain`: the exponent is -log2(1 + gain)."""
    exponent = -math.log2(1 + gain)
    return Trade(target, exponent, exponent)


def hard_trade(target: float) -> Trade:
    """Up to the target costs do not count; beyond it they cost as many times the reward."""
    return Trade(target, 0.0, -1.0)
