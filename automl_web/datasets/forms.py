"""The upload form, and the handler that stops an upload which grows too large."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automl_web.datasets.archive import check_is_zip
from automl_web.datasets.refusals import RefusalError

NAME_LENGTH = 100
KEPT_FREE_BYTES = 256 * 2**20


class CappedUploadHandler(FileUploadHandler):
    """Stops a file that is larger than we take, or than the disk has room for; `problem` says which.

    What still comes is read and thrown away, so that the browser gets to see the answer.
    """

    problem = ""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0
        self.room = shutil.disk_usage(settings.FILE_UPLOAD_TEMP_DIR).free - KEPT_FREE_BYTES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > settings.MAX_UPLOAD_BYTES:
            limit = filesizeformat(settings.MAX_UPLOAD_BYTES)
            self.problem = _(
                "This file is larger than %(limit)s, which is the most we take. "
                "Zip smaller images: they are brought to at most 96 pixels anyway."
            ) % {"limit": limit}
        elif self.received > self.room:
            self.problem = _(
                "The disk of this site is too full for this file. Ask the person who runs the site "
                "to make room, then upload again."
            )
        if self.problem:
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


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

    def clean_file(self) -> Any:
        try:
            check_is_zip(self.path)
        except RefusalError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return self.cleaned_data["file"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.stopped:
            self.errors.pop("file", None)
            self.add_error("file", self.stopped)
        elif "file" in cleaned and not cleaned.get("name"):
            cleaned["name"] = Path(cleaned["file"].name).stem[:NAME_LENGTH]
        return cleaned


class NewVersionForm(UploadForm):
    """A zip for a dataset that has its name already."""

    name = None  # type: ignore[assignment]  # Django's way to leave out a parent's field
