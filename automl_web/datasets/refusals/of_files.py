"""Files that cannot be read safely, or hold no data that we take."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from automl_web.datasets.refusals.refusal import ContentError, FileError


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


class NoKnownDataError(ContentError):
    sentence = _(
        "Nothing in this file is data that we take. Upload a zip of image folders, or see beside "
        "the upload what else can be taken."
    )


class NestedZipError(ContentError):
    sentence = _(
        "The zip file holds other zip files (“%(name)s”). Unpack them and zip the folders."
    )
