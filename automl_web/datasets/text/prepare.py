"""From an upload to tokens that training maps: running text, or texts with their classes."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from automl_web.datasets.archive import Archive
from automl_web.datasets.disk import put_in_place, refusing_when_full
from automl_web.datasets.kinds.intake import look
from automl_web.datasets.kinds.text import are_texts
from automl_web.datasets.order import Order, Prepared, Progress, in_silence
from automl_web.datasets.parts import TRAIN
from automl_web.datasets.readings import about_text
from automl_web.datasets.refusals.of_preparing import NoRoomError
from automl_web.datasets.text import classes, language, reading
from automl_web.datasets.text.choices import Choices
from automl_web.datasets.text.items import Items
from automl_web.datasets.text.rows import is_parquet
from automl_web.datasets.text.scratch import Scratch
from automl_web.datasets.text.sources import has_classes, sources_of
from automl_web.datasets.text.stretches import Document
from automl_web.datasets.text.text_findings import about_classes, about_language
from automl_web.datasets.text.work import Outcome, Work
from search.training.text.meta import CLASSIFICATION, LANGUAGE

ROOM = 6
"""Bytes on the disk that a byte of text may need: itself, and a token of four where it is a character."""


def prepare(order: Order, progress: Progress = in_silence) -> Prepared:
    """Write the tokens of the text that is ordered; raises RefusalError.

    `folder` appears complete or not at all, and in place of an earlier one. The same texts give the
    same digest and the same parts.
    """
    folder = order.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    _check_room(order)
    with (
        refusing_when_full(),
        TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-") as room,
        (Path(room) / "text").open("w+b") as text,
    ):
        ready = Path(room) / "ready"
        ready.mkdir()
        choices = Choices.of(order.options)
        work = Work(Scratch(text), ready, choices, progress, order.earlier)
        outcome = _prepared(order, work, Path(room) / "raw")
        if not order.kind:
            outcome.facts["findings"] += about_text(look(order.upload, order.name), outcome.facts)
        put_in_place(ready, folder)
    facts = outcome.facts | {"files": work.read.files, "encodings": work.read.codecs}
    return Prepared(outcome.digest, outcome.items, facts, kind="text")


def _check_room(order: Order) -> None:
    needed = ROOM * order.upload.stat().st_size + 64 * 2**20
    if shutil.disk_usage(order.folder.parent).free < needed:
        raise NoRoomError(needed=round(needed / 2**20))


def _prepared(order: Order, work: Work, raw: Path) -> Outcome:
    glance = look(order.upload, order.name)
    if glance.is_zip:
        with Archive(order.upload) as archive, raw.open("w+b") as spool:
            return _of_zip(archive, spool, work)
    with order.upload.open("rb") as file:
        is_of_rows = bool(glance.table) or is_parquet(file)
        if work.choices.task in (LANGUAGE, CLASSIFICATION):
            is_of_rows = work.choices.task == CLASSIFICATION
        if is_of_rows:
            return _of_classes(work, *reading.rows([reading.Table(order.name, TRAIN, file)], work))
        return _of_language(work, [reading.document(file, order.name, work)], {})


def _of_zip(archive: Archive, spool: BinaryIO, work: Work) -> Outcome:
    if not are_texts([member.name for member in archive.members]):
        tables = reading.tables(archive, archive.members, spool)
        return _of_classes(work, *reading.rows(tables, work))
    sources = sources_of(archive.members)
    told = {"folders": len({source.label for source in sources if source.label})}
    task = work.choices.task or (CLASSIFICATION if has_classes(sources) else "")
    if task == CLASSIFICATION:
        return _of_classes(work, *reading.texts(archive, sources, work), told)
    return _of_language(work, reading.documents(archive, sources, spool, work), told)


def _of_language(work: Work, documents: list[Document], told: dict[str, Any]) -> Outcome:
    text = language.divided(work, documents)
    outcome = language.write(text)
    outcome.facts.update(told)
    outcome.facts["findings"] = about_language(text, outcome.facts)
    return outcome


def _of_classes(work: Work, items: Items, given: list[str], told: dict[str, Any]) -> Outcome:
    texts = classes.divided(work, items, given)
    outcome = classes.write(texts)
    outcome.facts.update(told)
    outcome.facts["findings"] = about_classes(texts, outcome.facts)
    return outcome
