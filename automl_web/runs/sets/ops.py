"""The field that chooses operations, each with what it is good for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from search.architecture.ops import OPS

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
"""What an operation is good for, in a line; none at all is what methods add where they need it."""


def op_choices() -> list[tuple[str, str]]:
    """All operations that may be chosen, with their titles and their help."""
    return [
        (name, f"{gettext(OPS[name].title).capitalize()}: {told}") for name, told in HELP.items()
    ]


def ops_field() -> forms.MultipleChoiceField:
    """Boxes to tick, at least one."""
    return forms.MultipleChoiceField(
        label=_("Operations"),
        choices=op_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What an edge may do to what it reads."),
        error_messages={"required": _("Leave at least one.")},
    )
