"""Bringing a run's confirmed model home: exported in a process of its own, then told in a row."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

from automl_web.registry.models import ModelVersion, Problem
from automl_web.runs.models import Run, Trial
from automl_web.runs.pruning import prune_over
from search.history import Stage, TrialState
from search.problems import KINDS
from search.training.card import CARD, MINIMUM_COMPARED

TIME_LIMIT = 900  # seconds

logger = logging.getLogger(__name__)


def take_home(run_id: int) -> None:
    """Do what follows the end of a run, once; safe to call twice, and at once."""
    run = Run.objects.select_related("dataset").filter(pk=run_id, taken_home=False).first()
    if run is None or not run.is_over:
        return
    trial = confirming_trial(run)
    if trial is not None and not ModelVersion.objects.filter(run=run).exists():
        card = _export(run, trial)
        outcome = told(card) if card else {"problem": Problem.EXPORT_FAILED}
        fields = {
            "trial": trial.number,
            "values": trial.values,
            "params": int(trial.values.get("params", 0)),
        }
        ModelVersion.objects.get_or_create(run=run, defaults=fields | outcome)
    prune_over(run_id)
    # Unless a person has sent the run back to its trials meanwhile.
    Run.objects.filter(pk=run.pk, state__in=Run.OVER).update(taken_home=True)


def confirming_trial(run: Run) -> Trial | None:
    confirmed = run.trials.filter(stage=Stage.CONFIRM.value, state=TrialState.COMPLETE.value)
    return confirmed.select_related("run").order_by("-number").first()


def _export(run: Run, trial: Trial) -> dict[str, Any] | None:
    """Export into the run's model folder, which appears complete or not at all; the card, or None.

    The process is a new one: torch's memory goes with it, and if it crashes the worker does not.
    """
    target = run.folder / "model"
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix="model-") as scratch:
        ready = Path(scratch) / "ready"
        ready.mkdir()
        request = {
            "config": trial.config,
            "genotype": trial.genotype,
            "data": str(run.dataset.folder),
            "checkpoint": trial.checkpoint,
            "target": str(ready),
            "values": trial.values,
        }
        if not _ran(run, request):
            return None
        card: dict[str, Any] = json.loads((ready / CARD).read_text(encoding="utf-8"))
        if target.exists():  # of an attempt that got no further than here
            target.rename(Path(scratch) / "earlier")
        ready.rename(target)
    return card


def _ran(run: Run, request: dict[str, Any]) -> bool:
    """Whether the export went well; why not is logged."""
    try:
        subprocess.run(
            [sys.executable, "-m", KINDS[run.dataset.kind].export],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            check=True,
            cwd=settings.ROOT,
            timeout=TIME_LIMIT,
        )
    except subprocess.CalledProcessError as error:
        logger.error(
            "The export of run %s ended with %s: %s", run.pk, error.returncode, error.stderr
        )
        return False
    except subprocess.TimeoutExpired:
        logger.error("The export of run %s took longer than %s s.", run.pk, TIME_LIMIT)
        return False
    return True


def told(card: dict[str, Any]) -> dict[str, Any]:
    """The fields of a model version that the card of its export gives."""
    offered, compared = card["onnx_offered"], card["compared"]
    missing = Problem.FEW_ITEMS if compared < MINIMUM_COMPARED else Problem.ONNX_DIFFERS
    return {
        "params": card["params"],
        "parity": card["parity"],
        "compared": compared,
        "onnx_offered": offered,
        "results": card["results"],
        "problem": "" if offered else missing,
    }
