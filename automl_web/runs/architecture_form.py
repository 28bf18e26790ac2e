"""Editing a set of architectures, with the fields of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext

from automl_web.runs.sets import FIELDS
from automl_web.runs.sets.fields import SetFields
from search.problems.architecture_space import check_document
from search.space import SpaceError

NO_FIELDS = SetFields(dict)
"""Of a set that is edited as JSON only."""


class ArchitectureForm(forms.Form):
    """The set of networks; how each is trained is the other half of the document."""

    prefix = "cells"
    use_required_attribute = False

    def __init__(self, document: Mapping[str, Any], data: Any = None) -> None:
        super().__init__(data, initial=document["architecture"])
        self.document = document
        self.told = FIELDS.get(document["architecture"]["kind"], NO_FIELDS)
        self.fields.update(self.told.make())

    def rows(self) -> list[dict[str, Any]]:
        """What the page draws: each field, and whether it takes a whole row."""
        return [{"field": field, "is_wide": field.name in self.told.wide} for field in self]

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            for name, error in self.told.faults(self.cleaned_data).items():
                self.add_error(name, error)
        if not self.errors:
            try:
                check_document({**self.document, "architecture": self.architecture})
            except SpaceError as error:
                raise forms.ValidationError(gettext(str(error))) from error
        return self.cleaned_data

    @property
    def architecture(self) -> dict[str, Any]:
        """The declaration that was filled in; what has no field stays as it is."""
        return {**self.document["architecture"], **self.cleaned_data}
