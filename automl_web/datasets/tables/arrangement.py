"""Which rows and columns are learnt from, and to which split each row belongs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from automl_web.datasets.classes import too_many
from automl_web.datasets.parts import SHARES, TEST, TRAIN
from automl_web.datasets.refusals.of_tables import (
    NoFeaturesError,
    TooFewRowsError,
    TooFewRowsOfClassError,
    TooFewTableGroupsError,
)
from automl_web.datasets.refusals.of_text import NoSuchColumnError
from automl_web.datasets.tables.classes import chosen, without_rare
from automl_web.datasets.tables.column_types import GROUP, Column
from automl_web.datasets.tables.features import Feature, features_of
from automl_web.datasets.tables.reading import Table
from automl_web.datasets.tables.splits import Hashes, Parts, carve, sizes, strata_of
from automl_web.datasets.tables.target import (
    CLASSIFICATION,
    REGRESSION,
    Target,
    columns_of,
    target_of,
)

LEAST_ROWS = 20
LEAST_GROUPS = 3

COPIES = 0.2
"""The share of copies beyond which they are no mistake but few different values, so that it does not
matter that copies lie in several splits."""

TEST_ROWS = "test-rows.npy"
"""The hashes of the rows of the test part as they were read, uint64 (n,)."""


@dataclass
class Arranged:
    """The rows that are learnt from: `rows` are their places in the file, in the order of the file.

    `content` hashes what a model sees of a row with its answer, `raw` all that was read. `left` counts
    the rows that are left out, by why. `rare` are the classes that had too few rows.
    """

    columns: list[Column]
    target: Target
    features: list[Feature]
    rows: np.ndarray
    content: Hashes
    raw: Hashes
    group: Column | None = None
    left: dict[str, int] = field(default_factory=dict)
    rare: list[str] = field(default_factory=list)
    parts: Parts = field(default_factory=lambda: np.array([], dtype=object))
    drawn_anew: bool = False

    @cached_property
    def copies(self) -> int:
        """Rows that are exact copies of others."""
        return len(self.content) - len(pd.unique(self.content))

    @property
    def has_stray_copies(self) -> bool:
        """Whether copies are so few that they must be mistakes, and are to stay together."""
        return self.copies <= COPIES * len(self.content)

    def of_rows(self, keep: np.ndarray) -> Arranged:
        """Only some of the rows; what was counted of those left out stays."""
        columns = [column.of_rows(keep) for column in self.columns]
        place = self.columns.index(self.target.column)
        target = replace(
            self.target,
            column=columns[place],
            answers=self.target.answers[keep],
            known=self.target.known[keep],
        )
        group = None if self.group is None else columns[self.columns.index(self.group)]
        features = features_of(c for c in columns if c.is_used and c is not target.column)
        return replace(
            self,
            columns=columns,
            target=target,
            features=features,
            rows=self.rows[keep],
            content=self.content[keep],
            raw=self.raw[keep],
            group=group,
        )


def arrange(
    table: Table, options: Mapping[str, Any], earlier: Path | None, beat: Callable[[], None]
) -> Arranged:
    """Choose the rows and columns of a table, and split the rows; raises a ContentError.

    `earlier` is the folder of the version that this one mends, whose test rows are it again. `beat`
    is called while it goes on.
    """
    arranged = _chosen(table, options, beat)
    shares = SHARES | dict(options.get("shares", {}))
    given = _given(table, arranged, earlier, shares[TEST])
    if options.get("unique"):
        keep = _first_of_copies(arranged.content, given)
        arranged.left["copies"] = int((~keep).sum())
        arranged, given = arranged.of_rows(keep), given[keep]
    _check_enough(arranged)
    units = _units(arranged)
    if arranged.group is not None and _is_torn(given, units):
        given[:] = TRAIN
        arranged.drawn_anew = True
    strata = strata_of(arranged.target.answers, arranged.target.task == REGRESSION)
    came_along = table.parts is not None and (table.parts == TEST).any()
    arranged.parts = carve(given, strata, units, shares, () if came_along else (TEST,))
    _check_parts(arranged)
    return _thinned(arranged, float(options.get("balance") or 0))


def _thinned(arranged: Arranged, ratio: float) -> Arranged:
    """Without what large classes have too much of to train on, by the order of the hashes of rows."""
    trained = np.flatnonzero(arranged.parts == TRAIN)
    trained = trained[np.lexsort((arranged.raw[trained], arranged.content[trained]))]
    keep = np.ones(len(arranged.rows), dtype=bool)
    if arranged.target.task == CLASSIFICATION:
        keep[trained[too_many(arranged.target.answers[trained], ratio)]] = False
    arranged.left["thinned"] = int((~keep).sum())
    return replace(arranged.of_rows(keep), parts=arranged.parts[keep])


def _chosen(table: Table, options: Mapping[str, Any], beat: Callable[[], None]) -> Arranged:
    """The table without the rows that nothing can be learnt from, not split yet."""
    columns = columns_of(table.sheet, options, beat)
    answered = target_of(columns, table.sheet, options)
    target = chosen(answered, options)
    group = _group(columns, target, options)
    keep = answered.known.copy()
    left = {"no_answer": int((~keep).sum())}
    dropped = np.isin(np.arange(len(keep)) + 1, list(options.get("drop", ())))
    left["asked"] = int((keep & dropped).sum())
    keep &= ~dropped
    left["classes"] = int((keep & ~target.known).sum())
    keep &= target.known
    target, rare = without_rare(target, keep)
    left["rare"] = int((keep & ~target.known).sum())
    keep &= target.known
    features = features_of(c for c in columns if c.is_used and c is not target.column)
    whole = Arranged(
        columns,
        target,
        features,
        rows=np.arange(len(keep)),
        content=_hashes([*(f.values for f in features), pd.Series(target.answers)], len(keep)),
        raw=_hashes([table.sheet.frame[name] for name in table.sheet.frame], len(keep)),
        group=group,
        left=left,
        rare=rare,
    )
    arranged = whole.of_rows(keep)
    if not arranged.features:
        raise NoFeaturesError(name=target.column.name)
    return arranged


def _group(columns: Sequence[Column], target: Target, options: Mapping[str, Any]) -> Column | None:
    """The column whose values name groups; no model sees it."""
    asked = options.get("group")
    if not asked or asked == target.column.name:
        return None
    for column in columns:
        if column.name == asked:
            column.reason = GROUP
            return column
    raise NoSuchColumnError(name=str(asked)[:200])


def _hashes(columns: Sequence[Any], rows: int) -> Hashes:
    """One hash for each row over some columns."""
    frame = pd.DataFrame(dict(enumerate(columns)), index=pd.RangeIndex(rows))
    return np.asarray(pd.util.hash_pandas_object(frame, index=False), dtype=np.uint64)


def _given(table: Table, arranged: Arranged, earlier: Path | None, share: float) -> Parts:
    """The splits that came along, and the test part of an earlier version; the rest is to train on.

    A person who asks for a test part of another size wants another one.
    """
    given = np.full(len(arranged.rows), TRAIN, dtype=object)
    if table.parts is not None:
        given = table.parts[arranged.rows]
    if earlier is None or (given == TEST).any():
        return given
    was_test = np.isin(arranged.raw, _test_rows(earlier, share))
    given[was_test] = TEST
    arranged.drawn_anew = not was_test.any()
    return given


def _test_rows(earlier: Path, share: float) -> Hashes:
    """The hashes of the rows that were the test part, if it was a share of this size."""
    meta = json.loads((earlier / "meta.json").read_text(encoding="utf-8"))
    if meta["kind"] != "tables" or meta["shares"][TEST] != share:
        return np.array([], dtype=np.uint64)
    return np.asarray(np.load(earlier / TEST_ROWS, allow_pickle=False))


def _first_of_copies(content: Hashes, given: Parts) -> np.ndarray:
    """Whether each row is kept if only one of equal ones is; the test part stays as it is."""
    order = np.argsort(given != TEST, kind="stable")
    _values, first = np.unique(content[order], return_index=True)
    keep = np.asarray(given == TEST, dtype=bool)
    keep[order[first]] = True
    return keep


def _check_enough(arranged: Arranged) -> None:
    if len(arranged.rows) < LEAST_ROWS:
        raise TooFewRowsError(count=len(arranged.rows), minimum=LEAST_ROWS)


def _check_parts(arranged: Arranged) -> None:
    """Raise unless there is something in each split, and every class in the one to train on."""
    if min(sizes(arranged.parts).values()) == 0:
        raise TooFewRowsError(count=len(arranged.rows), minimum=LEAST_ROWS)
    learnt = set(arranged.target.answers[arranged.parts == TRAIN])
    for index, name in enumerate(arranged.target.classes):
        if index not in learnt and arranged.group is not None:
            raise TooFewTableGroupsError(name=arranged.group.name)
        if index not in learnt:
            raise TooFewRowsOfClassError(name=name[:200])


def _units(arranged: Arranged) -> Hashes:
    """For each row what it must not be parted from: its group, or else its stray copies."""
    if arranged.group is not None:
        values = arranged.group.values
        units = _hashes([values], len(values))
        units = np.where(values.isna(), arranged.raw, units)
        if len(pd.unique(units)) < LEAST_GROUPS:
            raise TooFewTableGroupsError(name=arranged.group.name)
        return units
    if arranged.has_stray_copies:
        return arranged.content
    content = pd.Series(arranged.content)
    return _hashes([content, content.groupby(content).cumcount()], len(content))


def _is_torn(parts: Parts, units: Hashes) -> bool:
    """Whether rows of one group lie in several splits."""
    return bool((pd.Series(parts).groupby(units).nunique() > 1).any())
