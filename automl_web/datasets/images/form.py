"""The form of what a person may correct of how images were prepared."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automl_web.datasets.images.groups import BEFORE, LAST
from automl_web.datasets.images.options import (
    FOLDERS,
    LARGEST_SIDE,
    LIST,
    SMALLEST_SIDE,
    USUAL_SIDE,
    ImageOptions,
)
from automl_web.datasets.models import Version
from automl_web.datasets.parts_form import PartsForm, per_cent, shares_of


class ImageForm(PartsForm):
    """Size, labels, groups and parts; of these what the images leave to choose.

    `options` is what a valid form changes of the options of the version.
    """

    field_order = ("side", "labels", "group")

    side = forms.IntegerField(
        label=gettext_lazy("Longer side, in pixels"),
        min_value=SMALLEST_SIDE,
        max_value=LARGEST_SIDE,
        required=False,
        help_text=gettext_lazy(
            "All images are brought to one size, in the proportions of the most common one. Large "
            "images show more and train far slower. Left empty, they stay as they are up to %(usual)s."
        ),
    )
    labels = forms.ChoiceField(label=gettext_lazy("Where the classes come from"))
    group = forms.ChoiceField(
        label=gettext_lazy("Images that belong together"),
        required=False,
        help_text=gettext_lazy(
            "Images of one patient, film or place look alike. Where they lie in training and in "
            "test, the test score is too good. Chosen here, all of a group come into one part."
        ),
    )

    def __init__(self, version: Version, data: Any = None) -> None:
        chosen, facts = ImageOptions.of(version.options), version.facts
        initial = {
            "side": chosen.side or None,
            "labels": _source(facts.get("listed") or {}),
            "group": chosen.group,
            **per_cent(chosen.shares),
        }
        super().__init__(data, initial=initial)
        self.fields["side"].help_text %= {"usual": USUAL_SIDE}
        self._offer("labels", _sources(facts.get("listed") or {}))
        self._offer("group", _groupings(facts.get("groupings", ()), chosen.group))
        self.leave_out(facts["given"])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """The field with these choices; none if there is nothing to choose."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if len(choices) < 2:
            del self.fields[name]

    @property
    def options(self) -> dict[str, Any]:
        """What was changed, as options of a version."""
        cleaned = {name: self.cleaned_data[name] for name in self.changed_data}
        options: dict[str, Any] = {}
        if "side" in cleaned:
            options["side"] = cleaned["side"] or 0
        if "group" in cleaned:
            options["group"] = cleaned["group"]
        if "labels" in cleaned:
            source, _mark, column = cleaned["labels"].partition(":")
            options |= {"labels": source, "label": column}
        shares = shares_of(cleaned)
        return options | ({"shares": shares} if shares else {})


def _source(listed: dict[str, Any]) -> str:
    """What says the classes now."""
    return f"{LIST}:{listed['label']}" if listed.get("is_used") else FOLDERS


def _sources(listed: dict[str, Any]) -> list[tuple[str, str]]:
    columns = [
        (
            f"{LIST}:{column}",
            _("Column “%(column)s” of “%(file)s”") % {"column": column, "file": listed["file"]},
        )
        for column in listed.get("able", ())
    ]
    return [(FOLDERS, _("The folders that the images lie in")), *columns]


def _groupings(groupings: list[dict[str, Any]], chosen: str) -> list[tuple[str, str]]:
    known = [(grouping["pattern"], _told(grouping)) for grouping in groupings]
    if chosen and chosen not in dict(known):
        known.append((chosen, _("As chosen before")))
    return [("", _("None: each image is on its own")), *known]


def _told(grouping: dict[str, Any]) -> str:
    """What a pattern makes groups of, with an example."""
    pattern = grouping["pattern"]
    if "column" in grouping:
        return _("Column “%(column)s” of the list") % grouping
    if pattern == "folder":
        sentence = _("Its folder: %(groups)s groups, “%(part)s” of “%(file)s”")
    elif pattern == "number":
        sentence = _(
            "Its name without the number at the end: %(groups)s groups, “%(part)s” of “%(file)s”"
        )
    elif pattern.startswith(LAST):
        sentence = _(
            "Its name before the last “%(mark)s”: %(groups)s groups, “%(part)s” of “%(file)s”"
        )
    else:
        sentence = _(
            "Its name before the first “%(mark)s”: %(groups)s groups, “%(part)s” of “%(file)s”"
        )
    mark = pattern.removeprefix(LAST).removeprefix(BEFORE)
    return sentence % {**grouping, "mark": mark, "groups": number_format(grouping["groups"])}
