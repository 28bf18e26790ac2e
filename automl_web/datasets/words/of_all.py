"""What is said of data of any kind that comes in rows and classes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from automl_web.datasets.words.card import Card

CARDS = {
    "duplicates": Card(
        _("Duplicates"),
        ngettext_lazy(
            "%(count)s row is an exact copy of another.",
            "%(count)s rows are exact copies of others.",
            "count",
        ),
        _("Copies count more than once in training, and teach nothing new."),
        _("Leave the copies out"),
        ngettext_lazy("%(count)s copy left out", "%(count)s copies left out", "count"),
    ),
    "contradictions": Card(
        _("The same, with different answers"),
        ngettext_lazy(
            "%(count)s row is like another in all but its answer.",
            "%(count)s rows are like others in all but their answers.",
            "count",
        ),
        _("No model can be right on both, so the score has a ceiling."),
        _("Leave them out"),
        ngettext_lazy("%(count)s row left out", "%(count)s rows left out", "count"),
    ),
    "same_in_test": Card(
        _("The same in training and test"),
        ngettext_lazy(
            "%(count)s of %(items)s test rows is also among those trained on.",
            "%(count)s of %(items)s test rows are also among those trained on.",
            "count",
        ),
        _("The model has seen them before, so the test score will be too good."),
        _("Leave the training copies out"),
        ngettext_lazy(
            "the training copies of %(count)s test row left out",
            "the training copies of %(count)s test rows left out",
            "count",
        ),
    ),
    "imbalance": Card(
        _("Imbalance"),
        _("Class “%(large)s” has %(ratio)s times as many items to train on as “%(small)s”."),
        _(
            "A model can look good by ignoring the small class. Search for balanced accuracy, "
            "add to the small class, or train on less of the large ones."
        ),
        ngettext_lazy(
            "Leave %(out)s training item of large classes out",
            "Leave %(out)s training items of large classes out",
            "out",
        ),
        ngettext_lazy(
            "%(out)s training item of large classes left out",
            "%(out)s training items of large classes left out",
            "out",
        ),
    ),
    "thinned": Card(
        _("Thinned"),
        ngettext_lazy(
            "%(count)s training item of large classes was left out.",
            "%(count)s training items of large classes were left out.",
            "count",
        ),
        _(
            "Validation and test still have as much of each class as the data has, so search for "
            "balanced accuracy."
        ),
    ),
    "small_classes_left_out": Card(
        _("Classes that are too small"),
        ngettext_lazy(
            "Class “%(name)s” has too few different items to lie in every part, and was left out.",
            "%(count)s classes have too few different items to lie in every part, and were left "
            "out, “%(name)s” among them.",
            "count",
        ),
        _("A model will never say these classes. Merge them into another, or add to them."),
    ),
    "copied_within_test": Card(
        _("Duplicates within the test part"),
        ngettext_lazy(
            "%(count)s test item is an exact copy of another there.",
            "%(count)s test items are exact copies of others there.",
            "count",
        ),
        _(
            "They count more than once in the test score. The test part is fixed, so that scores can "
            "be compared, and no button takes anything out of it: if it matters, leave the copies "
            "out of the file and upload it again."
        ),
    ),
    "few_items": Card(
        _("Small classes"),
        ngettext_lazy(
            "Class “%(name)s” has %(items)s items, fewer than %(enough)s.",
            "%(count)s classes have fewer than %(enough)s items; “%(name)s” has only %(items)s.",
            "count",
        ),
        _("For them the result will mostly be luck. Add to them, merge classes, or go on."),
        _("Leave these classes out"),
        ngettext_lazy("%(count)s class left out", "%(count)s classes left out", "count"),
    ),
    "similar_names": Card(
        _("Names that look alike"),
        _("Classes “%(name)s” and “%(other)s” differ only in capitals or spaces."),
        _("If they are one class, the model is asked to tell apart what is the same."),
        _("Make them one class"),
        _("“%(other)s” merged into “%(name)s”"),
    ),
    "blank_name": Card(
        _("A class without a name"),
        _("One class has a name of spaces only, which nobody can see."),
        _("On plots and in answers it will look like nothing."),
        _("Call it “%(into)s”"),
        _("the class without a name called “%(into)s”"),
    ),
    "skipped": Card(
        _("Unreadable"),
        ngettext_lazy(
            "%(count)s file could not be used and was skipped. The others are fine.",
            "%(count)s files could not be used and were skipped. The others are fine.",
            "count",
        ),
        _("What is skipped is not learnt from. If it matters, mend the files and upload again."),
    ),
    "rows_as_texts": Card(
        _("Taken as texts"),
        _("Column “%(name)s” holds texts and “%(label)s” seems to say what they are."),
        _("If the other columns are what is to be learnt from, take it as a table."),
        _("Take it as a table"),
        _("taken as a table"),
    ),
    "lines_as_rows": Card(
        _("Perhaps a table"),
        _("%(percent)s %% of the lines have %(count)s cells each, as the rows of a table have."),
        _("It was taken as a text that goes on from line to line. If it is a table, say so."),
        _("Take it as a table"),
        _("taken as a table"),
    ),
    "text_as_table": Card(
        _("Taken as a table"),
        _(
            "The file is called a text, but all lines have %(count)s cells, as the rows of a table have."
        ),
        _("If it is a text that goes on from line to line all the same, say so."),
        _("Take it as a text"),
        _("taken as a text"),
    ),
    "merged": Card(
        _("Merged"),
        "",
        done=ngettext_lazy(
            "%(count)s class merged into “%(into)s”",
            "%(count)s classes merged into “%(into)s”",
            "count",
        ),
    ),
    "corrected": Card(_("Corrected"), "", done=_("corrected by hand")),
}
