"""Reading what was uploaded: documents of running text, or texts with their classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from automl_web.datasets.archive import Archive, Member
from automl_web.datasets.encodings import encoding_of
from automl_web.datasets.kinds.text import TABLES
from automl_web.datasets.parts import SPLITS, TRAIN
from automl_web.datasets.refusals.of_tables import NoTableError
from automl_web.datasets.refusals.of_text import EmptyTextError, NotTextError
from automl_web.datasets.text.items import LONGEST, Item, Items, gathered
from automl_web.datasets.text.rows import Sheet, items_of, sheet_of
from automl_web.datasets.text.scratch import decoded_text
from automl_web.datasets.text.sources import Source, sources_of, with_parts
from automl_web.datasets.text.stretches import Document, hash_of
from automl_web.datasets.text.work import Work
from automl_web.datasets.unreadable import (
    DAMAGED,
    IN_NO_PART,
    NOT_TEXT,
    OTHER_COLUMNS,
    UnreadableError,
)


def document(file: BinaryIO, name: str, work: Work, part: str = TRAIN) -> Document:
    """Take in a file of running text; raises NotTextError."""
    work.progress(0, 0, name)
    found = work.scratch.take(file, work.choices.encoding)
    work.read.took(found.codec)
    work.read.controls += found.controls
    work.read.broken += found.broken
    return Document(name, part, found.stretch, hash_of(work.scratch, found.stretch))


def documents(
    archive: Archive, sources: Sequence[Source], spool: BinaryIO, work: Work
) -> list[Document]:
    """Take in the files of running text in a zip, but those that are to be left out.

    Raises EmptyTextError if there are none, and NotTextError if none can be read.
    """
    taken: list[Document] = []
    for source in with_parts(sources):
        if source.name in work.choices.drop:
            continue
        if not source.part:
            work.read.skip(source.name, IN_NO_PART)
            continue
        try:
            _unpack(archive, source.member, spool)
            work.scratch.close_line()
            taken.append(document(spool, source.name, work, source.part))
        except NotTextError:
            work.read.skip(source.name, NOT_TEXT)
        except UnreadableError:
            work.read.skip(source.name, DAMAGED)
    if not taken:
        raise NotTextError if work.read.skipped else EmptyTextError
    return taken


def texts(archive: Archive, sources: Sequence[Source], work: Work) -> tuple[Items, list[str]]:
    """Take in the texts in class folders, and the parts that came along."""
    labelled = [source for source in sources if source.label]
    given = [name for name in SPLITS if any(s.part == name for s in labelled)]
    items = gathered(_texts(archive, labelled, work), work.scratch, work.choices)
    return items, given if len(given) > 1 else []


def _texts(archive: Archive, sources: Sequence[Source], work: Work) -> Iterator[Item]:
    contents = archive.read(source.member for source in sources)
    for number, (source, content) in enumerate(zip(sources, contents, strict=True)):
        work.progress(number, len(sources), source.name)
        if isinstance(content, UnreadableError):
            work.read.skip(source.name, DAMAGED)
            continue
        try:
            codec = work.choices.encoding or encoding_of([content])
            text = decoded_text(content, codec, LONGEST + 1)
        except NotTextError:
            work.read.skip(source.name, NOT_TEXT)
            continue
        work.read.took(codec)
        yield Item(source.name, text, source.label, source.part or TRAIN)


@dataclass(frozen=True)
class Table:
    """A file of rows: its name, the part that its name says, and its bytes."""

    name: str
    part: str
    file: BinaryIO


def tables(archive: Archive, members: Sequence[Member], spool: BinaryIO) -> Iterator[Table]:
    """The tables of separated values in a zip, one after the other in `spool`."""
    for source in with_parts(sources_of(members, TABLES)):
        try:
            _unpack(archive, source.member, spool)
        except UnreadableError as error:
            raise NoTableError from error
        yield Table(source.name, source.part, spool)


def rows(files: Iterable[Table], work: Work) -> tuple[Items, list[str], dict[str, Any]]:
    """Take in the texts of tables, the parts that came along, and what to tell of the columns."""
    told: dict[str, Any] = {"parts": [], "ragged": 0, "group": work.choices.group}
    items = gathered(_rows(files, work, told), work.scratch, work.choices)
    if not told["parts"]:
        raise NoTableError
    items.ragged = told.pop("ragged")
    parts = told.pop("parts")
    given = [name for name in SPLITS if name in parts]
    return items, given if len(given) > 1 else [], told


def _rows(files: Iterable[Table], work: Work, told: dict[str, Any]) -> Iterator[Item]:
    """The rows of all files that have the columns of the first; `told` is what there is to tell."""
    first: Sheet | None = None
    for table in files:
        if not table.part:
            work.read.skip(table.name, IN_NO_PART)
            continue
        work.progress(0, 0, table.name)
        sheet = sheet_of(table.file, work.choices)
        if first is None:
            first = sheet
            text, label = sheet.names[sheet.text], sheet.names[sheet.label]
            told |= {"columns": sheet.names, "text": text, "label": label}
        if sheet.names != first.names:
            work.read.skip(table.name, OTHER_COLUMNS)
            continue
        sheet.text, sheet.label = first.text, first.label
        work.read.took(sheet.rows.codec)
        prefix = f"{table.name}:" if told["parts"] else ""
        for item in items_of(sheet, work.progress):
            yield replace(item, name=f"{prefix}{item.name}", part=table.part)
        told["parts"].append(table.part)
        told["ragged"] += sheet.skipped


def _unpack(archive: Archive, member: Member, spool: BinaryIO) -> None:
    """Write what is in a member of a zip into `spool`, and nothing else."""
    spool.seek(0)
    spool.truncate()
    for piece in archive.pieces(member):
        spool.write(piece)
