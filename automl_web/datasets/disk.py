"""When there is no room left."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from automl_web.datasets.refusals.of_preparing import DiskFullError

KEPT_FREE_BYTES = 256 * 2**20
"""Uploads leave this much, so that the database and checkpoints have room."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def no_room() -> str:
    """What is said when an upload finds no room, in the reader's language."""
    return _(
        "The disk of this site is too full for this file. Ask the person who runs the site "
        "to make room, then upload again."
    )


def is_full(error: OSError) -> bool:
    """Whether writing failed because the disk, or this account's part of it, is full."""
    return error.errno in _FULL


def put_in_place(ready: Path, folder: Path) -> None:
    """Put `ready` in the place of `folder`; an earlier attempt may have left one behind."""
    if folder.exists():
        folder.rename(ready.with_name("earlier"))
    ready.rename(folder)


@contextmanager
def refusing_when_full() -> Iterator[None]:
    """Raise DiskFullError if what is written in here finds no room."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise DiskFullError from error
        raise
