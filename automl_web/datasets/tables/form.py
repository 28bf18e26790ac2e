"""The form of what a person may correct of how a table was understood."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automl_web.datasets.encodings import CHOICES, title
from automl_web.datasets.models import Version
from automl_web.datasets.parts_form import PartsForm, per_cent, shares_of
from automl_web.datasets.readings import OPTIONS, TABLE, TEXTS, offered

MOST_COLUMNS = 100
"""Columns whose types are offered; a longer form would be no help."""

USER_DATA = {"translate": "no"}  # names that people gave their columns
LEAVE_OUT = "leave out"

TYPES = (
    ("number", gettext_lazy("Number")),
    ("category", gettext_lazy("Category")),
    ("date", gettext_lazy("Date")),
    ("text", gettext_lazy("Text, which is left out")),
    (LEAVE_OUT, gettext_lazy("Leave out")),
)
TASKS = (
    ("classification", gettext_lazy("Tell classes apart")),
    ("regression", gettext_lazy("Estimate a number")),
)
SEPARATORS = (
    (",", gettext_lazy("Comma")),
    (";", gettext_lazy("Semicolon")),
    ("\t", gettext_lazy("Tab")),
    ("|", gettext_lazy("Pipe")),
)
CHOSEN = ("kind", "target", "task", "group")
SPELLING = ("separator", "decimal", "header", "encoding")
"""Fields of how a text is to be read."""

DECIMALS = ((".", gettext_lazy("A point, 1.5")), (",", gettext_lazy("A comma, 1,5")))
HEADERS = (("yes", gettext_lazy("The names of the columns")), ("no", gettext_lazy("Values")))


class TableForm(PartsForm):
    """Target, task, groups, parts, the type of each column, and how the file is to be read.

    `options` is what a valid form changes of the options of the version; `template` lays it out.
    """

    template = "datasets/table_form.html"
    field_order = ("kind", "target", "task", "group")

    kind = forms.ChoiceField(label=gettext_lazy("What the file holds"))
    target = forms.ChoiceField(
        label=gettext_lazy("Column to predict"), widget=forms.Select(USER_DATA)
    )
    task = forms.ChoiceField(label=gettext_lazy("Task"), choices=TASKS)
    group = forms.ChoiceField(
        label=gettext_lazy("Rows that belong together"),
        required=False,
        help_text=gettext_lazy(
            "Rows of one patient, customer or machine are alike. Where they lie in training and in "
            "test, the test score is too good. Chosen here, rows with the same value in a column "
            "come into one part."
        ),
    )

    def __init__(self, version: Version, data: Any = None) -> None:
        facts = version.facts
        spelling = facts["spelling"]
        columns = [column["name"] for column in facts["columns"]]
        super().__init__(data, initial=_initial(facts))
        self._offer("target", [(name, name) for name in columns])
        others = [
            (name, _("Column “%(name)s”") % {"name": name})
            for name in columns
            if name != facts["target"]
        ]
        self._offer("group", [("", _("None: each row is on its own")), *others])
        has_texts = any(column["reason"] == "text" for column in facts["columns"])
        name = version.source.name if version.source else ""
        self._offer("kind", offered(name, (TABLE, TEXTS) if has_texts else ()))
        self.leave_out(facts["given"])
        self.columns = {
            f"type-{index}": column["name"]
            for index, column in enumerate(facts["columns"][:MOST_COLUMNS])
            if not column["is_target"]
        }
        for field, name in self.columns.items():
            label = format_html('<bdi translate="no" class="text-break">{}</bdi>', name)
            self.fields[field] = forms.ChoiceField(label=label, choices=TYPES)
        if spelling:
            self.fields |= _of_spelling(spelling)

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """The field with these choices; none if there are none."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if not choices:
            del self.fields[name]

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """What is predicted, and how the rows are split."""
        return [self[name] for name in self.fields if name in self.base_fields]

    @property
    def type_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.columns]

    @property
    def spelling_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in SPELLING if name in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("group") and cleaned.get("group") == cleaned.get("target"):
            self.add_error("group", _("This column is to be predicted. Choose another one."))
        return cleaned

    @property
    def options(self) -> dict[str, Any]:
        """What was changed, as options of a version."""
        cleaned = {name: self.cleaned_data[name] for name in self.changed_data}
        options = {name: cleaned[name] for name in CHOSEN if name in cleaned}
        if "target" in cleaned and "task" not in cleaned:
            options["task"] = ""  # another column is guessed anew
        if "kind" in cleaned:
            options |= OPTIONS[cleaned["kind"]]
        if cleaned.get("kind") == TEXTS and self.cleaned_data["task"] == "classification":
            options["label"] = self.cleaned_data["target"]
        types = {name: cleaned[field] for field, name in self.columns.items() if field in cleaned}
        shares = shares_of(cleaned)
        read = {name: cleaned[name] for name in SPELLING if name in cleaned}
        if "header" in cleaned:
            read["header"] = cleaned["header"] == "yes"
        told = {"types": types, "shares": shares, "read": read}
        return options | {name: value for name, value in told.items() if value}


def _initial(facts: dict[str, Any]) -> dict[str, Any]:
    spelling = facts["spelling"]
    types = {
        f"type-{index}": LEAVE_OUT if column["reason"] else column["type"]
        for index, column in enumerate(facts["columns"])
    }
    known = {
        "kind": TABLE,
        "target": facts["target"],
        "task": facts["task"],
        "group": facts["group"] or "",
    }
    header = {"header": "yes" if spelling.get("header") else "no"}
    return {**known, **per_cent(facts["shares"]), **types, **spelling, **header}


def _of_spelling(spelling: dict[str, Any]) -> dict[str, forms.Field]:
    """The fields of how a text is to be read."""
    codec = spelling["encoding"]
    known = {codec: title(codec), **CHOICES}
    return {
        "separator": forms.ChoiceField(label=_("Cells are parted by"), choices=SEPARATORS),
        "decimal": forms.ChoiceField(label=_("Before fractions stands"), choices=DECIMALS),
        "header": forms.ChoiceField(label=_("The first line holds"), choices=HEADERS),
        "encoding": forms.ChoiceField(
            label=_("Encoding"), choices=list(known.items()), widget=forms.Select(USER_DATA)
        ),
    }
