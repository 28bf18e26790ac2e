"""All reasons for which an upload may be refused, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl_web.datasets.refusals import of_files, of_images, of_preparing, of_tables, of_text
from automl_web.datasets.refusals.refusal import RefusalError

REASONS = (of_files, of_images, of_preparing, of_tables, of_text)
"""Where they stand; each is imported so that a stored one is found again."""


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
