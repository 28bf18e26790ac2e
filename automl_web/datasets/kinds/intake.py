"""How data of a kind is taken in, shown, and tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from automl_web.datasets.archive import Archive
from automl_web.datasets.text.as_rows import rows_in
from automl_web.datasets.unreadable import UnreadableError

HEAD_BYTES = 2**16
SEPARATED = (".csv", ".tsv")
WRITTEN = (".txt", ".md", ".text", ".tokens")
"""Of text, and of tables whose makers did not care."""


@dataclass(frozen=True)
class Glance:
    """What is seen of a file without reading it: its name, its first bytes, and the names in a zip.

    `table` is the beginning of a table of separated values: of the file, whatever it is called, or of
    the first in a zip.
    """

    name: str
    head: bytes
    members: tuple[str, ...] = ()
    table: bytes = b""

    @property
    def is_zip(self) -> bool:
        return self.head.startswith((b"PK\3\4", b"PK\5\6"))

    def has(self, *endings: str) -> bool:
        """Whether the file, or any that is in the zip, has a name that ends like that."""
        names = self.members if self.is_zip else (self.name,)
        return any(name.lower().endswith(endings) for name in names)


@dataclass(frozen=True)
class Intake:
    """One line of the catalogue. What it names as "module:function" is imported when it is needed.

    `prepare(order, progress)` writes the arrays that training maps, in a confined process that may
    take `memory` bytes. `page(version)` gives what `template` shows of a version that is ready, and
    `summary(version)` a line of it. `model_page(model)` and `model_template` do so for a model, and
    `try_view(request, model)` answers at its try-it page. `correct(version, data)`, where the kind has
    one, is the form of what a person may correct; its `options` are the patch to those of the version.
    """

    name: str
    recognises: Callable[[Glance], bool]
    prepare: str
    memory: int
    page: str
    template: str
    summary: str
    model_page: str
    model_template: str
    try_view: str
    correct: str = ""


def look(path: Path, name: str) -> Glance:
    """Glance at a file; raises a FileError if it is a zip that is not safe."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    glance = Glance(name, head)
    if not glance.is_zip:
        return replace(glance, table=head) if _is_table(glance) else glance
    with Archive(path) as archive:
        names = tuple(member.name for member in archive.members)
        return Glance(name, head, names, _first_table(archive))


def _is_table(glance: Glance) -> bool:
    if not glance.has(*WRITTEN):
        return glance.has(*SEPARATED)
    rows = rows_in(glance.head)
    return rows is not None and rows.are_sure


def _first_table(archive: Archive) -> bytes:
    tables = (m for m in archive.members if m.name.lower().endswith(SEPARATED))
    first = next(tables, None)
    try:
        return next(archive.pieces(first), b"")[:HEAD_BYTES] if first else b""
    except UnreadableError:
        return b""
