"""What is said of the columns of tables."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from automl_web.datasets.words.card import Card

LEFT_OUT = ngettext_lazy("%(count)s column left out", "%(count)s columns left out", "count")

CARDS = {
    "constant": Card(
        _("Constant columns"),
        ngettext_lazy(
            "Column “%(name)s” has the same value in every row.",
            "%(count)s columns have the same value in every row, “%(name)s” among them.",
            "count",
        ),
        _("What never changes tells nothing apart."),
        _("Leave them out"),
        LEFT_OUT,
    ),
    "leaking": Card(
        _("A column that gives the answer away"),
        ngettext_lazy(
            "Column “%(name)s” alone tells nearly every answer.",
            "%(count)s columns alone tell nearly every answer, “%(name)s” among them.",
            "count",
        ),
        _(
            "Often such a value is only known once the answer is. Then the model is worth "
            "nothing in use."
        ),
        _("Leave them out"),
        LEFT_OUT,
    ),
    "identifiers": Card(
        _("Numbers that only name a row"),
        ngettext_lazy(
            "Column “%(name)s” has another value in nearly every row.",
            "%(count)s columns have another value in nearly every row, “%(name)s” among them.",
            "count",
        ),
        _("A model can learn them by heart, which helps with no new row."),
        _("Leave them out"),
        LEFT_OUT,
    ),
    "missing": Card(
        _("Missing values"),
        ngettext_lazy(
            "Column “%(name)s” is empty in %(percent)s %% of the rows.",
            "%(count)s columns are mostly empty; “%(name)s” is in %(percent)s %% of the rows.",
            "count",
        ),
        _("What is missing is filled in by a guess, so there is little to learn from."),
        _("Leave them out"),
        LEFT_OUT,
    ),
    "left_out_text": Card(
        _("Free text"),
        ngettext_lazy(
            "Column “%(name)s” holds free text and was left out.",
            "%(count)s columns hold free text and were left out, “%(name)s” among them.",
            "count",
        ),
        _("Models of tables learn from numbers and categories. If it has few values, correct it."),
    ),
}
