"""What a model's page says of a model of a table: how good it is, what it looks at, and how to use it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automl_web.registry import confusion, table_figures
from automl_web.registry.models import ModelVersion
from automl_web.registry.page import Use
from automl_web.registry.table_code import code
from automl_web.registry.table_form import columns_of
from automl_web.runs.templatetags.figures import metric


@dataclass(frozen=True)
class Importance:
    """How much worse the model is without what a column tells; mean and deviation of some shuffles."""

    name: str
    mean: float
    deviation: float


def shown(model: ModelVersion) -> dict[str, Any]:
    predicts_classes = bool(model.run.dataset.classes)
    uses = []
    if model.onnx_offered:
        sentence = _(
            "The ONNX model takes rows as they are; it needs neither this site nor PyTorch:"
        )
        example = code(columns_of(model.run.dataset), model.run.dataset.classes)
        uses.append(Use(sentence, example))
    told: dict[str, Any] = {
        "uses": uses,
        "predicts_classes": predicts_classes,
        "importances": importances(model),
        "most_drawn": table_figures.MOST_BARS,
    }
    if predicts_classes:
        return {**told, "sentence": _told_of_classes(model), **confusion.shown(model)}
    return {
        **told,
        "sentence": _told_of_values(model),
        "off": off(model),
        "bias": _bias(model),
    }


def importances(model: ModelVersion) -> list[Importance]:
    """The columns, the one that matters most first."""
    found = (Importance(**each) for each in model.results.get("importance", []))
    return sorted(found, key=lambda each: -each.mean)


def _told_of_classes(model: ModelVersion) -> str:
    rows = confusion.tested(model)
    text = ngettext(
        "Right on %(accuracy)s of %(rows)s test row that no search has seen.",
        "Right on %(accuracy)s of %(rows)s test rows that no search has seen.",
        rows,
    )
    accuracy = metric(model.values.get("test_accuracy"), "test_accuracy")
    return text % {"accuracy": accuracy, "rows": number_format(rows, force_grouping=True)}


def _told_of_values(model: ModelVersion) -> str:
    rows = model.results.get("tested", 0)
    text = ngettext(
        "On %(rows)s test row that no search has seen, its error is %(rmse)s (RMSE) and %(mae)s in "
        "the mean, and it explains %(r2)s of the variance.",
        "On %(rows)s test rows that no search has seen, its error is %(rmse)s (RMSE) and %(mae)s in "
        "the mean, and it explains %(r2)s of the variance.",
        rows,
    )
    errors = {name: model.values.get(f"test_{name}") or 0.0 for name in ("rmse", "mae")}
    values = {name: in_units(error, error) for name, error in errors.items()}
    explained = metric(model.values.get("test_r2"), "accuracy")
    rows_shown = number_format(rows, force_grouping=True)
    return text % {**values, "r2": explained, "rows": rows_shown}


def off(model: ModelVersion) -> str:
    """How far the model is off, in the target's units; empty if that is not known."""
    found = model.results.get("off")
    if not found:
        return ""
    text = _(
        "In half of the test rows it is off by at most %(half)s, in nine of ten by at most %(most)s."
    )
    return text % {name: in_units(found[name], found["half"]) for name in ("half", "most")}


def _bias(model: ModelVersion) -> str:
    found = model.results.get("off")
    if not found:
        return ""
    bias = in_units(abs(found["bias"]), found["half"])
    if found["bias"] > 0:
        return _("In the mean it says %(bias)s too much.") % {"bias": bias}
    return _("In the mean it says %(bias)s too little.") % {"bias": bias}


def in_units(value: float, error: float) -> str:
    """A value of the target with as many decimal places as two digits of its error have."""
    places = max(0, 1 - math.floor(math.log10(error))) if error > 0 else 3
    return str(number_format(round(value, places), places, force_grouping=True))
