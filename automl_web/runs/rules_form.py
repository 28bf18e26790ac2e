"""Rules of a search space as rows of a form: what counts only when, and what never goes together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from search.problems.hyperparameters import Hyperparameters
from search.space import Space, SpaceError

Document = dict[str, Any]
Entries = Mapping[str, Mapping[str, Any]]
Written = tuple["RuleForm", Document]

SPARE = 2
"""Empty rows, so that rows are added without a script, too."""


class RuleForm(forms.Form):
    """One row. An empty one says nothing; one that is half filled in is asked for the rest."""

    use_required_attribute = False
    names: Sequence[str] = ()
    texts: Sequence[str] = ()

    def __init__(self, *args: Any, known: Hyperparameters, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        titles = sorted((gettext(h.title), h.name) for h in known.values())
        for name in self.names:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "—"), *((key, title) for title, key in titles)]

    @property
    def is_empty(self) -> bool:
        given = (self.cleaned_data.get(name) for name in (*self.names, *self.texts))
        return bool(self.cleaned_data.get("DELETE")) or not any(given)

    def clean(self) -> dict[str, Any]:
        if not self.is_empty:
            for name in (*self.names, *self.texts):
                if name not in self.errors and not self.cleaned_data.get(name):
                    self.add_error(name, gettext("Fill in the whole row, or empty it."))
        return self.cleaned_data

    def value(self, field: str, name: str, text: str, entry: Mapping[str, Any]) -> Any:
        """What `text` says for a hyper-parameter, or None and an error beside `field`."""
        h = self.known[name]
        if h.choices:
            if text in h.choices:
                return text
            shown = {"value": text, "known": ", ".join(h.choices)}
            self.add_error(
                field, gettext("There is no “%(value)s”. Choose from %(known)s.") % shown
            )
            return None
        low, high = entry.get("lower", entry.get("value")), entry.get("upper", entry.get("value"))
        try:
            number = int(text) if h.kind == "integer" else float(text)
            outside = low is not None and high is not None and not low <= number <= high
        except ValueError:
            self.add_error(
                field, gettext("“%(value)s” is not a number of the right kind.") % {"value": text}
            )
            return None
        if outside:
            shown = {"low": f"{low:g}", "high": f"{high:g}"}
            self.add_error(field, gettext("Must lie in its range, %(low)s to %(high)s.") % shown)
            return None
        return number


class ConditionForm(RuleForm):
    """A hyper-parameter counts only when another one has one of some values."""

    names, texts = ("child", "parent"), ("values",)
    child = forms.ChoiceField(label=_("Hyper-parameter"), required=False)
    parent = forms.ChoiceField(label=_("counts only when"), required=False)
    values = forms.CharField(label=_("is, or is one of"), required=False, max_length=500)

    def rule(self, entries: Entries) -> Document | None:
        """The condition as ConfigSpace's JSON has it; None if the row is empty, wrong or moot."""
        child, parent = self.cleaned_data["child"], self.cleaned_data["parent"]
        if child == parent:
            self.add_error("parent", gettext("Nothing can hang on itself."))
            return None
        texts = [part.strip() for part in self.cleaned_data["values"].split(",") if part.strip()]
        values = [self.value("values", parent, text, entries[parent]) for text in texts]
        if self.errors:
            return None
        kept = list(dict.fromkeys(value for value in values if _may_be(value, entries[parent])))
        if not kept:
            return None
        both = {"child": child, "parent": parent}
        return (
            {"type": "EQ", **both, "value": kept[0]}
            if len(kept) == 1
            else {"type": "IN", **both, "values": kept}
        )


class PairForm(RuleForm):
    """Two values that are never drawn together."""

    names, texts = ("first", "second"), ("first_value", "second_value")
    first = forms.ChoiceField(label=_("Never together:"), required=False)
    first_value = forms.CharField(label=_("is"), required=False, max_length=100)
    second = forms.ChoiceField(label=_("and"), required=False)
    second_value = forms.CharField(label=_("is"), required=False, max_length=100)

    def rule(self, entries: Entries) -> Document | None:
        """The clause as ConfigSpace's JSON has it; None if the row is empty, wrong or moot."""
        names = [self.cleaned_data[field] for field in self.names]
        if names[0] == names[1]:
            self.add_error("second", gettext("Choose two different hyper-parameters."))
            return None
        values = [
            self.value(text, name, self.cleaned_data[text].strip(), entries[name])
            for name, text in zip(names, self.texts, strict=True)
        ]
        if self.errors or not all(
            _may_be(v, entries[n]) for n, v in zip(names, values, strict=True)
        ):
            return None
        clauses = [
            {"type": "EQUALS", "name": name, "value": value}
            for name, value in zip(names, values, strict=True)
        ]
        return {"type": "AND", "clauses": clauses}


class RulesForm:
    """The conditions and the forbidden pairs of a space; what no row can show is kept as it is."""

    def __init__(self, document: Mapping[str, Any], data: Any, known: Hyperparameters) -> None:
        present = {entry["name"] for entry in document["hyperparameters"]}
        self.known = {name: h for name, h in known.items() if name in present}
        shown, self.other_conditions = _split(document.get("conditions", []), self._condition)
        self.conditions = self._rows(ConditionForm, "conditions", data, shown)
        shown, self.other_pairs = _split(document.get("forbiddens", []), self._pair)
        self.pairs = self._rows(PairForm, "pairs", data, shown)
        self.freed: set[str] = set()

    def _rows(
        self, form: type[RuleForm], prefix: str, data: Any, initial: list[dict[str, str]]
    ) -> BaseFormSet[Any]:
        if data is not None and f"{prefix}-TOTAL_FORMS" not in data:
            data = _as_sent(prefix, initial)
        rows = formset_factory(form, extra=SPARE, can_delete=True)
        formset = rows(data, initial=initial, prefix=prefix, form_kwargs={"known": self.known})
        for row in formset:
            row.fields["DELETE"].label = gettext("Remove this row")
        return formset

    @property
    def kept(self) -> int:
        """How many rules only the JSON can show."""
        return len(self.other_conditions) + len(self.other_pairs)

    def _condition(self, rule: Mapping[str, Any]) -> dict[str, str] | None:
        if rule.get("type") not in ("EQ", "IN"):
            return None
        if not {rule["child"], rule["parent"]} <= set(self.known):
            return None
        values = rule["values"] if rule["type"] == "IN" else [rule["value"]]
        both = {"child": rule["child"], "parent": rule["parent"]}
        return {**both, "values": ", ".join(map(str, values))}

    def _pair(self, rule: Mapping[str, Any]) -> dict[str, str] | None:
        clauses = rule.get("clauses", []) if rule.get("type") == "AND" else []
        if len(clauses) != len(PairForm.names):
            return None
        if any(c.get("type") != "EQUALS" or c["name"] not in self.known for c in clauses):
            return None
        fields = zip(PairForm.names, PairForm.texts, clauses, strict=True)
        return {
            key: str(value)
            for name, text, clause in fields
            for key, value in ((name, clause["name"]), (text, clause["value"]))
        }

    def is_valid(self) -> bool:
        """Whether what was sent can be read."""
        judged = [rows.is_valid() for rows in (self.conditions, self.pairs)]
        return all(judged)

    def apply(self, document: Document) -> Document | None:
        """The document with the rules that were filled in; None with errors beside their rows.

        `freed` names the hyper-parameters whose parent can no longer have any value that they hang on.
        """
        entries = {entry["name"]: entry for entry in document["hyperparameters"]}
        conditions = _written(self.conditions, entries)
        pairs = _written(self.pairs, entries)
        wanted = {form.cleaned_data["child"] for form in _filled(self.conditions)}
        self.freed = wanted - {rule["child"] for _form, rule in conditions}
        _refuse_doubled(conditions, self.other_conditions)
        _refuse_circles(conditions)
        if self._has_errors():
            return None
        document["conditions"] = [*(rule for _form, rule in conditions), *self.other_conditions]
        _refuse_default(pairs, {**document, "forbiddens": []})
        if self._has_errors():
            return None
        document["forbiddens"] = [*(rule for _form, rule in pairs), *self.other_pairs]
        return document

    def _has_errors(self) -> bool:
        return any(form.errors for rows in (self.conditions, self.pairs) for form in rows)


def _split(
    rules: Iterable[Document], shown: Callable[[Document], dict[str, str] | None]
) -> tuple[list[dict[str, str]], list[Document]]:
    """Rules as rows, and those that no row can show."""
    rows, others = [], []
    for rule in rules:
        row = shown(rule)
        if row is None:
            others.append(rule)
        else:
            rows.append(row)
    return rows, others


def _as_sent(prefix: str, rows: Sequence[dict[str, str]]) -> dict[str, str]:
    """What a browser would send that leaves these rows as they are."""
    sent = {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": str(len(rows))}
    for i, row in enumerate(rows):
        sent |= {f"{prefix}-{i}-{name}": value for name, value in row.items()}
    return sent


def _filled(rows: BaseFormSet[Any]) -> list[Any]:
    return [form for form in rows if not form.errors and not form.is_empty]


def _written(rows: BaseFormSet[Any], entries: Entries) -> list[Written]:
    pairs = [(form, form.rule(entries)) for form in _filled(rows)]
    return [(form, rule) for form, rule in pairs if rule is not None]


def _may_be(value: Any, entry: Mapping[str, Any]) -> bool:
    """Whether the hyper-parameter is left this value."""
    if "choices" in entry:
        return value in entry["choices"]
    return "value" not in entry or value == entry["value"]


def _refuse_doubled(conditions: Sequence[Written], others: Sequence[Document]) -> None:
    seen = {rule.get("child") for rule in others}
    for form, rule in conditions:
        if rule["child"] in seen:
            text = gettext(
                "It has another condition already. Several at once can be written as JSON."
            )
            form.add_error("child", text)
        seen.add(rule["child"])


def _refuse_circles(conditions: Sequence[Written]) -> None:
    parents = {rule["child"]: rule["parent"] for _form, rule in conditions}
    for form, rule in conditions:
        path = [rule["child"]]
        while (above := parents.get(path[-1])) and above not in path:
            path.append(above)
        if above == rule["child"]:
            text = gettext("These hang on each other in a circle: %(circle)s.")
            titles = [gettext(form.known[name].title) for name in (*path, above)]
            form.add_error("parent", text % {"circle": " → ".join(titles)})


def _refuse_default(pairs: Sequence[Written], document: Document) -> None:
    """The values that a space begins with must be allowed."""
    if not pairs:
        return
    try:
        default = Space.from_json(document).default()
    except SpaceError:
        return  # what else is wrong is said where the whole document is checked
    for form, rule in pairs:
        if all(default.get(clause["name"]) == clause["value"] for clause in rule["clauses"]):
            text = gettext(
                "The space begins with these two, so they cannot be forbidden. Change the default "
                "value of one of them in the JSON first."
            )
            form.add_error("second_value", text)
