"""A configuration filled in by hand: the space's own fields, of which only those that count are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ConfigSpace.hyperparameters import (
    CategoricalHyperparameter,
    Constant,
    OrdinalHyperparameter,
    UniformIntegerHyperparameter,
)
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from automl_web.runs.models import Trial
from automl_web.runs.templatetags.figures import metric_title
from search.history import Candidate
from search.method import Problem
from search.problems.hyperparameters import Hyperparameters
from search.space import SpaceError

SMALLEST, GENOTYPE = "smallest", "genotype"


class OwnForm(forms.Form):
    """One field a hyper-parameter that counts under the values above it; `start` fills them in first.

    `designs` are the trials whose architectures may be taken, where the run searches them.
    """

    prefix = "own"
    use_required_attribute = False

    def __init__(
        self,
        problem: Problem,
        known: Hyperparameters,
        start: Mapping[str, Any],
        designs: Sequence[Trial] = (),
        data: Any = None,
    ) -> None:
        super().__init__(data)
        self.problem, self.known, self.start = problem, known, start
        self.designs = {str(trial.number): trial.genotype for trial in designs}
        self.fixed: dict[str, Any] = {}
        self.candidate: Candidate | None = None
        if problem.architectures is not None:
            self.fields[GENOTYPE] = self._design_field(start.get(GENOTYPE))
        self._add_fields()

    def _add_fields(self) -> None:
        space, above = self.problem.space, dict[str, Any]()
        for name in space.names:
            if not space.is_active(name, above):
                continue
            h = space.configuration_space[name]
            if isinstance(h, Constant):
                above[name] = self.fixed[name] = h.value
                continue
            field = self.fields[name] = self._field(h)
            above[name] = self._value(name, field, h.default_value)
            field.initial = self.start.get(name, h.default_value)
            if (
                name in space.parents
            ):  # what counts changes with it: the page fetches the fields anew
                field.widget.attrs |= {"hx-get": "", "hx-trigger": "change"}

    def _value(self, name: str, field: forms.Field, default: Any) -> Any:
        """What is filled in, or the default where that cannot be used."""
        raw = self.data.get(self.add_prefix(name)) if self.is_bound else self.start.get(name)
        try:
            return field.clean(raw)
        except ValidationError:
            return default

    def _field(self, h: Any) -> forms.Field:
        known = self.known.get(h.name)
        common: dict[str, Any] = {
            "label": gettext(known.title) if known else h.name,
            "help_text": gettext(known.help) if known else "",
        }
        choices = _choices(h)
        if choices:
            labels = [(text, gettext(text)) for text in choices]
            return forms.TypedChoiceField(choices=labels, coerce=choices.__getitem__, **common)
        bounds: dict[str, Any] = {"min_value": h.lower, "max_value": h.upper}
        if isinstance(h, UniformIntegerHyperparameter):
            return forms.IntegerField(**bounds, **common)
        return forms.FloatField(widget=forms.NumberInput({"step": "any"}), **bounds, **common)

    def _design_field(self, first: Any) -> forms.Field:
        made = gettext("that of trial %(number)s")
        listed = [(number, made % {"number": number}) for number in self.designs]
        choices = [*listed, (SMALLEST, gettext("the smallest of the space"))]
        field = forms.ChoiceField(label=gettext("Architecture"), choices=choices)
        field.initial = first or choices[0][0]
        return field

    def clean(self) -> dict[str, Any]:
        """Judge the whole: what must not go together, and the limits that can be counted."""
        if self.errors:
            return self.cleaned_data
        config = {**self.fixed, **self.cleaned_data}
        candidate = Candidate(config, self._genotype(config.pop(GENOTYPE, None)))
        try:
            self.problem.space.check(config)
        except SpaceError:
            text = gettext("The space forbids some of these values together.")
            raise ValidationError(text) from None
        if not self.problem.fits(candidate):
            raise ValidationError(self._beyond(candidate))
        self.candidate = candidate
        return self.cleaned_data

    def _genotype(self, chosen: str | None) -> str | None:
        if self.problem.architectures is None or chosen is None:
            return None
        return self.designs.get(chosen) or self.problem.architectures.smallest()

    def _beyond(self, candidate: Candidate) -> str:
        assert self.problem.count is not None
        broken = self.problem.broken(self.problem.count(candidate))
        names = ", ".join(metric_title(name) for name in broken)
        return gettext("Beyond a limit of this run: %(names)s.") % {"names": names}


def _choices(h: Any) -> dict[str, Any]:
    """The values of a hyper-parameter with choices, by what a form sends for them."""
    match h:
        case CategoricalHyperparameter():
            return {str(choice): choice for choice in h.choices}
        case OrdinalHyperparameter():
            return {str(choice): choice for choice in h.sequence}
    return {}
