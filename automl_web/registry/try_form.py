"""The form that takes one image to try a model on; it stays in memory, and is gone with the request."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django import forms
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers, StopUpload
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automl_web.datasets.findings import reason_of
from automl_web.datasets.images.decoding import Pixels, Shape
from automl_web.datasets.images.one_image import read_confined
from automl_web.datasets.unreadable import UnreadableError

LARGEST_BYTES = 16 * 2**20


class KeptInMemory(FileUploadHandler):
    """Keeps what is uploaded in memory, and stops what is larger than we take."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.received = 0
        self.content = BytesIO()

    @property
    def is_too_large(self) -> bool:
        return self.received > LARGEST_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.content = BytesIO()
        raise StopFutureHandlers  # none that would write it to the disk

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)  # of all files of the request
        if self.is_too_large:
            raise StopUpload(connection_reset=False)
        self.content.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.content.seek(0)
        kind, name = self.content_type, self.file_name
        return InMemoryUploadedFile(
            self.content, self.field_name, name, kind, file_size, self.charset
        )


class ImageForm(forms.Form):
    """One image, which comes out as pixels in the shape that the model takes."""

    image = forms.FileField(
        label=gettext_lazy("Image"),
        help_text=gettext_lazy("PNG, JPEG, BMP, GIF or WebP. It is not kept."),
        widget=forms.FileInput(
            attrs={"accept": "image/png,image/jpeg,image/bmp,image/gif,image/webp"}
        ),
        error_messages={
            "required": gettext_lazy("Choose an image."),
            "empty": gettext_lazy("This file is empty. Choose an image."),
        },
    )

    def __init__(self, shape: Shape, *args: Any, is_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shape, self.is_too_large = shape, is_too_large

    def clean_image(self) -> Pixels:
        try:
            return read_confined(self.cleaned_data["image"].read(), self.shape)
        except UnreadableError as error:
            sentence = _("This file %(reason)s.") % {"reason": reason_of(error.reason)}
            raise forms.ValidationError(sentence) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.is_too_large:
            self.errors.pop("image", None)
            limit = filesizeformat(LARGEST_BYTES)
            sentence = _("This file is larger than %(limit)s, which is the most we take here.")
            self.add_error("image", sentence % {"limit": limit})
        return cleaned
