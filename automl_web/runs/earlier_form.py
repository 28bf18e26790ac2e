"""What a new run begins with: earlier runs of its project, a file, and how many of the best come first."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from tempfile import NamedTemporaryFile
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from automl_web.projects.models import Project
from automl_web.runs import study_reader
from automl_web.runs.earlier import Study, best_of, of_file, of_run
from automl_web.runs.models import Run
from search.history import TrialState
from search.method import Problem

MOST_RUNS, MOST_FIRST, MOST_BYTES = 20, 50, 10 * 2**20
PATIENCE = 60  # seconds of the wall clock; the reader's own limit is one of computing time


class EarlierForm(forms.Form):
    """Judged once the space is known: what fits it is in `studies`, and what comes first in `first`."""

    prefix = "earlier"

    runs = forms.MultipleChoiceField(
        label=_("Earlier runs of this project"),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )
    file = forms.FileField(
        label=_("A file of trials"),
        required=False,
        help_text=_(
            "Optuna's SQLite file or journal, or a CSV with a column for each hyper-parameter and one "
            "named value. "
            "At most 10 MB."
        ),
    )
    best = forms.IntegerField(
        label=_("Try the best of them first"),
        required=False,
        initial=0,
        min_value=0,
        max_value=MOST_FIRST,
        help_text=_("So many, each trained as far as the method trains any."),
    )

    def __init__(self, project: Project, kind: str, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        complete = {"trials__state": TrialState.COMPLETE.value, "dataset__kind": kind}
        found = project.runs.filter(**complete).distinct().order_by("-created_at", "-pk")
        self.known: dict[str, Run] = {str(run.pk): run for run in found[:MOST_RUNS]}
        listed = self.fields["runs"]
        assert isinstance(listed, forms.MultipleChoiceField)
        listed.choices = [(key, run.name) for key, run in self.known.items()]
        self.studies: list[Study] = []
        self.first: list[dict[str, Any]] = []

    def clean_file(self) -> UploadedFile[Any] | None:
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(gettext("This file is larger than 10 MB."))
        return file

    def judge(self, problem: Problem) -> None:
        """Take what fits the problem's space; say beside the field what does not, and why."""
        for key in self.cleaned_data["runs"]:
            self._keep("runs", of_run(self.known[key], problem))
        file = self.cleaned_data.get("file")
        if file is not None:
            self._judge_file(file, problem)
        wanted = self.cleaned_data.get("best") or 0
        if wanted and not self.studies and not self.errors:
            self.add_error("best", gettext("Choose a run or a file whose trials these are."))
        self.first = best_of(self.studies, problem, wanted) if wanted else []

    def _keep(self, field: str, study: Study) -> None:
        if study.trials:
            self.studies.append(study)
            return
        text = gettext("No trial of “%(source)s” lies in this space; %(beyond)s are beyond it.")
        self.add_error(field, text % {"source": study.source, "beyond": study.beyond})

    def _judge_file(self, file: UploadedFile[Any], problem: Problem) -> None:
        if problem.architectures is not None:
            text = gettext("A file tells hyper-parameters only, and this space has architectures.")
            self.add_error("file", text)
            return
        told = _read(file, problem.objective.name)
        if "refused" in told:
            self.add_error("file", gettext(told["refused"]["text"]) % told["refused"]["values"])
        elif told["maximise"] not in (None, problem.objective.maximise):
            text = gettext("This study was searched in the other direction than “%(name)s”.")
            self.add_error("file", text % {"name": problem.objective.name})
        elif not any(t["params"].keys() & set(problem.space.names) for t in told["trials"]):
            names = ", ".join(problem.space.names)
            text = gettext("Nothing in this file is called as in the space: %(names)s.")
            self.add_error("file", text % {"names": names})
        else:
            self._keep("file", of_file(file.name or "", told, problem))

    def notes(self) -> Iterator[str]:
        """What was taken of each source, and what was not."""
        for study in self.studies:
            count = len(study.trials)
            one, many = (
                "%(count)s trial of “%(source)s” is known.",
                "%(count)s trials of “%(source)s” are known.",
            )
            said = [ngettext(one, many, count) % {"count": count, "source": study.source}]
            if study.beyond:
                text = gettext("Beyond the space, and left out: %(count)s.")
                said.append(text % {"count": study.beyond})
            if study.skipped:
                text = gettext("Not complete, and left out: %(count)s.")
                said.append(text % {"count": study.skipped})
            for names, text in (
                (study.unknown, gettext("Not in the space, and ignored: %(names)s.")),
                (study.assumed, gettext("Not told, and taken as usual: %(names)s.")),
            ):
                if names:
                    said.append(text % {"names": ", ".join(sorted(names)[:20])})
            yield " ".join(said)


def _read(file: UploadedFile[Any], objective: str) -> dict[str, Any]:
    """What a process of its own makes of the file: its answer, or why there is none."""
    with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
        for piece in file.chunks():
            copy.write(piece)
        copy.flush()
        command = [sys.executable, "-I", study_reader.__file__, copy.name, objective]
        try:
            done = subprocess.run(
                command, env={}, capture_output=True, timeout=PATIENCE, check=True
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            text = "This file could not be read: it is damaged, or far from what is expected."
            return {"refused": {"text": text, "values": {}}}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
