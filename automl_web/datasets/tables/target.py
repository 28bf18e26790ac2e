"""What is to be predicted: the column that a person names, or the likeliest, and how it is learnt."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from automl_web.datasets.parts import MINIMUM
from automl_web.datasets.refusals.of_tables import (
    ConstantTargetError,
    NotANumberTargetError,
    NoTargetError,
    TooManyAnswersError,
)
from automl_web.datasets.refusals.of_text import NoSuchColumnError
from automl_web.datasets.tables.column_types import (
    CATEGORY,
    NUMBER,
    TYPES,
    Column,
    spelt,
    typed,
)
from automl_web.datasets.tables.sheet import Sheet

CLASSIFICATION, REGRESSION = TASKS = ("classification", "regression")

NAMES = (
    "target",
    "label",
    "labels",
    "class",
    "classes",
    "y",
    "outcome",
    "response",
    "answer",
    "result",
    "diagnosis",
    "survived",
    "churn",
    "default",
    "species",
    "quality",
    "saleprice",
    "price",
    "salary",
    "wage",
    "medv",
    "medhouseval",
    "medianhousevalue",
    "attrition",
    "purchased",
    "mpg",
)
"""What people call the column that is to be predicted, the surest first; small letters only."""

ENDINGS = ("target", "label", "class", "outcome")

MAX_CLASSES = 100
FEW_VALUES, ROWS_EACH = 10, 10
"""Whole numbers are taken for classes if they are so few, each with so many rows on average."""

LONGEST = 40
"""Characters of a value in a sentence."""


@dataclass
class Target:
    """What is predicted: `answers` of all rows, int64 places in `classes` or float64; `known` says where.

    Regression has no classes.
    """

    column: Column
    task: str
    classes: list[str]
    answers: np.ndarray
    known: np.ndarray


def columns_of(
    sheet: Sheet, options: Mapping[str, Any], beat: Callable[[], None] = lambda: None
) -> list[Column]:
    """All columns with their types, in the order of the file; `beat` is called at each."""
    asked = options.get("types", {})
    decimal = sheet.spelling.get("decimal", ".")
    columns = []
    for name in sheet.frame.columns:
        beat()
        kind = asked.get(name)
        columns.append(typed(name, sheet.frame[name], kind if kind in TYPES else None, decimal))
    return columns


def target_of(columns: Sequence[Column], sheet: Sheet, options: Mapping[str, Any]) -> Target:
    """What is predicted, as it was asked for or as is likely; raises a ContentError.

    The column is retyped among `columns` where its own type does not go with the task.
    """
    column = _column(columns, sheet, options)
    task = options.get("task")
    if task not in TASKS:
        task = _likely_task(column)
    known = column.values.notna().to_numpy()
    values = column.values[known]
    if values.nunique() < 2:
        raise ConstantTargetError(name=column.name)
    answers = np.zeros(len(known), dtype=np.int64 if task == CLASSIFICATION else np.float64)
    if task == REGRESSION:
        if column.type != NUMBER:
            raise NotANumberTargetError(name=column.name, value=str(values.iloc[0])[:LONGEST])
        answers[known] = values
        return Target(column, task, [], answers, known)
    if values.nunique() > MAX_CLASSES:
        raise TooManyAnswersError(name=column.name, count=int(values.nunique()), limit=MAX_CLASSES)
    classes = sorted(values.unique())
    answers[known] = pd.Categorical(values, categories=classes).codes
    named = [spelt(value) if column.type == NUMBER else str(value) for value in classes]
    return Target(column, task, named, answers, known)


def _column(columns: Sequence[Column], sheet: Sheet, options: Mapping[str, Any]) -> Column:
    asked = options.get("target")
    if not asked:
        return likely_target(columns)
    for index, column in enumerate(columns):
        if column.name == asked:
            return column if _can_be(column) else _retyped(columns, index, sheet)
    raise NoSuchColumnError(name=str(asked)[:200])


def _retyped(columns: Sequence[Column], index: int, sheet: Sheet) -> Column:
    """A column that would be left out, or is of dates, as words or numbers that can be predicted."""
    column = columns[index]
    decimal = sheet.spelling.get("decimal", ".")
    for kind in (NUMBER, CATEGORY):
        found = typed(column.name, sheet.frame[column.name], kind, decimal)
        if not found.reason and found.odd == 0:
            break
    column.type, column.values, column.reason = found.type, found.values, ""
    return column


def likely_target(columns: Sequence[Column]) -> Column:
    """The column that is called so, else the last that can be; raises NoTargetError."""
    plain = {re.sub(r"[^a-z]", "", column.name.lower()): column for column in reversed(columns)}
    if {"x", "y", "z"} <= set(plain):
        del plain["y"]  # a place in space
    for name in NAMES:
        if name in plain and (_can_be(plain[name]) or _is_constant(plain[name])):
            return plain[name]
    can_be = [column for column in columns if _can_be(column)]
    can_be = [column for column in can_be if column.missing <= len(column.values) / 2] or can_be
    for column in can_be:
        if re.split(r"[^a-z]+", column.name.lower())[-1] in ENDINGS:
            return column
    if not can_be:
        raise NoTargetError
    return can_be[-1]


def _can_be(column: Column) -> bool:
    if not column.is_used or column.type not in (NUMBER, CATEGORY):
        return False
    if column.type == NUMBER:
        return bool(column.values.nunique() > 1)
    counts = column.values.value_counts()
    return len(counts) <= MAX_CLASSES and int((counts >= MINIMUM).sum()) > 1


def _is_constant(column: Column) -> bool:
    return column.is_used and column.values.nunique() == 1


def _likely_task(column: Column) -> str:
    if column.type == CATEGORY:
        return CLASSIFICATION
    values = column.values.dropna().to_numpy()
    different = column.values.nunique()
    whole = bool((values == np.round(values)).all())
    few = different <= FEW_VALUES and different * ROWS_EACH <= len(values)
    return CLASSIFICATION if different == 2 or (whole and few) else REGRESSION
