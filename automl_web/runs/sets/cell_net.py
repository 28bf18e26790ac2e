"""The fields of a set of cells: operations, nodes, cells, channels and wiring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from automl_web.runs.sets.fields import SetFields
from automl_web.runs.sets.ops import ops_field
from search.architecture.cell_space import AMOEBANET, DARTS
from search.architecture.cells import MOST_CELLS, MOST_CHANNELS, MOST_NODES

WIRINGS = (
    (DARTS, _("As in DARTS: two different inputs a node, the cell gives all nodes")),
    (AMOEBANET, _("As in AmoebaNet: any two inputs, the cell gives what no node reads")),
)


def _make() -> dict[str, forms.Field]:
    return {
        "ops": ops_field(),
        "nodes": forms.IntegerField(
            label=_("Nodes a cell"),
            min_value=1,
            max_value=MOST_NODES,
            help_text=_("Each adds up two operations. More nodes, many more cells to choose from."),
        ),
        "cells": forms.IntegerField(
            label=_("Cells"),
            min_value=1,
            max_value=MOST_CELLS,
            help_text=_("How many are stacked: depth, and time to train."),
        ),
        "channels": forms.IntegerField(
            label=_("Channels"),
            min_value=1,
            max_value=MOST_CHANNELS,
            help_text=_("Width of the first cell; it doubles at each reduction."),
        ),
        "reductions": forms.IntegerField(
            label=_("Reductions"),
            min_value=0,
            max_value=2,
            help_text=_("Cells that halve the image. They are searched apart from the others."),
        ),
        "wiring": forms.ChoiceField(
            label=_("Wiring"),
            choices=WIRINGS,
            help_text=_("DARTS needs its own; all other methods take both."),
        ),
    }


def _faults(filled: Mapping[str, Any]) -> dict[str, str]:
    if filled["cells"] <= filled["reductions"]:
        return {"cells": gettext("Must be more than the reductions.")}
    return {}


FIELDS = SetFields(_make, wide=("ops", "wiring"), faults=_faults)
