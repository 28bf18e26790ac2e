"""Tables that make no dataset."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from automl_web.datasets.refusals.refusal import ContentError


class NoTableError(ContentError):
    sentence = _(
        "No table was found in this file: no comma, semicolon, tab or pipe parts its lines into as "
        "many cells each, or there is no row of values. Save it as CSV and upload that."
    )


class DamagedTableError(ContentError):
    sentence = _(
        "This table cannot be read: the file is damaged, or not what its name says. Save it anew, "
        "best as CSV."
    )


class WorkbookError(ContentError):
    sentence = _(
        "This is a workbook of a spreadsheet program, which may hold many sheets. Save the sheet "
        "that counts as CSV and upload that."
    )


class SeveralTablesError(ContentError):
    sentence = _(
        "This zip file holds %(count)s tables (“%(name)s”, “%(other)s” …), and it is unclear which "
        "one counts. Leave one, or name them train, validation and test."
    )


class EndlessLineError(ContentError):
    sentence = _(
        "The first line of this file is longer than %(limit)s characters, so it is no row of a "
        "table. Save it as CSV, one row a line."
    )


class RaggedTableError(ContentError):
    sentence = _(
        "%(count)s lines of this table have more cells than the other lines, which have %(width)s. "
        "Put cells that hold the separator into quotes, and upload again."
    )


class TooManyColumnsError(ContentError):
    sentence = _(
        "This table has %(count)s columns, and we take at most %(limit)s. Leave some out, and put "
        "one row on a line."
    )


class TooManyCellsError(ContentError):
    sentence = _(
        "This table has more than %(limit)s cells, which is the most we take. Leave out columns or "
        "rows; a part drawn at random teaches nearly as much."
    )


class TooHeavyTableError(ContentError):
    sentence = _(
        "Unfolded, this table needs more memory than we give to one. Leave out columns of long texts, "
        "or rows."
    )


class TooLargeTableError(ContentError):
    sentence = _("This table is larger than %(limit)s MB, which is the most we take.")


class TooFewRowsError(ContentError):
    sentence = _(
        "This table has %(count)s rows to learn from, and at least %(minimum)s are needed. Add rows."
    )


class NoTargetError(ContentError):
    sentence = _(
        "No column of this table can be predicted: each is empty, always the same, free text, or "
        "different in every row. Add a column with the answers."
    )


class NoFeaturesError(ContentError):
    sentence = _(
        "There is no column left from which “%(name)s” could be predicted. Add columns that tell "
        "something about it, or leave fewer out."
    )


class ConstantTargetError(ContentError):
    sentence = _(
        "Column “%(name)s” has the same value in every row that has one, so there is nothing to "
        "predict. Choose another column, or add rows with other values."
    )


class NotANumberTargetError(ContentError):
    sentence = _(
        "Column “%(name)s” holds words (“%(value)s”), and only numbers can be estimated. Choose "
        "classification, or another column."
    )


class TooManyAnswersError(ContentError):
    sentence = _(
        "Column “%(name)s” has %(count)s different values, and we tell at most %(limit)s classes "
        "apart. Choose regression if they are numbers, or another column."
    )


class TooFewAnswersError(ContentError):
    sentence = _(
        "No two values of column “%(name)s” have at least %(minimum)s rows each, so there are no "
        "classes to tell apart. Add rows, or choose another column."
    )


class TooFewTableGroupsError(ContentError):
    sentence = _(
        "Column “%(name)s” makes too few groups: each part of the data needs some of its own, and "
        "the one to train on needs every class. Choose another column, or none."
    )


class TooFewRowsOfClassError(ContentError):
    sentence = _(
        "No row of class “%(name)s” is among those to train on. Add some, or leave the class out."
    )
