"""Reading what was uploaded: documents of running text, or texts with their classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from automl_web.datasets.archive import Archive
from automl_web.datasets.encodings import encoding_of
from automl_web.datasets.layout import SPLITS, TRAIN
from automl_web.datasets.refusals import EmptyTextError, NotTextError
from automl_web.datasets.text import rows as tables
from automl_web.datasets.text.items import LONGEST, Item, Items, gathered
from automl_web.datasets.text.scratch import decoded_text
from automl_web.datasets.text.sources import Source, with_parts
from automl_web.datasets.text.stretches import Document, hash_of
from automl_web.datasets.text.work import Work
from automl_web.datasets.unreadable import DAMAGED, UnreadableError


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
        try:
            spool.seek(0)
            spool.truncate()
            for piece in archive.pieces(source.member):
                spool.write(piece)
            work.scratch.close_line()
            taken.append(document(spool, source.name, work, source.part))
        except (NotTextError, UnreadableError):
            work.read.skip(source.name, DAMAGED)
    if not taken:
        raise NotTextError if work.read.skipped else EmptyTextError
    return taken


def texts(archive: Archive, sources: Sequence[Source], work: Work) -> tuple[Items, list[str]]:
    """Take in the texts in class folders, and the parts that came along."""
    labelled = [source for source in sources if source.label]
    given = [name for name in SPLITS if any(s.part == name for s in labelled)]
    items = gathered(_texts(archive, labelled, work), work.scratch, work.choices, "")
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
            work.read.skip(source.name, DAMAGED)
            continue
        work.read.took(codec)
        yield Item(source.name, text, source.label, source.part or TRAIN)


def rows(file: BinaryIO, work: Work) -> tuple[Items, dict[str, Any]]:
    """Take in the texts of a table, and tell which columns they come from."""
    sheet = tables.sheet_of(file, work.choices)
    work.read.took(sheet.codec)
    label = sheet.names[sheet.label]
    found = tables.items_of(file, sheet, work.progress)
    items = gathered(found, work.scratch, work.choices, label)
    items.ragged = sheet.skipped
    told = {
        "columns": sheet.names,
        "text": sheet.names[sheet.text],
        "label": label,
        "group": work.choices.group,
    }
    return items, told
