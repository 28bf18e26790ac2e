"""The run form: what every run needs, and what its method declares."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from automl_web.compute.models import Queue
from automl_web.datasets.models import Version
from automl_web.projects.models import Project
from automl_web.runs.chosen_space import ChosenSpace, choices, chosen
from automl_web.runs.models import Run
from automl_web.runs.picker import Group, best_for, groups, method_choices, suggested, usual
from search.message import Message
from search.method import GENOTYPE, Method
from search.methods import METHODS
from search.options import OptionError, OptionInfo, describe, parse
from search.problems import KINDS

NAMES = forms.Select({"translate": "no"})  # what people called their things


def translated(message: Message) -> str:
    """A sentence of the search library in the reader's language."""
    text = gettext(message.text)
    return text % message.values if message.values else text


class RunForm(forms.Form):
    """What every run needs, whatever its method."""

    name = forms.CharField(label=_("Name"), max_length=100)
    dataset = forms.ModelChoiceField(
        Version.objects.none(),
        label=_("Dataset"),
        empty_label=None,
        widget=NAMES,
        help_text=_("Only versions that are ready can be searched on."),
    )
    space = forms.ChoiceField(
        label=_("Search space"),
        required=False,
        widget=NAMES,
        help_text=_(
            "What may be tried: how to train, or which architecture. Copy one to change it."
        ),
    )
    method = forms.ChoiceField(label=_("Method"), choices=method_choices)
    max_trials = forms.IntegerField(
        label=_("Most trials"),
        initial=100,
        min_value=1,
        max_value=100_000,
        help_text=_("The search ends after this many, or earlier when the method has finished."),
    )
    concurrency = forms.IntegerField(
        label=_("Trials at the same time"),
        initial=2,
        min_value=1,
        max_value=1_000,
        help_text=_("More than the queue has devices will wait."),
    )
    minutes = forms.FloatField(
        label=_("Minutes for the whole run"),
        required=False,
        min_value=0.1,
        max_value=100_000,
        help_text=_("Empty: as long as it needs. The final training is counted in."),
    )
    trial_minutes = forms.FloatField(
        label=_("Minutes for one trial"),
        required=False,
        min_value=0.01,
        max_value=100_000,
        help_text=_("Empty: as long as it needs. What a stopped trial has reached counts."),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        initial=0,
        min_value=0,
        max_value=2**31 - 1,
        help_text=_("The same seed tries the same things again."),
    )
    queue = forms.ModelChoiceField(
        Queue.objects.none(),
        label=_("Queue"),
        empty_label=None,
        widget=NAMES,
        help_text=_("Which devices train."),
    )
    request_key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, project: Project, data: Any = None, initial: Any = None) -> None:
        initial = {"request_key": secrets.token_hex(16), **(initial or {})}
        super().__init__(data, initial=initial)
        ready = Version.objects.filter(dataset__project=project, state=Version.State.READY)
        self._among("dataset", ready.order_by("-created_at"))
        self.project = project
        self.version = self._version(ready)
        self.kind = self.version.kind if self.version else "images"
        listed = self.fields["space"]
        assert isinstance(listed, forms.ChoiceField)
        listed.choices = choices(project, self.kind)
        self.initial["method"] = usual(self.kind)
        self.narrowed: ChosenSpace | None = None
        self._among("queue", Queue.objects.order_by("name"))

    def _version(self, ready: QuerySet[Version]) -> Version | None:
        """The version that is chosen, which decides what can be searched, else the latest."""
        key = str((self.data or self.initial).get("dataset") or "")
        asked = ready.filter(pk=int(key)).first() if key.isdecimal() else None
        return asked or ready.order_by("-created_at").first()

    @property
    def metrics(self) -> tuple[str, ...]:
        """What a run on the chosen version may be judged by."""
        return self.version.metrics if self.version else next(iter(KINDS["images"].tasks.values()))

    def _among(self, name: str, queryset: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset

    def narrow(self, space: ChosenSpace, wanted: str) -> str:
        """Offer the methods that search the space; the one that is chosen then."""
        field = self.fields["method"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = method_choices(space)
        self.narrowed = space
        self.initial["method"] = suggested(space, self.kind, wanted)
        return str(self.initial["method"])

    @property
    def picker(self) -> list[Group]:
        """The methods that are offered, those that fit best first."""
        offered = {name for _family, listed in self.fields["method"].choices for name, _t in listed}  # type: ignore[attr-defined]
        return groups(best_for(self.kind, self.narrowed), offered, str(self["method"].value()))

    def clean_space(self) -> ChosenSpace:
        return chosen(self.project, self.kind, self.cleaned_data["space"])

    def clean(self) -> dict[str, Any]:
        """A method searches hyper-parameters, architectures, or both."""
        space, method = self.cleaned_data.get("space"), self.cleaned_data.get("method")
        if space and method and not space.takes(METHODS[method]):
            self.add_error("method", _unfit(space, METHODS[method]))
        return self.cleaned_data

    def clean_request_key(self) -> str:
        key: str = self.cleaned_data["request_key"]
        return key or secrets.token_hex(16)


def _unfit(space: ChosenSpace, method: Method) -> str:
    """Why a method cannot search a space, and which ones can."""
    if GENOTYPE in space.left_open and GENOTYPE not in method.searches:
        text = gettext("This method does not search architectures.")
    elif method.by_decisions and space.is_of_architectures and not space.has_decisions:
        text = gettext(
            "This method chooses by a list of decisions, and the architectures of this space grow "
            "without one."
        )
    elif space.is_of_architectures:
        text = gettext(
            "This method searches architectures only, and the training of this space has ranges. "
            "Fix each of them to one value."
        )
    else:
        text = gettext("This method searches architectures only, and this space has none.")
    fitting = ", ".join(gettext(m.title) for m in METHODS.values() if space.takes(m))
    other = gettext("These methods search all of this space: %(methods)s.") % {"methods": fitting}
    return f"{text} {other}"


class OptionsForm(forms.Form):
    """One field an option of the method, judged by the method's own declaration."""

    prefix = "option"
    use_required_attribute = False

    def __init__(self, method: str, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.declaration = METHODS[method].options
        for info in describe(self.declaration):
            self.fields[info.name] = _field(info)
        self.options: Any = None

    def clean(self) -> dict[str, Any]:
        given = {name: value for name, value in self.cleaned_data.items() if value != ""}
        try:
            self.options = parse(self.declaration, given)
        except OptionError as error:
            for name, message in error.errors.items():
                self.add_error(name, translated(message))
        return self.cleaned_data


def _field(info: OptionInfo) -> forms.Field:
    """The form field of an option. What it lets through is judged by `parse` alone."""
    common: dict[str, Any] = {
        "label": gettext(info.title),
        "help_text": gettext(info.help),
        "initial": info.default,
        "required": False,
    }
    if info.kind is bool:
        return forms.BooleanField(**common)
    if info.choices:
        labels = [(value, gettext(label)) for value, label in info.choices]
        return forms.CharField(widget=forms.Select(choices=labels), **common)
    if info.kind is str:
        return forms.CharField(**common)
    bounds = {"min": info.minimum, "max": info.maximum}
    attributes = {name: f"{bound:g}" for name, bound in bounds.items() if bound is not None}
    attributes["step"] = "1" if info.kind is int else "any"
    return forms.CharField(widget=forms.NumberInput(attrs=attributes), **common)


def run_name(project: Project, method: str) -> str:
    """A name to begin with, such as “Hyperband 3”."""
    number = Run.objects.filter(project=project, method=method).count() + 1
    return f"{gettext(METHODS[method].title)} {number}"
