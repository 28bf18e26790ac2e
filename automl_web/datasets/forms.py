"""The upload form: a file at once, or one that came in pieces; and what stops a file that grows too large."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import (
    StopFutureHandlers,
    StopUpload,
    TemporaryFileUploadHandler,
)
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automl_web.accounts.models import User
from automl_web.datasets.disk import KEPT_FREE_BYTES, is_full, no_room
from automl_web.datasets.kinds import check
from automl_web.datasets.models import Upload
from automl_web.datasets.refusals.refusal import RefusalError
from automl_web.datasets.store import keep
from automl_web.projects.models import Project

NAME_LENGTH = 100
ENDINGS = ".zip,.csv,.tsv,.txt,.parquet"
"""Of files that a browser offers first; any other can be chosen, too."""

CHOOSE = gettext_lazy("Choose a file: a zip of image folders, a table or a text.")
EMPTY = gettext_lazy("This file is empty. Choose another one.")
GONE = gettext_lazy(
    "What was uploaded is not here any more: it was discarded, or lay unused for a day. "
    "Choose the file again."
)
UNFINISHED = gettext_lazy("A part of this file is still to come. Choose it again to go on.")


def too_large() -> str:
    """What is said of a file that is larger than we take, in the reader's language."""
    limit = filesizeformat(settings.MAX_UPLOAD_BYTES)
    return _(
        "This file is larger than %(limit)s, which is the most we take. Upload a part of it, or "
        "smaller images: they are brought to a common size anyway."
    ) % {"limit": limit}


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Writes a file to the disk, and stops one that is larger than we take or than there is room for.

    `problem` says which. What still comes is read and thrown away, so that the browser gets to see
    the answer.
    """

    problem = ""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0
        self.room = shutil.disk_usage(settings.FILE_UPLOAD_TEMP_DIR).free - KEPT_FREE_BYTES
        raise StopFutureHandlers  # one writer is enough

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > settings.MAX_UPLOAD_BYTES:
            self.problem = too_large()
        elif self.received > self.room:
            self.problem = no_room()
        else:
            self._write(raw_data, start)
        if self.problem:
            raise StopUpload(connection_reset=False)

    def _write(self, raw_data: bytes, start: int) -> None:
        try:
            super().receive_data_chunk(raw_data, start)
            self.file.flush()
        except OSError as error:
            if not is_full(error):
                raise
            os.truncate(
                self.file.temporary_file_path(), 0
            )  # room for others, and to close the file
            self.problem = no_room()


class UploadForm(forms.Form):
    """A file and what to call it. `uploads` are those that may be named in the file's place."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=gettext_lazy("Left empty, the file's name is taken."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ENDINGS}),
        error_messages={"empty": EMPTY},
    )
    upload = forms.ModelChoiceField(
        Upload.objects.none(), required=False, widget=forms.HiddenInput, blank=True
    )

    def __init__(
        self, *args: Any, uploads: QuerySet[Upload], stopped: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["upload"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = uploads
        chosen.error_messages["invalid_choice"] = GONE
        self.stopped = stopped
        self.refused: Upload | None = None

    def source(self, project: Project, user: User) -> Upload:
        """The file as an upload that is whole; for the rest of the transaction nobody else has it."""
        chosen: Upload | None = self.cleaned_data["upload"]
        if chosen is None:
            return keep(project, user, self._path, self._filename)
        return get_object_or_404(Upload.objects.select_for_update(), pk=chosen.pk)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file:
            _check(self._path, file.name)
        return file

    def clean_upload(self) -> Upload | None:
        upload: Upload | None = self.cleaned_data["upload"]
        if upload is not None:
            self._check_upload(upload)
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if problem := self._problem(cleaned):
            self.errors.pop("file", None)
            self.add_error("file", problem)  # beside the field that a person sees
        elif not self.errors and not cleaned.get("name"):
            stem = Path(self._filename).stem.strip()
            cleaned["name"] = stem[:NAME_LENGTH] or _("Dataset")
        return cleaned

    @property
    def _path(self) -> Path:
        """Where the file lies for now that came with the form."""
        file = self.cleaned_data["file"]
        assert isinstance(file, TemporaryUploadedFile)
        return Path(file.temporary_file_path())

    @property
    def _filename(self) -> str:
        """What the file is called where it comes from."""
        return str((self.cleaned_data["upload"] or self.cleaned_data["file"]).name)

    def _check_upload(self, upload: Upload) -> None:
        if not upload.is_whole:
            raise forms.ValidationError(UNFINISHED)
        try:
            if upload.size == 0:
                raise forms.ValidationError(EMPTY)
            _check(upload.path, upload.name)
        except forms.ValidationError:
            self.refused = upload
            raise

    def _problem(self, cleaned: dict[str, Any]) -> Any:
        """What is wrong with the file, unless its own field says so."""
        if self.stopped:
            return self.stopped
        if wrong := self.errors.pop("upload", None):
            return wrong.as_data()
        has_none = not cleaned.get("upload") and not cleaned.get("file")
        return CHOOSE if has_none and "file" not in self.errors else None


def _check(path: Path, name: str) -> None:
    try:
        check(path, name)
    except FileNotFoundError:
        raise forms.ValidationError(GONE) from None
    except RefusalError as refusal:
        raise forms.ValidationError(str(refusal)) from refusal


class NewVersionForm(UploadForm):
    """A file for a dataset that has its name already."""

    name = None  # type: ignore[assignment]  # Django's way to leave out a parent's field
