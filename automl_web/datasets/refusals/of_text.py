"""Texts that make no dataset."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from automl_web.datasets.refusals.refusal import ContentError


class NotTextError(ContentError):
    sentence = _(
        "This file is no plain text: it holds bytes that are letters in no encoding. Save it as "
        "text in UTF-8 and upload that."
    )


class EmptyTextError(ContentError):
    sentence = _(
        "There is no text to learn from in this file. Upload one in which words come again."
    )


class TooShortTextError(ContentError):
    sentence = _(
        "This text is too short to learn from: at least %(minimum)s characters are needed, and it "
        "has %(count)s. Upload more text."
    )


class TooFewTextsError(ContentError):
    sentence = _(
        "No two classes were found with at least %(minimum)s different texts each. Add texts, or "
        "see whether the right columns are taken for text and class."
    )


class TooFewTextGroupsError(ContentError):
    sentence = _(
        "Class “%(name)s” lies in only %(count)s groups of texts, and %(minimum)s are needed to have "
        "it in every part. Group by another column, or leave this class out."
    )


class TooManyLabelsError(ContentError):
    sentence = _(
        "%(count)s different classes of texts were found, and we take at most %(limit)s. Give the "
        "texts a column that holds a few classes, or put those of a class into one folder."
    )


class TooMuchTextError(ContentError):
    sentence = _(
        "This is more text than we take: at most %(limit)s MB. Upload a part of it; what is learnt "
        "from half of so much is nearly as good."
    )


class TooManyTextsError(ContentError):
    sentence = _("This file holds more than %(limit)s texts, which is the most we take.")


class NoSuchColumnError(ContentError):
    sentence = _("This file has no column “%(name)s” any more. Choose one that it has.")
