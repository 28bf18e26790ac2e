"""The fields of a set of motifs within motifs: operations, levels, stages and how a random one is drawn."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from automl_web.runs.sets.fields import SetFields
from automl_web.runs.sets.ops import ops_field
from search.architecture.hier import MOST_CHANNELS, MOST_STACKED


def _make() -> dict[str, forms.Field]:
    return {
        "ops": ops_field(),
        "levels": forms.JSONField(
            label=_("Levels"),
            help_text=_(
                "From the lowest on: how many motifs, and of how many nodes each. The edges of the lowest "
                "are operations, those above are motifs of the level below. The highest has one motif."
            ),
        ),
        "cells": forms.IntegerField(
            label=_("Cells a stage"),
            min_value=1,
            max_value=MOST_STACKED,
            help_text=_("How often the highest motif is stacked before the image is halved."),
        ),
        "channels": forms.IntegerField(
            label=_("Channels"),
            min_value=1,
            max_value=MOST_CHANNELS,
            help_text=_("Width of the first stage; it doubles at each reduction."),
        ),
        "reductions": forms.IntegerField(
            label=_("Reductions"),
            min_value=0,
            max_value=2,
            help_text=_("How often the image is halved, by a separable convolution."),
        ),
        "mutations": forms.IntegerField(
            label=_("Mutations of a random design"),
            min_value=0,
            max_value=100_000,
            help_text=_("So many, from chains of identities on. Few keep designs simple at first."),
        ),
    }


FIELDS = SetFields(_make, wide=("ops", "levels"))
