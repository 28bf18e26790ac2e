"""Which rows are for training, for validation and for the one test at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from automl_web.datasets.parts import SHARES, SPLITS, TEST, TRAIN, VALIDATION

BINS, ROWS_A_BIN = 10, 10
"""Where numbers are predicted, rows are taken alike from so many equal parts of their range of ranks."""

Hashes = np.ndarray[tuple[int], np.dtype[np.uint64]]
Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
Parts = np.ndarray[tuple[int], np.dtype[np.object_]]


def strata_of(answers: np.ndarray, is_regression: bool) -> Numbers:
    """For each row the class, or the part of the range of ranks, that each split takes its share of."""
    if not is_regression:
        return np.asarray(answers, dtype=np.int64)
    bins = max(1, min(BINS, len(answers) // ROWS_A_BIN))
    ranks = pd.Series(answers).rank(method="min", pct=True).to_numpy()
    return np.asarray(np.minimum(ranks * bins, bins - 1), dtype=np.int64)


def carve(
    given: Parts,
    strata: Numbers,
    units: Hashes,
    shares: Mapping[str, float] = SHARES,
    drawn: Sequence[str] = (),
) -> Parts:
    """The split of each row. Rows whose `given` one is not training keep it.

    What is missing is carved from the others by the order of the hashes of their units, which are as
    good as chance and always the same; rows of one unit stay together. Of the splits that are given,
    those named by `drawn` were carved like that before, so that shares are of their rows, too.
    """
    missing = [split for split in (TEST, VALIDATION) if not (given == split).any()]
    parts = given.copy()
    free = np.flatnonzero(given == TRAIN)
    rows = pd.DataFrame({"unit": units[free], "stratum": strata[free]})
    counted = rows.value_counts(["unit", "stratum"]).rename("size").reset_index()
    counted = counted.sort_values(["size", "stratum"], kind="stable")
    whole = counted.drop_duplicates("unit", keep="last").set_index("unit")
    whole["size"] = counted.groupby("unit")["size"].sum()
    target: dict[int, str] = {}
    before = Counter(strata[np.isin(given, drawn)].tolist())
    for of_stratum in _strata(whole, least=len(missing) + 1):
        taken = sum(before[stratum] for stratum in of_stratum["stratum"].unique())
        target |= _cut(of_stratum, missing, [shares[split] for split in missing], taken)
    parts[free] = rows["unit"].map(target).fillna(TRAIN).to_numpy(dtype=object)
    return parts


def _strata(units: pd.DataFrame, least: int) -> list[pd.DataFrame]:
    """The units of each stratum with enough of them for all splits; the others stay in training.

    Where no stratum has enough, as with a few large groups, all are taken together.
    """
    enough = [found for _stratum, found in units.groupby("stratum") if len(found) >= least]
    return enough or [units]


def _cut(
    units: pd.DataFrame, missing: Sequence[str], shares: Sequence[float], taken: int
) -> dict[int, str]:
    """The split of each unit that is not to train on: at least one, and about the share of all rows.

    Of these so many were `taken` before.
    """
    if len(units) <= len(missing):
        return {}
    total = units["size"].sum() + taken
    too_large = units["size"] > 2 * max(shares, default=0) * total
    order = units.assign(late=too_large).sort_index().sort_values("late", kind="stable")
    ends = order["size"].cumsum().to_numpy()
    middles = ends - order["size"].to_numpy() / 2
    target: dict[int, str] = {}
    begin, reached = 0, 0.0
    for number, (split, share) in enumerate(zip(missing, shares, strict=True)):
        last = len(order) - (len(missing) - number)  # the others need one each
        stop = int(np.searchsorted(middles, reached + share * total, side="right"))
        stop = min(max(stop, begin + 1), last)
        target |= dict.fromkeys(order.index[begin:stop], split)
        begin, reached = stop, float(ends[stop - 1])
    return target


def sizes(parts: Parts) -> dict[str, int]:
    """How many rows each split has."""
    return {split: int((parts == split).sum()) for split in SPLITS}
