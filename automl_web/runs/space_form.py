"""Editing a search space: ranges by form, everything by JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from automl_web.runs.forms import translated
from automl_web.runs.rules_form import RulesForm
from search.message import Message
from search.problems import KINDS
from search.problems.architecture_space import TRAINED_BY, check_document
from search.problems.hyperparameters import Hyperparameter, Hyperparameters, check
from search.space import Space, SpaceError


def valid_space(document: Mapping[str, Any], known: Hyperparameters) -> Space:
    """The space that a document describes. Raises forms.ValidationError with every fault."""
    try:
        space = Space.from_json(document)
    except SpaceError as error:
        raise forms.ValidationError(str(error)) from error
    _refuse(check(space, known))
    return space


def valid_document(document: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """A document for a kind of data as it is kept. Raises forms.ValidationError with every fault."""
    if "architecture" not in document:
        return valid_space(document, KINDS[kind].hyperparameters).to_json()
    if not KINDS[kind].has_architectures:
        raise forms.ValidationError(gettext("Architectures can be searched for images only."))
    try:
        _refuse(check_document(document))
    except SpaceError as error:
        raise forms.ValidationError(str(error)) from error
    except (KeyError, TypeError, AttributeError):
        raise forms.ValidationError(gettext("The architecture is not described fully.")) from None
    training = valid_space(document["training"], TRAINED_BY)
    return {"architecture": document["architecture"], "training": training.to_json()}


def _refuse(errors: Mapping[str, Message]) -> None:
    if errors:
        raise forms.ValidationError(
            [f"{name}: {translated(message)}" for name, message in errors.items()]
        )


class JsonForm(forms.Form):
    """The whole space as ConfigSpace's JSON."""

    name = forms.CharField(label=_("Name"), max_length=100)
    document = forms.CharField(
        label=_("Search space as JSON"),
        widget=forms.Textarea(attrs={"rows": 24, "class": "font-monospace", "spellcheck": "false"}),
        help_text=_("ConfigSpace's format 0.4: ranges, conditions and forbidden clauses."),
    )

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind

    def clean_document(self) -> dict[str, Any]:
        try:
            document = json.loads(self.cleaned_data["document"])
            json.dumps(document, allow_nan=False)
        except json.JSONDecodeError as error:
            text = gettext("This is not JSON: line %(line)s, column %(column)s.")
            values = {"line": error.lineno, "column": error.colno}
            raise forms.ValidationError(text % values) from error
        except RecursionError:
            raise forms.ValidationError(gettext("This is nested too deeply.")) from None
        except ValueError:
            raise forms.ValidationError(gettext("Every number has to be finite.")) from None
        if not isinstance(document, dict):
            raise forms.ValidationError(gettext("A search space is a JSON object."))
        return valid_document(document, self.kind)


class RangesForm(forms.Form):
    """Lowest and highest value of each number, which choices may be drawn, and by which rules."""

    name = forms.CharField(label=_("Name"), max_length=100)

    def __init__(
        self,
        document: Mapping[str, Any],
        known: Hyperparameters,
        data: Any = None,
        name: str = "",
    ) -> None:
        super().__init__(data, initial={"name": name})
        self.document, self.known = document, known
        self.entries = {entry["name"]: entry for entry in document["hyperparameters"]}
        for hyperparameter in self._editable():
            self._add(hyperparameter, self.entries[hyperparameter.name])
        self.rules = RulesForm(document, data, known)
        self.space: Space | None = None

    def _editable(self) -> list[Hyperparameter]:
        return [h for h in self.known.values() if h.name in self.entries]

    def _add(self, h: Hyperparameter, entry: Mapping[str, Any]) -> None:
        if h.choices:
            self.fields[h.name] = forms.MultipleChoiceField(
                label=gettext("may be"),
                choices=[(choice, gettext(choice)) for choice in h.choices],
                initial=_choices(entry),
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": gettext("Leave at least one.")},
            )
            return
        low, high = _ends(entry)
        self.fields[f"{h.name}-from"] = _number(h, gettext("from"), low)
        self.fields[f"{h.name}-to"] = _number(h, gettext("to"), high)

    def rows(self) -> list[dict[str, Any]]:
        """What the page draws: each hyper-parameter with its fields."""
        return [
            {
                "hyperparameter": h,
                "title": gettext(h.title),
                "help": gettext(h.help),
                "fields": [self[h.name]]
                if h.choices
                else [self[f"{h.name}-from"], self[f"{h.name}-to"]],
            }
            for h in self._editable()
        ]

    def clean(self) -> dict[str, Any]:
        for h in self._editable():
            low, high = (self.cleaned_data.get(f"{h.name}-{end}") for end in ("from", "to"))
            if low is not None and high is not None and low > high:
                self.add_error(f"{h.name}-to", gettext("Must not be less than where it begins."))
        ruled = self.rules.is_valid()
        document = self._ruled() if ruled and not self.errors else None
        if document is not None:
            self.space = valid_space(document, self.known)
        elif not self.errors:
            raise forms.ValidationError(gettext("See the rules below: a row is not right yet."))
        return self.cleaned_data

    def _ruled(self) -> dict[str, Any] | None:
        """The document with the new ranges and rules; what hangs on a choice that is gone is fixed."""
        document: dict[str, Any] = json.loads(json.dumps(self.document))
        entries = document["hyperparameters"]
        document["hyperparameters"] = [self._entry(entry, freed=False) for entry in entries]
        ruled = self.rules.apply(document)
        if ruled is not None:
            freed = self.rules.freed
            ruled["hyperparameters"] = [self._entry(e, freed=e["name"] in freed) for e in entries]
        return ruled

    def _entry(self, entry: dict[str, Any], *, freed: bool) -> dict[str, Any]:
        name = entry["name"]
        h = self.known.get(name)
        if h is None:
            return entry
        if h.choices:
            choices = self.cleaned_data[name]
            if choices == _choices(entry):
                return entry
            default = entry.get("default_value")
            default = default if default in choices else choices[0]
            return {
                "type": "categorical",
                "name": name,
                "choices": choices,
                "default_value": default,
            }
        low, high = self.cleaned_data[f"{name}-from"], self.cleaned_data[f"{name}-to"]
        if low == high or freed:
            return {"type": "constant", "name": name, "value": low}
        default = min(max(entry.get("default_value", h.default), low), high)
        kind = "uniform_int" if h.kind == "integer" else "uniform_float"
        log = bool(entry.get("log", h.log)) and low > 0
        return {
            "type": kind,
            "name": name,
            "lower": low,
            "upper": high,
            "default_value": default,
            "log": log,
        }


def _number(h: Hyperparameter, label: str, initial: Any) -> forms.Field:
    limits: dict[str, Any] = {"min_value": h.minimum, "max_value": h.maximum}
    if h.kind == "integer":
        return forms.IntegerField(label=label, initial=initial, **limits)
    widget = forms.NumberInput(attrs={"step": "any"})
    return forms.FloatField(label=label, initial=initial, widget=widget, **limits)


def _choices(entry: Mapping[str, Any]) -> list[str]:
    return list(entry.get("choices", [entry.get("value")]))


def _ends(entry: Mapping[str, Any]) -> tuple[Any, Any]:
    value = entry.get("value")
    return entry.get("lower", value), entry.get("upper", value)


def as_text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2)
