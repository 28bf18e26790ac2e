"""How pages write numbers."""

from __future__ import annotations

import pytest

from automl_web.runs.templatetags.figures import significant


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (20_000.0, "20,000"),
        (15_234.567, "15,200"),
        (999.96, "1,000"),
        (-31_234.5, "-31,200"),
        (8.1234, "8.12"),
        (0.00012, "0.00012"),
        (0.0, "0"),
        (64, "64"),
        ("adam", "adam"),
    ],
)
def test_numbers_are_told_as_people_write_them(value, shown):
    assert significant(value) == shown
