"""Editing a set of architectures: operations, nodes, cells, channels and wiring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from search.architecture.cell_space import AMOEBANET, DARTS
from search.architecture.cells import MOST_CELLS, MOST_CHANNELS, MOST_NODES
from search.architecture.ops import OPS
from search.problems.architecture_space import check_document
from search.space import SpaceError

WIRINGS = (
    (DARTS, _("As in DARTS: two different inputs a node, the cell gives all nodes")),
    (AMOEBANET, _("As in AmoebaNet: any two inputs, the cell gives what no node reads")),
)


HELP = {
    "id": _("passes on what it reads, for nothing"),
    "conv1": _("mixes channels, pixel by pixel"),
    "conv3": _("sees neighbours; costs the most weights for its size"),
    "conv5": _("sees further, at nearly three times the weights of 3 x 3"),
    "sep3": _("each channel by itself, then mixed: few weights"),
    "sep5": _("the same, seeing further"),
    "sep7": _("the same, seeing furthest"),
    "dil3": _("sees as far as 5 x 5 with the weights of 3 x 3"),
    "dil5": _("sees as far as 9 x 9 with the weights of 5 x 5"),
    "avg3": _("smooths; no weights"),
    "max3": _("keeps what is strongest; no weights"),
    "max5": _("the same over more pixels"),
    "max7": _("the same over most pixels"),
    "c1x7": _("long rows, then long columns: wide sight for fewer weights than 7 x 7"),
    "c1x3": _("rows, then columns: fewer weights than 3 x 3"),
    "dw3": _("each channel by itself, not mixed: the fewest weights that see neighbours"),
}
"""What an operation is good for, in a line."""


def op_choices() -> list[tuple[str, str]]:
    """All operations but none at all, which methods add where they need it."""
    return [
        (name, f"{gettext(OPS[name].title).capitalize()}: {told}") for name, told in HELP.items()
    ]


class ArchitectureForm(forms.Form):
    """The set of networks; how each is trained is the other half of the document."""

    prefix = "cells"
    use_required_attribute = False

    ops = forms.MultipleChoiceField(
        label=_("Operations"),
        choices=op_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What an edge may do to what it reads."),
        error_messages={"required": _("Leave at least one.")},
    )
    nodes = forms.IntegerField(
        label=_("Nodes a cell"),
        min_value=1,
        max_value=MOST_NODES,
        help_text=_("Each adds up two operations. More nodes, many more cells to choose from."),
    )
    cells = forms.IntegerField(
        label=_("Cells"),
        min_value=1,
        max_value=MOST_CELLS,
        help_text=_("How many are stacked: depth, and time to train."),
    )
    channels = forms.IntegerField(
        label=_("Channels"),
        min_value=1,
        max_value=MOST_CHANNELS,
        help_text=_("Width of the first cell; it doubles at each reduction."),
    )
    reductions = forms.IntegerField(
        label=_("Reductions"),
        min_value=0,
        max_value=2,
        help_text=_("Cells that halve the image. They are searched apart from the others."),
    )
    wiring = forms.ChoiceField(
        label=_("Wiring"),
        choices=WIRINGS,
        help_text=_("DARTS needs its own; all other methods take both."),
    )

    def __init__(self, document: Mapping[str, Any], data: Any = None) -> None:
        super().__init__(data, initial=document["architecture"])
        self.document = document

    def clean(self) -> dict[str, Any]:
        cells, reductions = (self.cleaned_data.get(name) for name in ("cells", "reductions"))
        if cells is not None and reductions is not None and cells <= reductions:
            self.add_error("cells", gettext("Must be more than the reductions."))
        if not self.errors:
            try:
                check_document({**self.document, "architecture": self.architecture})
            except SpaceError as error:
                raise forms.ValidationError(str(error)) from error
        return self.cleaned_data

    @property
    def architecture(self) -> dict[str, Any]:
        """The declaration that was filled in."""
        return {"kind": "cell_net", **self.cleaned_data}
