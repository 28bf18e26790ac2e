"""What is said of text."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from automl_web.datasets.words.card import Card

CARDS: dict[str, Card] = {
    "guessed_encoding": Card(
        _("Encoding"),
        _("The file does not say how its letters are written. It was read as %(encoding)s."),
        _("If letters look wrong in the samples below, choose another encoding."),
        by_hand=True,
    ),
    "broken_letters": Card(
        _("Letters that cannot be read"),
        ngettext_lazy(
            "%(count)s letter cannot be read and is taken as unknown.",
            "%(count)s letters cannot be read and are taken as unknown.",
            "count",
        ),
        _("If they are many, the encoding may be another one: choose it below."),
        by_hand=True,
    ),
    "control_characters": Card(
        _("Control characters"),
        ngettext_lazy(
            "%(count)s character that is no letter but a command to a machine was left out.",
            "%(count)s characters that are no letters but commands to a machine were left out.",
            "count",
        ),
        _("They are not to be seen, and say nothing."),
    ),
    "copied_documents": Card(
        _("The same file twice"),
        ngettext_lazy(
            "%(count)s file has the same text as another.",
            "%(count)s files have the same text as others.",
            "count",
        ),
        _("Where one lies in training and one in test, the test score is too good."),
        _("Leave the copies out"),
        ngettext_lazy("%(count)s copy left out", "%(count)s copies left out", "count"),
    ),
    "short_text": Card(
        _("Little text"),
        _("There are only %(count)s tokens to train on, and %(enough)s are a good beginning."),
        _("With so little a model mostly learns by heart. Add text, or go on to try things out."),
    ),
    "unknown_words": Card(
        _("Many unknown words"),
        _(
            "%(percent)s %% of the words in the test part are not among the %(size)s that the model "
            "gets to know."
        ),
        _("They are all one to it. Capitals taken as small letters, there are fewer."),
        _("Take capitals as small letters"),
        _("capitals taken as small letters"),
    ),
    "unknown_tokens": Card(
        _("Many unknown tokens"),
        _(
            "%(percent)s %% of the tokens in the test part are not among the %(size)s that the model "
            "gets to know."
        ),
        _("They are all one to it. Of characters, hardly any are unknown."),
        _("Take characters for tokens"),
        _("characters taken for tokens"),
    ),
    "lines_in_test": Card(
        _("The same lines in training and test"),
        ngettext_lazy(
            "%(count)s of %(lines)s long lines of the test part is also trained on.",
            "%(count)s of %(lines)s long lines of the test part are also trained on.",
            "count",
        ),
        _("A model that has learnt them by heart gets too good a test score."),
        _("Leave these lines out of the training part"),
        ngettext_lazy(
            "%(count)s line of the test part left out of training",
            "%(count)s lines of the test part left out of training",
            "count",
        ),
    ),
    "boilerplate": Card(
        _("Lines that come again and again"),
        ngettext_lazy(
            "%(count)s line occurs often, and makes %(percent)s %% of the text.",
            "%(count)s lines occur often, and make %(percent)s %% of the text.",
            "count",
        ),
        _(
            "They may be heads of pages or notes on licences. A model learns them first, and its "
            "score flatters. The test part has them, too, and is fixed: to be rid of them, take them "
            "out of the file and upload it again."
        ),
    ),
    "empty_texts": Card(
        _("Empty texts"),
        ngettext_lazy(
            "%(count)s text is empty and was left out.",
            "%(count)s texts are empty and were left out.",
            "count",
        ),
        _("There is nothing in them to learn from."),
    ),
    "unlabelled_texts": Card(
        _("Texts without a class"),
        ngettext_lazy(
            "%(count)s text has no class and was left out.",
            "%(count)s texts have no class and were left out.",
            "count",
        ),
        _("Without the answer there is nothing to learn from a text."),
    ),
    "cut_texts": Card(
        _("Very long texts"),
        ngettext_lazy(
            "%(count)s text is very long, and only its beginning was taken.",
            "%(count)s texts are very long, and only their beginnings were taken.",
            "count",
        ),
        _(
            "No network here reads so far. If what comes later matters, cut them into several texts."
        ),
    ),
    "ragged_rows": Card(
        _("Rows that do not fit"),
        ngettext_lazy(
            "%(count)s row has too many or too few cells and was left out.",
            "%(count)s rows have too many or too few cells and were left out.",
            "count",
        ),
        _("Often a text holds a separator and stands in no quotes."),
    ),
    "copied_texts": Card(
        _("Duplicates"),
        ngettext_lazy(
            "%(count)s text is an exact copy of another of its class.",
            "%(count)s texts are exact copies of others of their classes.",
            "count",
        ),
        _("Copies count more than once in training, and teach nothing new."),
        _("Leave the copies out"),
        ngettext_lazy("%(count)s copy left out", "%(count)s copies left out", "count"),
    ),
    "contradicting_texts": Card(
        _("The same text in several classes"),
        ngettext_lazy(
            "%(count)s text also has another class elsewhere.",
            "%(count)s texts also have another class elsewhere.",
            "count",
        ),
        _("No model can be right on both, so the score has a ceiling."),
        _("Leave them out"),
        ngettext_lazy("%(count)s text left out", "%(count)s texts left out", "count"),
    ),
    "texts_in_test": Card(
        _("The same text in training and test"),
        ngettext_lazy(
            "%(count)s of %(items)s test texts is also among those trained on.",
            "%(count)s of %(items)s test texts are also among those trained on.",
            "count",
        ),
        _("The model has seen them before, so the test score will be too good."),
        _("Leave the training copies out"),
        ngettext_lazy(
            "the training copies of %(count)s test text left out",
            "the training copies of %(count)s test texts left out",
            "count",
        ),
    ),
}
