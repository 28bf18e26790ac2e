"""Tables: rows and columns, one of which is to be predicted from the others."""

from __future__ import annotations

from automl_web.datasets.kinds.intake import Glance, Intake

ENDINGS = (".csv", ".tsv", ".tab", ".psv", ".dat", ".data", ".parquet", ".pq")
WORKBOOK = "xl/workbook.xml"
"""What a workbook of a spreadsheet program has in it; it is told to be saved as CSV."""


def _recognises(glance: Glance) -> bool:
    is_workbook = WORKBOOK in glance.members
    is_parquet = glance.head.startswith(b"PAR1")
    return is_workbook or is_parquet or glance.has(*ENDINGS) or bool(glance.table)


TABLES = Intake(
    name="tables",
    recognises=_recognises,
    prepare="automl_web.datasets.tables.prepare:prepare",
    memory=2 * 2**30,
    page="automl_web.datasets.tables.page:facts_of",
    template="datasets/tables.html",
    summary="automl_web.datasets.tables.page:summary",
    correct="automl_web.datasets.tables.form:TableForm",
    model_page="automl_web.registry.table_pages:shown",
    model_template="registry/tables.html",
    try_view="automl_web.registry.try_table:try_it",
)
