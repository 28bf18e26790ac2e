"""The fields of a set of residual networks: the first channels, and the choices of each group."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from automl_web.runs.sets.fields import SetFields
from automl_web.runs.sets.numbers import NumbersField


def _make() -> dict[str, forms.Field]:
    return {
        "filters": NumbersField(
            label=_("First channels"),
            help_text=_("Of the first convolution: the numbers to choose from, with commas."),
        ),
        "groups": forms.JSONField(
            label=_("Groups"),
            help_text=_(
                "Each has a list of blocks, of how many times wider it is than what is before it, and of "
                "the branches of a block. All but the first halve the image."
            ),
        ),
    }


FIELDS = SetFields(_make, wide=("filters", "groups"))
