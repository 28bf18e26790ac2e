"""What a file of lines or rows may be taken for: a person who sees it taken wrongly chooses another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from automl_web.datasets.findings import NOTE, Finding, found
from automl_web.datasets.kinds.intake import Glance
from automl_web.datasets.kinds.text import ENDINGS
from automl_web.datasets.text.as_rows import rows_in

TABLE, TEXTS, RUNNING = "tables", "texts", "running"
"""A row for each item with columns to learn from; a row for each text, with its class; one long text."""

TITLES = {
    TABLE: _("A table of numbers and categories"),
    TEXTS: _("Texts with their classes, one a row"),
    RUNNING: _("A text to be continued"),
}

OPTIONS: dict[str, dict[str, Any]] = {
    TABLE: {"kind": "tables", "task": ""},
    TEXTS: {"kind": "text", "task": "classification"},
    RUNNING: {"kind": "text", "task": "language"},
}
"""What each is as options of a version."""


def offered(name: str, usual: Iterable[str]) -> list[tuple[str, Any]]:
    """The choices for a file that was uploaded as `name`: all for a .txt, else those that are `usual`."""
    wanted = set(TITLES) if name.lower().endswith(ENDINGS) else set(usual)
    return [(reading, title) for reading, title in TITLES.items() if reading in wanted]


def about_text(glance: Glance, facts: Mapping[str, Any]) -> list[Finding]:
    """What is said of a file that was taken for text, and may be a table."""
    if facts.get("columns"):
        values = {"name": facts["text"], "label": facts["label"]}
        return [found("rows_as_texts", NOTE, OPTIONS[TABLE], **values)]
    rows = None if glance.is_zip else rows_in(glance.head)
    if rows is None or not rows.are_regular:
        return []
    percent = round(100 * rows.share)
    fix = OPTIONS[TEXTS] if rows.hold_texts else OPTIONS[TABLE]
    return [found("lines_as_rows", NOTE, fix, percent=percent, count=len(rows.names))]


def about_table(name: str, columns: int) -> list[Finding]:
    """What is said of a file that was taken for a table, and is called a text."""
    is_called_so = name.lower().endswith(ENDINGS)
    return [found("text_as_table", NOTE, OPTIONS[RUNNING], count=columns)] if is_called_so else []
