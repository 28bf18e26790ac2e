"""A list in a zip that says which class each image is of: a CSV file with a column of their names."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from automl_web.datasets.archive import Archive, Member
from automl_web.datasets.encodings import decoded, encoding_of
from automl_web.datasets.images.file_names import Names
from automl_web.datasets.images.layout import MAX_CLASSES
from automl_web.datasets.parts import SPLIT_FOLDERS
from automl_web.datasets.refusals.of_text import NoSuchColumnError, NotTextError
from automl_web.datasets.unreadable import UnreadableError

ENDINGS = (".csv", ".tsv")
SEPARATORS = ("\t", ";", ",", "|")
MAX_BYTES = 64 * 2**20
MAX_FILES = 20
MAX_COLUMNS = 100
MAX_TITLE = 100
HEAD_LINES = 50
LONGEST_LINE = 2**20
SURE_AFTER = 2_000
"""Rows after which it is known which columns can name images."""

_NAMES = re.compile(r"(image|img|file|path|photo|picture|name|id)", re.IGNORECASE)
_LABELS = re.compile(
    r"^(the|class|image|true|target|final)?[\W_]*"
    r"(label|labels|class|classes|category|target|species|breed|diagnosis|dx|type|y)"
    r"[\W_]*(id|idx|name|index)?$",
    re.IGNORECASE,
)
_SPLITS = re.compile(
    r"^(data)?[\W_]*(split|set|subset|partition|fold|usage|part)s?$", re.IGNORECASE
)


@dataclass(frozen=True)
class Column:
    """A column of a list: how many of its cells name an image, and what it holds, up to a limit.

    `stranger` is a cell that names none.
    """

    name: str
    found: int
    values: frozenset[str]
    stranger: str = ""

    @property
    def is_split(self) -> bool:
        """Whether it says which part an image belongs to."""
        known = {value.casefold() for value in self.values if value}
        return bool(_SPLITS.match(self.name)) and bool(known) and known <= set(SPLIT_FOLDERS)

    @property
    def may_be_names(self) -> bool:
        """Whether it is called as names of files are."""
        return bool(_NAMES.search(self.name))

    @property
    def may_be_labels(self) -> bool:
        return 2 <= len(self.values - {""}) <= MAX_CLASSES

    @property
    def is_numbers(self) -> bool:
        """Whether it holds nothing but digits: where classes have names too, these say more."""
        return all(value.isdecimal() for value in self.values - {""})


@dataclass(frozen=True)
class LabelFile:
    """A list that was looked through; of its columns, that at `names` holds the names of images.

    Where training, validation and test have a list each, `others` are those of the other parts.
    """

    member: Member
    encoding: str
    separator: str
    has_head: bool
    columns: tuple[Column, ...]
    lines: int
    names: int
    others: tuple[LabelFile, ...] = ()

    @property
    def rows(self) -> int:
        return self.lines + sum(other.rows for other in self.others)

    @property
    def found(self) -> int:
        """How many rows name an image that is there."""
        return self.columns[self.names].found + sum(other.found for other in self.others)

    @property
    def part(self) -> str:
        """The split that the file is called after; empty if it is not."""
        return SPLIT_FOLDERS.get(self.member.parts[-1].rpartition(".")[0].lower(), "")

    @property
    def titles(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def split(self) -> int | None:
        """The place of the column that says which part an image belongs to."""
        return next((place for place in self._besides if self.columns[place].is_split), None)

    @property
    def classes(self) -> list[int]:
        """The places of the columns that can be labels, the likeliest first."""
        able = [n for n in self._besides if n != self.split and self.columns[n].may_be_labels]
        return sorted(able, key=lambda n: (not self._is_clear(n), self.columns[n].is_numbers, n))

    @property
    def is_clear(self) -> bool:
        """Whether there is no doubt which column holds the labels."""
        return bool(self.classes) and (len(self.classes) == 1 or self._is_clear(self.classes[0]))

    def place_of(self, name: str) -> int:
        """Where the column called `name` is; raises NoSuchColumnError."""
        if name not in self.titles:
            raise NoSuchColumnError(name=name[:200])
        return self.titles.index(name)

    def read(self, archive: Archive) -> Iterator[tuple[list[str], str]]:
        """The rows, all with as many cells as there are columns, and the split that they are for.

        That is empty where it is for the list or the folders to say.
        """
        width = len(self.columns)
        rows = _rows(archive, self.member, self.encoding, self.separator)
        for row in islice(rows, int(self.has_head), None):
            cells = [cell.strip() for cell in row[:width]] + [""] * (width - len(row))
            yield cells, self.part if self.others else ""
        for other in self.others:
            yield from ((cells, other.part) for cells, _none in other.read(archive))

    @property
    def _besides(self) -> list[int]:
        return [place for place in range(len(self.columns)) if place != self.names]

    def _is_clear(self, place: int) -> bool:
        return bool(_LABELS.match(self.columns[place].name))


def files_in(archive: Archive) -> list[Member]:
    """The files of a zip that may be lists."""
    named = (m for m in archive.members if m.parts[-1].lower().endswith(ENDINGS))
    return list(islice((m for m in named if m.info.file_size <= MAX_BYTES), MAX_FILES))


def look_through(archive: Archive, names: Names) -> LabelFile | None:
    """The list of the zip that names the most of the images; None if it holds none."""
    looked = (_look(archive, member, names) for member in files_in(archive))
    lists = [each for each in looked if each]
    best = max(lists, key=lambda each: (each.found, each.lines), default=None)
    if best is None or not best.part:
        return best
    others = (each for each in lists if each.found and each.part not in {"", best.part})
    alike = {each.part: each for each in others if each.titles == best.titles}
    return replace(best, others=tuple(alike.values()))


def _look(archive: Archive, member: Member, names: Names) -> LabelFile | None:
    """Look through a file; None if it is no list of several columns."""
    try:
        encoding = encoding_of(archive.pieces(member))
        head = list(islice(_lines(decoded(archive.pieces(member), encoding)), HEAD_LINES))
        separator = max(SEPARATORS, key=lambda mark: _regular(head, mark))
        if not _regular(head, separator):
            return None
        rows = _rows(archive, member, encoding, separator)
        first = next(rows)[:MAX_COLUMNS]
        has_head = not any(map(names.find, first))
        titles = first if has_head else [str(n) for n in range(1, len(first) + 1)]
        columns = [_Scan(title.strip()[:MAX_TITLE]) for title in titles]
        count = _scan(rows if has_head else chain([first], rows), columns, names)
    except (csv.Error, NotTextError, UnreadableError):
        return None
    looked = tuple(column.end() for column in columns)
    likely = max(range(len(looked)), key=lambda n: (looked[n].found, looked[n].may_be_names, -n))
    return LabelFile(member, encoding, separator, has_head, looked, count, likely)


@dataclass
class _Scan:
    """A column while the rows go by."""

    name: str
    found: int = 0
    values: set[str] = field(default_factory=set)
    stranger: str = ""
    is_asked: bool = True

    def see(self, cell: str, names: Names) -> None:
        is_found = self.is_asked and names.find(cell) is not None
        self.found += is_found
        if not is_found and not self.stranger:
            self.stranger = cell[:MAX_TITLE]
        if len(self.values) <= MAX_CLASSES:
            self.values.add(cell[:MAX_TITLE])

    def end(self) -> Column:
        return Column(self.name, self.found, frozenset(self.values), self.stranger)


def _scan(rows: Iterable[list[str]], columns: list[_Scan], names: Names) -> int:
    """Let the columns see their cells; the number of rows.

    Once some columns have named images, the others are not asked any more.
    """
    count = 0
    for count, row in enumerate(rows, start=1):
        if count == SURE_AFTER and any(column.found for column in columns):
            for column in columns:
                column.is_asked = bool(column.found)
        for column, cell in zip(columns, row, strict=False):
            column.see(cell.strip(), names)
    return count


def _regular(lines: list[str], separator: str) -> int:
    """How many of the lines have the number of cells that is the most common, if that is above one."""
    widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator) if row)
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    return count if width > 1 else 0


def _rows(archive: Archive, member: Member, encoding: str, separator: str) -> Iterator[list[str]]:
    lines = _lines(decoded(archive.pieces(member), encoding))
    return (row for row in csv.reader(lines, delimiter=separator) if row)


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """Whole lines; raises csv.Error at one that is too long for a list of images."""
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + piece).split("\n")
        yield from (line + "\n" for line in whole)
        if len(rest) > LONGEST_LINE:
            raise csv.Error("a line without end")
    if rest:
        yield rest
