"""Text: to be continued by a language model, or to be told apart."""

from __future__ import annotations

from pkgutil import resolve_name

from automl_web.datasets.kinds.intake import Glance, Intake

ENDINGS = (".txt", ".md", ".text", ".tokens")
TABLES = (".csv", ".tsv")


def _recognises(glance: Glance) -> bool:
    if glance.is_zip:
        texts = sum(name.lower().endswith(ENDINGS) for name in glance.members)
        return 2 * texts > len(glance.members)  # else it is a read-me beside what matters
    if glance.has(*TABLES):
        return bool(resolve_name("automl_web.datasets.text.columns:holds_texts")(glance))
    return glance.has(*ENDINGS)


TEXT = Intake(
    name="text",
    recognises=_recognises,
    prepare="automl_web.datasets.text.prepare:prepare",
    memory=512 * 2**20,
    page="automl_web.datasets.text.page:facts_of",
    template="datasets/text.html",
    summary="automl_web.datasets.text.page:summary",
    model_page="automl_web.registry.text_pages:shown",
    model_template="registry/text.html",
    try_view="automl_web.registry.text_try:try_it",
    correct="automl_web.datasets.text.form:TextForm",
)
