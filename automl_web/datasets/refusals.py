"""Why an upload is refused, each reason a named exception whose sentence is told to the person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override


class RefusalError(Exception):
    """An upload is refused; `sentence % values` says why.

    The sentence is an attribute and not the docstring, because gettext finds only marked strings.
    """

    sentence: ClassVar[Promise | str] = _("This file cannot be used as a dataset.")

    def __init__(self, **values: Any) -> None:
        super().__init__(values)
        self.values = values

    def __str__(self) -> str:
        return str(self.sentence) % self.values

    @property
    def english(self) -> str:
        with override("en"):
            return str(self)

    @property
    def document(self) -> list[Any]:
        """Code and values as JSON, from which `sentence_of` makes the sentence in any language."""
        return [type(self).__name__, self.values]


class FileError(RefusalError):
    """The file itself cannot be read safely."""


class NotAZipError(FileError):
    sentence = _("This is not a zip file. Put the class folders into one zip and upload that.")


class TruncatedZipError(FileError):
    sentence = _("This zip file ends too early. Its transfer was probably cut off; try again.")


class DamagedZipError(FileError):
    sentence = _("This zip file is damaged: its table of contents cannot be read. Zip it again.")


class EncryptedZipError(FileError):
    sentence = _("This zip file is protected by a password. Zip the folders without one.")


class TooManyEntriesError(FileError):
    sentence = _("This zip file holds more than %(limit)s files, which is the most we take.")


class UnsafePathError(FileError):
    sentence = _(
        "The zip file holds a name that points outside of it (“%(name)s”), so none of it was used. "
        "Zip the folders themselves, without paths to other places."
    )


class SymbolicLinkError(FileError):
    sentence = _("The zip file holds a link (“%(name)s”). Replace links by the files they mean.")


class SpecialFileError(FileError):
    sentence = _(
        "The zip file holds “%(name)s”, which is neither a file nor a folder. Leave it out."
    )


class DuplicateNameError(FileError):
    sentence = _("The zip file holds “%(name)s” twice, so it is unclear which one counts.")


class BombError(FileError):
    sentence = _(
        "Unpacked, this zip file would be far larger than honest files of its size can be."
    )


class ContentError(RefusalError):
    """The file is fine, but what it holds is no dataset."""


class NoKnownDataError(ContentError):
    sentence = _(
        "Nothing in this file is data that we take. Upload a zip of image folders, or see beside "
        "the upload what else can be taken."
    )


class NestedZipError(ContentError):
    sentence = _(
        "The zip file holds other zip files (“%(name)s”). Unpack them and zip the folders."
    )


class NoImagesError(ContentError):
    sentence = _(
        "No image was found in class folders. Make one folder a class, put PNG, JPEG, BMP, GIF or "
        "WebP images into it, and zip the folders."
    )


class OneClassError(ContentError):
    sentence = _(
        "Only one class was found (“%(name)s”). Telling things apart needs at least two: "
        "make one folder a class."
    )


class TooManyClassesError(ContentError):
    sentence = _(
        "%(count)s class folders were found, and we take at most %(limit)s. If each image lies in a "
        "folder of its own, put those of one class together."
    )


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
        "No column of this table can be foretold: each is empty, always the same, free text, or "
        "different in every row. Add a column with the answers."
    )


class NoFeaturesError(ContentError):
    sentence = _(
        "There is no column left from which “%(name)s” could be foretold. Add columns that tell "
        "something about it, or leave fewer out."
    )


class ConstantTargetError(ContentError):
    sentence = _(
        "Column “%(name)s” has the same value in every row that has one, so there is nothing to "
        "foretell. Choose another column, or add rows with other values."
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


class TooFewImagesError(ContentError):
    sentence = _(
        "Class “%(name)s” has %(count)s different images to train on, and at least %(minimum)s are "
        "needed. Add images, or leave this class out."
    )


class TooFewGroupsError(ContentError):
    sentence = _(
        "Class “%(name)s” cannot be in every part: only %(count)s images or groups of images of it "
        "are there to draw from, and %(minimum)s are needed. Choose another grouping, add images, "
        "or leave this class out."
    )


class UnmatchedNamesError(ContentError):
    sentence = _(
        "None of the %(count)s lines of “%(file)s” names an image that is in the zip: one says "
        "“%(listed)s”, for example, and an image is called “%(image)s”. Name both alike, or put the "
        "images of each class into a folder of its own."
    )


class NoLabelsError(ContentError):
    sentence = _(
        "“%(file)s” names images, but no other column of it can be their class. Add a column with "
        "the class of each image."
    )


class NoRoomError(RefusalError):
    sentence = _(
        "The disk of this site is too full to prepare this file: %(needed)s MB are needed. "
        "Ask the person who runs it to make room, then upload again."
    )


class DiskFullError(RefusalError):
    sentence = _(
        "The disk of this site became full while this file was prepared. "
        "Ask the person who runs it to make room, then upload again."
    )


class CrashError(RefusalError):
    sentence = _(
        "The program that reads uploads broke down over “%(name)s”, so nothing of this file was "
        "used. Save that anew with another program, or leave it out."
    )


class TooMuchMemoryError(RefusalError):
    sentence = _(
        "Reading this file needs more memory than we give to one. Leave out what is not needed, or "
        "upload a part of it."
    )


class TooSlowError(RefusalError):
    sentence = _(
        "Reading this file took far longer than files of its size do; we gave up at “%(name)s”. "
        "Leave that out, or upload a part of the file."
    )


class AbandonedError(RefusalError):
    sentence = _(
        "Preparing this file was broken off %(attempts)s times, so we gave up. Something in it may "
        "need more memory than there is. Try with a part of it."
    )


def _all(kind: type[RefusalError]) -> dict[str, type[RefusalError]]:
    found = {kind.__name__: kind}
    for child in kind.__subclasses__():
        found.update(_all(child))
    return found


REFUSALS: Mapping[str, type[RefusalError]] = _all(RefusalError)


def refusal_of(document: list[Any]) -> RefusalError:
    """The refusal of which this is the document."""
    code, values = document
    return REFUSALS[code](**values)


def sentence_of(document: list[Any]) -> str:
    """The sentence of a stored refusal in the reader's language."""
    return str(refusal_of(document))
