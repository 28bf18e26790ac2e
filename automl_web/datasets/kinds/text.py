"""Text: to be continued by a language model, or to be told apart."""

from __future__ import annotations

from collections.abc import Collection

from automl_web.datasets.kinds.intake import SEPARATED, WRITTEN, Glance, Intake
from automl_web.datasets.text.as_rows import rows_in

ENDINGS = WRITTEN
TABLES = (*SEPARATED, ".parquet", ".pq")
MEMORY = 512 * 2**20
"""Bytes: text is streamed, so of any amount of it the most is what is counted while a vocabulary is made,
some 100 MB, what is known of a million texts, 150 MB, and a cell of a table, 64 MB."""


def are_texts(names: Collection[str]) -> bool:
    """Whether most files of a zip are texts: else one is a read-me beside what matters."""
    return 2 * sum(name.lower().endswith(ENDINGS) for name in names) > len(names)


def _recognises(glance: Glance) -> bool:
    if glance.is_zip and are_texts(glance.members):
        return True
    if glance.table:
        rows = rows_in(glance.table)
        return rows is not None and rows.hold_texts
    return not glance.is_zip and glance.has(*ENDINGS)


TEXT = Intake(
    name="text",
    recognises=_recognises,
    prepare="automl_web.datasets.text.prepare:prepare",
    memory=MEMORY,
    page="automl_web.datasets.text.page:facts_of",
    template="datasets/text.html",
    summary="automl_web.datasets.text.page:summary",
    model_page="automl_web.registry.text_pages:shown",
    model_template="registry/text.html",
    try_view="automl_web.registry.text_try:try_it",
    correct="automl_web.datasets.text.form:TextForm",
)
