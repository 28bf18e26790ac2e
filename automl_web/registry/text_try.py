"""Trying a model of text: a beginning goes in and comes out longer, or a text and its classes come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from automl_web.registry.answer import NoAnswerError
from automl_web.registry.guesses import Guess, likeliest
from automl_web.registry.models import ModelVersion
from automl_web.registry.text_answer import continuation, probabilities
from search.training.text.meta import CHARACTERS, LANGUAGE, WORDS

LONGEST_BEGINNING, LONGEST_TEXT = 2_000, 20_000
"""Characters that are read of what a person types."""

LONGEST_ANSWER = {CHARACTERS: 1_000, WORDS: 300}
"""Tokens that a model writes at once."""


class BeginningForm(forms.Form):
    """How a text begins, and how it is to go on; every field but the first may be left as it is."""

    text = forms.CharField(
        label=gettext_lazy("Beginning"),
        required=False,
        strip=False,
        max_length=LONGEST_BEGINNING,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy("How the text begins. It is not kept."),
    )
    length = forms.IntegerField(min_value=1)
    temperature = forms.FloatField(
        label=gettext_lazy("Temperature"),
        min_value=0,
        max_value=2,
        initial=0.8,
        widget=forms.NumberInput(attrs={"step": "0.1"}),
        help_text=gettext_lazy("0 writes what is likeliest; the higher, the more it dares."),
    )
    seed = forms.IntegerField(
        label=gettext_lazy("Seed"),
        min_value=0,
        max_value=2**31 - 1,
        initial=0,
        help_text=gettext_lazy("The same seed writes the same text again."),
    )

    def __init__(self, unit: str, *args: Any) -> None:
        super().__init__(*args)
        in_characters = unit == CHARACTERS
        label = _("Characters to write") if in_characters else _("Words to write")
        self.fields["length"] = forms.IntegerField(
            label=label,
            min_value=1,
            max_value=LONGEST_ANSWER[unit],
            initial=300 if in_characters else 60,
        )
        self.order_fields(["text", "length", "temperature", "seed"])


class TextForm(forms.Form):
    """A text that is to be judged."""

    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("It is not kept."),
        error_messages={"required": gettext_lazy("Type or paste a text.")},
    )


@dataclass(frozen=True)
class Written:
    """A beginning, and what the model wrote behind it."""

    beginning: str
    text: str


@dataclass(frozen=True)
class Judged:
    """The likeliest classes of a text, and how many others there are."""

    guesses: list[Guess]
    others: int


@sensitive_post_parameters("text")
@csrf_protect
def try_it(request: HttpRequest, found: ModelVersion) -> HttpResponse:
    """The form, and below it what the model says to what was sent."""
    writes = found.run.dataset.task == LANGUAGE
    unit = found.run.dataset.facts["unit"]
    given = (request.POST,) if request.method == "POST" else ()
    form = BeginningForm(unit, *given) if writes else TextForm(*given)
    answer = _answer(found, form) if given and form.is_valid() else None
    shown = {
        "model": found,
        "run": found.run,
        "form": form,
        "writes": writes,
        "answer": answer,
        "unit": unit,
    }
    status = 422 if given and answer is None else 200
    return render(request, "registry/try_text.html", shown, status=status)


def _answer(found: ModelVersion, form: forms.Form) -> Written | Judged | None:
    """What the model says; None, told beside the field, if it cannot be asked."""
    asked = form.cleaned_data
    try:
        if isinstance(form, BeginningForm):
            told = asked["length"], asked["temperature"], asked["seed"]
            return Written(asked["text"], continuation(found, asked["text"], *told))
        shares = probabilities(found, asked["text"])
    except NoAnswerError as error:
        form.add_error("text", str(error.told))
        return None
    return Judged(*likeliest(found, shares))
