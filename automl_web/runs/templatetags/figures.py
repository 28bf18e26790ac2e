"""Numbers as people read them: three significant digits, units always."""

from __future__ import annotations

import math
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from automl_web.runs.forms import translated
from automl_web.runs.history import message_of
from automl_web.runs.models import Trial
from search.history import Stage
from search.message import Message
from search.metrics import METRICS
from search.rungs import EPOCHS, FRACTION
from search.state import TrialRow
from search.training.fidelity import FOLD, FOLDS

register = template.Library()


@register.filter
def metric(value: float | str | None, name: str) -> str:
    """A metric's value; accuracies as per cent, counts with their separators. Not measured is "" or None."""
    if not isinstance(value, float | int) or not math.isfinite(value):
        return "—"
    if name.endswith("accuracy"):
        return f"{number_format(round(100 * value, 1), 1)} %"  # number_format cuts, not rounds
    if name in ("params", "macs"):
        return number_format(int(value), 0, force_grouping=True)
    if name == "size_bytes":
        return _size(value)
    if name == "latency_ms":
        return _("%(value)s ms") % {"value": f"{value:.3g}"}
    return significant(value)


def _size(count: float) -> str:
    """Bytes in units of a thousand, as the scripts of a page show them."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            break
        count /= 1000
    return f"{count:.3g} {unit}"


UNJUDGED = {
    "train_loss": _lazy("Training loss"),
    "spread": _lazy("Spread over the folds"),
    "test_accuracy": _lazy("Test accuracy"),
    "test_balanced_accuracy": _lazy("Test accuracy, balanced"),
    "test_loss": _lazy("Test loss"),
    "test_perplexity": _lazy("Test perplexity"),
    "test_rmse": _lazy("Test error (RMSE)"),
    "test_mae": _lazy("Test error (mean)"),
    "test_r2": _lazy("Test R²"),
    "supernet_accuracy": _lazy("Accuracy of the super-network"),
    "supernet_loss": _lazy("Loss of the super-network"),
    "led_accuracy": _lazy("Validation accuracy while led"),
    "led_loss": _lazy("Validation loss while led"),
    "led_weight_decay": _lazy("Weight decay it was led to"),
    "best_fitness": _lazy("Best fitness of a generation"),
    "mean_fitness": _lazy("Mean fitness of a generation"),
    "species": _lazy("Species"),
    "champion_accuracy": _lazy("Accuracy of the champion"),
    "champion_units": _lazy("Units of the champion"),
    "champion_links": _lazy("Links of the champion"),
}
"""Metrics by which nothing is chosen."""


@register.filter
def metric_title(name: str) -> str:
    """What a metric is called, in the reader's language; one that is not known, by its name."""
    return _(METRICS[name].title) if name in METRICS else str(UNJUDGED.get(name, name))


@register.filter
def significant(value: Any) -> str:
    """Whole numbers in full, others with three significant digits; what is no fraction, as it is."""
    if not isinstance(value, float) or not math.isfinite(value):
        return str(value)
    shown = value if value.is_integer() else float(f"{value:.3g}")
    if 1000 <= abs(shown) < 1e9:
        return number_format(int(shown), 0, force_grouping=True)
    return f"{value:.3g}"


@register.filter
def seconds(value: float) -> str:
    """A length of time: 3.2 s, 4 min 10 s, 2 h 5 min."""
    if value < 60:
        return _("%(s)s s") % {"s": f"{value:.1f}"}
    minutes, rest = divmod(int(value), 60)
    if minutes < 60:
        return _("%(min)s min %(s)s s") % {"min": minutes, "s": rest}
    return _("%(h)s h %(min)s min") % {"h": minutes // 60, "min": minutes % 60}


@register.filter
def trained_for(trial: Trial) -> str:
    """How far a trial has trained, and on how much: 27 epochs on 33.3 % of the data."""
    parts, count = [], {"count": number_format(trial.step, 0, force_grouping=True)}
    if FOLD in trial.fidelity:
        parts.append(_("fold %(number)s") % {"number": trial.fidelity[FOLD]})
    elif trial.stage != Stage.CONFIRM.value and trial.config.get(FOLDS, 1) > 1:
        parts.append(ngettext("%(count)s fold", "%(count)s folds", trial.step) % count)
    elif EPOCHS in trial.config or EPOCHS in trial.fidelity:
        parts.append(ngettext("%(count)s epoch", "%(count)s epochs", trial.step) % count)
    share = trial.fidelity.get(FRACTION)
    if share == 1:
        parts.append(_("on all data"))
    elif share is not None:
        shown = {"share": f"{100 * share:.3g}\N{NO-BREAK SPACE}%"}
        parts.append(_("on %(share)s of the data") % shown)
    return " ".join(parts)


@register.filter
def why(document: dict[str, Any]) -> str:
    """Why a method proposed a trial, in the reader's language."""
    return translated(message_of(document))


@register.filter
def row_why(row: TrialRow) -> str:
    """The same, of a row as a live page has it."""
    return translated(Message(row["why"], row["why_values"]))


@register.filter
def lookup(mapping: dict[str, Any], key: str) -> Any:
    """`mapping[key]`, or None."""
    return mapping.get(key)
