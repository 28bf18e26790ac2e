"""Why an upload is refused, each reason a named exception whose sentence is told to the person."""

from __future__ import annotations

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


class ContentError(RefusalError):
    """The file is fine, but what it holds is no dataset."""
