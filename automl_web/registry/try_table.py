"""Trying a model of a table: a row goes in, and what the model predicts comes out."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect

from automl_web.registry.answer import NoAnswerError, asked_of_process, session_of
from automl_web.registry.guesses import Guess, likeliest
from automl_web.registry.models import ModelVersion
from automl_web.registry.table_form import Columns, Row, RowForm, columns_of
from automl_web.registry.table_pages import in_units, off
from search.training.tables.asking import inputs


@dataclass(frozen=True)
class Answer:
    """The likeliest classes and how many others there are, or a value in the target's units."""

    guesses: list[Guess]
    others: int = 0
    value: str = ""


@csrf_protect
def try_it(request: HttpRequest, found: ModelVersion) -> HttpResponse:
    """The form, and beside it what the model says of the row that was sent."""
    columns = columns_of(found.run.dataset)
    form = RowForm(columns, request.POST if request.method == "POST" else None)
    shown = {"model": found, "run": found.run, "form": form, "off": off(found)}
    if request.method != "POST":
        return render(request, "registry/try_table.html", shown)
    answer = _answer(found, columns, form) if form.is_valid() else None
    status = 200 if answer else 422
    return render(request, "registry/try_table.html", shown | {"answer": answer}, status=status)


def _answer(found: ModelVersion, columns: Columns, form: RowForm) -> Answer | None:
    """What the model says of the form's row; None, told above the form, if it cannot be asked."""
    try:
        outputs = predicted(found, columns, form.row)
    except NoAnswerError as error:
        form.add_error(None, str(error.told))
        return None
    if not found.run.dataset.classes:
        return Answer([], value=in_units(outputs[0], found.results["off"]["half"]))
    return Answer(*likeliest(found, outputs))


def predicted(model: ModelVersion, columns: Columns, row: Row) -> list[float]:
    """One probability a class, or one value. Raises NoAnswerError."""
    session = session_of(model)
    if session is None:
        asked: list[float] = asked_of_process(model, json.dumps(row).encode())
        return asked
    (found,) = session.run(None, inputs(columns, row))
    answer: list[float] = found.ravel().tolist()
    return answer
