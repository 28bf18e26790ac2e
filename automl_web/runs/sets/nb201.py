"""The fields of a set of cells of six edges: operations, depth, width, activation and resolution."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from automl_web.runs.sets.fields import SetFields
from automl_web.runs.sets.numbers import NumbersField
from search.architecture.nb201 import DIVISORS, EDGE_OPS
from search.architecture.ops import ACTIVATIONS, OPS


def _ticked(label: Any, choices: Any, help_text: Any, read: Any = str) -> forms.Field:
    return forms.TypedMultipleChoiceField(
        label=label,
        choices=choices,
        coerce=read,
        widget=forms.CheckboxSelectMultiple,
        help_text=help_text,
        error_messages={"required": _("Leave at least one.")},
    )


def _ops() -> list[tuple[str, str]]:
    return [(op, gettext(OPS[op].title).capitalize()) for op in EDGE_OPS]


def _activations() -> list[tuple[str, str]]:
    return [(name, gettext(title)) for name, title in ACTIVATIONS.items()]


def _divisors() -> list[tuple[int, str]]:
    return [(d, gettext("by %(divisor)s") % {"divisor": d}) for d in DIVISORS]


def _make() -> dict[str, forms.Field]:
    return {
        "ops": _ticked(_("Operations"), _ops, _("What each of the six edges may be.")),
        "cells": NumbersField(
            label=_("Cells a stage"),
            help_text=_("The numbers to choose from, with commas. There are three stages."),
        ),
        "channels": NumbersField(
            label=_("Channels"),
            help_text=_("Of the first stage: the numbers to choose from. They double twice."),
        ),
        "activations": _ticked(
            _("Activations"),
            _activations,
            _("What stands between the layers of all of the network."),
        ),
        "divisors": _ticked(
            _("Images divided"),
            _divisors,
            _(
                "By how much the sides of the images may be made smaller: it saves time, and loses detail."
            ),
            int,
        ),
    }


FIELDS = SetFields(_make, wide=("ops",))
