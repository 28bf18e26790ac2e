"""The kinds of data that the site takes in, one file a kind. No Django here: the decoder loads it, too."""

from __future__ import annotations

from pathlib import Path

from automl_web.datasets.archive import check_is_zip
from automl_web.datasets.kinds.images import IMAGES
from automl_web.datasets.kinds.intake import Intake, look
from automl_web.datasets.kinds.tables import TABLES
from automl_web.datasets.kinds.text import TEXT
from automl_web.datasets.refusals.of_files import NoKnownDataError

INTAKES: dict[str, Intake] = {intake.name: intake for intake in (IMAGES, TEXT, TABLES)}
"""By the names of `search.problems.KINDS`; asked in this order whether a file is theirs."""


def check(path: Path, name: str) -> None:
    """Raise a RefusalError if the file is at first sight none that can be taken; it is not read."""
    with path.open("rb") as file:
        is_zip = file.read(2) == b"PK" or name.lower().endswith(".zip")
    if is_zip:
        check_is_zip(path)
    else:
        recognise(path, name)


def recognise(path: Path, name: str) -> Intake:
    """Whose the file at `path`, uploaded as `name`, is; raises a RefusalError if it is nobody's."""
    glance = look(path, name)
    for intake in INTAKES.values():
        if intake.recognises(glance):
            return intake
    if glance.is_zip:
        return IMAGES  # which says best what a zip should hold
    raise NoKnownDataError
