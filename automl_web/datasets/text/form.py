"""The form of what a person may correct of how a text was taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automl_web.datasets.encodings import CHOICES
from automl_web.datasets.models import Version
from automl_web.datasets.readings import OPTIONS, RUNNING, TABLE, TEXTS, offered
from search.training.text.meta import CHARACTERS, CLASSIFICATION, LANGUAGE, WORDS

Choices = Sequence[tuple[str, Any]]

USER_DATA = {"translate": "no"}  # names that are the same in every language

TASKS: Choices = (
    (LANGUAGE, gettext_lazy("Continue a text")),
    (CLASSIFICATION, gettext_lazy("Tell texts apart, one folder a class")),
)
UNITS: Choices = (
    (WORDS, gettext_lazy("Words")),
    (CHARACTERS, gettext_lazy("Characters")),
)


class TextForm(forms.Form):
    """What is learnt, the tokens, the encoding and the columns; of these what the text leaves to choose.

    `options` is what a valid form changes of the options of the version.
    """

    kind = forms.ChoiceField(label=gettext_lazy("What the file holds"))
    task = forms.ChoiceField(label=gettext_lazy("What is learnt"), choices=TASKS)
    text = forms.ChoiceField(
        label=gettext_lazy("Column of the texts"), widget=forms.Select(USER_DATA)
    )
    label = forms.ChoiceField(
        label=gettext_lazy("Column of the classes"), widget=forms.Select(USER_DATA)
    )
    group = forms.ChoiceField(
        label=gettext_lazy("Texts that belong together"),
        required=False,
        help_text=gettext_lazy(
            "Texts of one author or one conversation are alike. Chosen here, all that have one value "
            "in this column come into one part."
        ),
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Tokens"),
        choices=UNITS,
        help_text=gettext_lazy(
            "A model of characters needs little text and can write any word; one of words needs "
            "much, and sees further."
        ),
    )
    lowercase = forms.BooleanField(
        label=gettext_lazy("Take capitals as small letters"), required=False
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"),
        required=False,
        widget=forms.Select(USER_DATA),
        help_text=gettext_lazy("How letters are written as bytes. Choose it if they look wrong."),
    )

    def __init__(self, version: Version, data: Any = None) -> None:
        facts, options = version.facts, version.options
        told = {name: facts.get(name, "") for name in ("task", "text", "label", "group", "unit")}
        is_of_rows = bool(facts.get("columns"))
        kind = TEXTS if is_of_rows else RUNNING
        told |= {"kind": kind, "lowercase": facts["lowercase"]}
        super().__init__(data, initial=told | {"encoding": options.get("encoding", "")})
        columns = [(name, name) for name in facts.get("columns", ())]
        name = version.source.name if version.source else ""
        kinds = offered(name, (TEXTS, TABLE) if is_of_rows else ())
        self._offer("kind", kinds)
        self._offer("text", columns)
        self._offer("label", columns)
        named = [(name, _("Column “%(name)s”") % {"name": name}) for name, _title in columns]
        self._offer("group", [("", _("None: each text is on its own")), *named])
        self._offer("encoding", [("", _("As the file seems to be")), *CHOICES.items()])
        if not kinds:
            self._leave_out("kind")
        if not columns:
            self._leave_out("text", "label", "group")
        if columns or facts.get("folders", 0) < 2:
            self._leave_out("task")

    def _offer(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _leave_out(self, *names: str) -> None:
        for name in names:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if not self.changed_data:
            raise forms.ValidationError(_("Nothing was changed. Change something, or leave it."))
        if "label" in cleaned and cleaned["label"] in {cleaned["text"], cleaned["group"]}:
            self.add_error("label", _("Choose a column of its own for the classes."))
        return cleaned

    @property
    def options(self) -> dict[str, Any]:
        """What was changed, as options of a version."""
        options = {name: self.cleaned_data[name] for name in self.changed_data}
        return options | OPTIONS[options["kind"]] if "kind" in options else options
