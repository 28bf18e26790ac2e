"""Lines of Python that use a model of a table without this site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

DAY = {
    "day": "(date - dt.date(1970, 1, 1)).days",
    "month": "date.month",
    "weekday": "date.weekday()",
}
"""How the parts of a date are computed."""


def code(columns: Iterable[Mapping[str, Any]], classes: list[str]) -> str:
    """A few lines of Python that use the ONNX model on one row."""
    columns = list(columns)
    has_dates = any(column.get("from") for column in columns)
    cells = "\n".join(f"    {column['name']!r}: {_example(column)}," for column in columns)
    imports = ["import datetime as dt"] if has_dates else []
    date = ["date = dt.date(2024, 2, 29)"] if has_dates else []
    answer = (
        _classes() if classes else ["(values,) = session.run(None, inputs)", "print(values[0])"]
    )
    lines = [
        *imports,
        *(["import json"] if classes else []),
        "",
        "import numpy as np",
        "import onnxruntime",
        "",
        'session = onnxruntime.InferenceSession("model.onnx")',
        *date,
        'row = {  # a number that is missing is float("nan"), a category that is missing is ""',
        cells,
        "}",
        "inputs = {",
        "    name: np.array([[value]], dtype=object if isinstance(value, str) else np.float64)",
        "    for name, value in row.items()",
        "}",
        *answer,
        "",
    ]
    return "\n".join(lines).lstrip("\n")


def _classes() -> list[str]:
    return [
        'classes = json.load(open("model.json", encoding="utf-8"))["classes"]',
        "(probabilities,) = session.run(None, inputs)",
        "print(classes[probabilities[0].argmax()], probabilities[0].max())",
    ]


def _example(column: Mapping[str, Any]) -> str:
    if column.get("from"):
        return DAY[column["part"]]
    if column["type"] == "number":
        return repr(column["low"]) if column.get("low") is not None else 'float("nan")'
    known = column.get("categories") or [""]
    return repr(known[0])
