"""What a trial is judged by: the metrics of the glossary, their units, and NetScore."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One figure of a trial; a `counted` one is known from the architecture, before any training."""

    name: str
    title: str
    unit: str = ""
    maximise: bool = False
    counted: bool = False


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("val_accuracy", "Validation accuracy", "%", maximise=True),
        Metric("val_balanced_accuracy", "Validation accuracy, balanced", "%", maximise=True),
        Metric("val_loss", "Validation loss"),
        Metric("val_perplexity", "Validation perplexity"),
        Metric("val_rmse", "Validation error (RMSE)"),
        Metric("val_mae", "Validation error (mean)"),
        Metric("val_r2", "Validation R²", maximise=True),
        Metric("params", "Parameters", counted=True),
        Metric("macs", "MACs", counted=True),
        Metric("size_bytes", "Size", "B", counted=True),
        Metric("latency_ms", "Latency", "ms"),
        Metric("netscore", "NetScore", maximise=True),
    )
}


def on_test(metric: str) -> str:
    """What a metric of the validation part is called on the test part."""
    return metric.replace("val_", "test_", 1)


def netscore(accuracy: float, params: float, macs: float) -> float | None:
    """Wong, "NetScore", 2018: 20 log10(a² / sqrt(p m)), a in percent, p in millions, m in billions.

    `accuracy` is a share in 0..1, `params` and `macs` are counts. None where the logarithm has no
    value. Other units would only shift the score, so that no ranking would show the mistake.
    """
    if accuracy <= 0 or params <= 0 or macs <= 0:
        return None
    return 20 * math.log10((100 * accuracy) ** 2 / math.sqrt(params / 1e6 * macs / 1e9))
