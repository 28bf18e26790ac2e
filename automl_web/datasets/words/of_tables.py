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
    "gaps": Card(
        _("Some values are missing"),
        ngettext_lazy(
            "Column “%(name)s” is empty in %(percent)s %% of the rows.",
            "%(count)s columns have gaps, most of all “%(name)s”: %(percent)s %% of the rows.",
            "count",
        ),
        _("How gaps are filled is part of the search."),
    ),
    "groups": Card(
        _("Rows that may belong together"),
        _(
            "Column “%(name)s” seems to say whose a row is: it has %(count)s values, which come again."
        ),
        _(
            "Rows of one person or thing are alike. Where they lie in training and in test, the test "
            "score is too good."
        ),
        _("Keep them together"),
        _("rows with the same “%(name)s” kept together"),
    ),
    "few_different": Card(
        _("Few different rows"),
        _("Of %(rows)s rows, %(count)s are different."),
        _("The columns have so few values that rows repeat. That is in order."),
    ),
    "few_rows": Card(
        _("Few rows"),
        _("There are %(count)s rows, fewer than %(enough)s."),
        _("Small differences between models will be luck. Add rows, or do not trust them."),
    ),
    "rare_classes": Card(
        _("Classes with hardly a row"),
        ngettext_lazy(
            "Class “%(name)s” has too few rows to be in every part, and was left out.",
            "%(count)s classes have too few rows to be in every part, and were left out; “%(name)s” "
            "is one.",
            "count",
        ),
        _("A model will never say these classes. Merge them into another, or add rows of them."),
    ),
    "no_answer": Card(
        _("Rows without an answer"),
        ngettext_lazy(
            "%(count)s row has no value in “%(name)s”, and was left out.",
            "%(count)s rows have no value in “%(name)s”, and were left out.",
            "count",
        ),
        _("Without the answer there is nothing to learn from a row."),
    ),
    "odd_numbers": Card(
        _("Words among numbers"),
        ngettext_lazy(
            "%(count)s value of “%(name)s” is no number, “%(example)s”; it counts as missing.",
            "%(count)s values of “%(name)s” are no numbers, such as “%(example)s”; they count as "
            "missing.",
            "count",
        ),
        _("If the words mean something, take the column for categories."),
        _("Take it for categories"),
        _("“%(name)s” taken for categories"),
    ),
    "odd_dates": Card(
        _("Words among dates"),
        ngettext_lazy(
            "%(count)s value of “%(name)s” is no date, “%(example)s”; it counts as missing.",
            "%(count)s values of “%(name)s” are no dates, such as “%(example)s”; they count as "
            "missing.",
            "count",
        ),
        _("If the words mean something, take the column for categories."),
        _("Take it for categories"),
        _("“%(name)s” taken for categories"),
    ),
    "ragged": Card(
        _("Lines that do not fit"),
        ngettext_lazy(
            "%(count)s line has more cells than the table has columns, and was left out.",
            "%(count)s lines have more cells than the table has columns, and were left out.",
            "count",
        ),
        _("Mostly a cell holds the separator and is not in quotes. Mend the file if they matter."),
    ),
    "unused_file": Card(
        _("A file that could not be added"),
        _("“%(name)s” lacks columns of the file to train on, and was left out."),
        _("A test part needs the answers, too: without them nothing can be scored."),
    ),
    "left_out_identifiers": Card(
        _("Names of rows"),
        ngettext_lazy(
            "Column “%(name)s” has another value in every row, and was left out.",
            "%(count)s columns have another value in every row, and were left out; “%(name)s” is "
            "one.",
            "count",
        ),
        _(
            "A model can learn them by heart, which helps with no new row. If it counts, correct it."
        ),
        by_hand=True,
    ),
    "left_out_text": Card(
        _("Free text"),
        ngettext_lazy(
            "Column “%(name)s” holds free text and was left out.",
            "%(count)s columns hold free text and were left out, “%(name)s” among them.",
            "count",
        ),
        _("Models of tables learn from numbers and categories. If it has few values, correct it."),
        _("Learn from these texts instead"),
        _("texts in “%(name)s” taken instead"),
        by_hand=True,
    ),
    "left_out_many": Card(
        _("Too many different words"),
        ngettext_lazy(
            "Column “%(name)s” has so many different words that it was left out.",
            "%(count)s columns have so many different words that they were left out; “%(name)s” is "
            "one.",
            "count",
        ),
        _("Words that hardly come again are like names of rows. If they count, correct it."),
        by_hand=True,
    ),
    "left_out_empty": Card(
        _("Empty columns"),
        ngettext_lazy(
            "Column “%(name)s” is empty, and was left out.",
            "%(count)s columns are empty, and were left out; “%(name)s” is one.",
            "count",
        ),
        _("There is nothing in them to learn from."),
    ),
    "left_out_nested": Card(
        _("Lists and bytes"),
        ngettext_lazy(
            "Column “%(name)s” holds lists or bytes, and was left out.",
            "%(count)s columns hold lists or bytes, and were left out; “%(name)s” is one.",
            "count",
        ),
        _(
            "Models of tables learn from numbers and categories. Give each part a column of its own."
        ),
    ),
}
