"""The upload form, and the handler that stops an upload which grows too large."""

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
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automl_web.datasets.disk import KEPT_FREE_BYTES, is_full, no_room
from automl_web.datasets.kinds import check
from automl_web.datasets.refusals import RefusalError

NAME_LENGTH = 100


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
            limit = filesizeformat(settings.MAX_UPLOAD_BYTES)
            self.problem = _(
                "This file is larger than %(limit)s, which is the most we take. "
                "Zip smaller images: they are brought to at most 96 pixels anyway."
            ) % {"limit": limit}
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
    """A zip and what to call it."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=gettext_lazy("Left empty, the file's name is taken."),
    )
    file = forms.FileField(
        label=gettext_lazy("Zip file"),
        help_text=gettext_lazy(
            "One folder of images for each class, all in one zip. The folders may lie in train, "
            "val and test folders; if they do not, we split the images."
        ),
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        error_messages={
            "required": gettext_lazy("Choose a zip file of class folders."),
            "empty": gettext_lazy("This file is empty. Choose a zip file of class folders."),
        },
    )

    def __init__(self, *args: Any, stopped: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stopped = stopped

    @property
    def path(self) -> Path:
        """Where the uploaded file lies for now."""
        file = self.cleaned_data["file"]
        assert isinstance(file, TemporaryUploadedFile)
        return Path(file.temporary_file_path())

    @property
    def filename(self) -> str:
        """What the file is called where it comes from."""
        return str(self.cleaned_data["file"].name)

    def clean_file(self) -> Any:
        try:
            check(self.path, self.filename)
        except RefusalError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return self.cleaned_data["file"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.stopped:
            self.errors.pop("file", None)
            self.add_error("file", self.stopped)
        elif "file" in cleaned and not cleaned.get("name"):
            stem = Path(self.filename).stem.strip()
            cleaned["name"] = stem[:NAME_LENGTH] or _("Dataset")
        return cleaned


class NewVersionForm(UploadForm):
    """A zip for a dataset that has its name already."""

    name = None  # type: ignore[assignment]  # Django's way to leave out a parent's field
