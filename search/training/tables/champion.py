"""Judging an evolved network as the model of a table: nothing is trained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sklearn.pipeline import Pipeline

from search.architecture.genotype import parse
from search.architecture.neat import units
from search.history import Candidate, Report, Stage
from search.method import Context
from search.training import checkpoint
from search.training.log import in_words, log
from search.training.tables import confirm, data
from search.training.tables.evolved import Evolved, fitted_steps
from search.training.tables.models import Fitted
from search.training.tables.recipe import Recipe
from search.training.tables.scores import scores

NEAT = "neat"
"""The last step of the pipeline."""


def evaluate(candidate: Candidate, folder: Path, context: Context) -> Iterator[Report]:
    """One report: of the validation part, or of the test part where the candidate is confirmed.

    Raises GenotypeError if the genome is none, ValueError if it reads other features than there are.
    """
    assert candidate.genotype is not None
    known = data.meta(folder)
    steps, present = fitted_steps(Recipe.of(candidate.config), folder)
    network = units(parse(candidate.genotype))
    last = (NEAT, Evolved(network))
    fitted = Fitted(Pipeline([*steps, last]), len(known.classes), present)
    costs = {"params": float(network.links), "macs": float(network.links * network.steps)}
    if context.stage is Stage.CONFIRM:
        values = confirm.score_once(fitted, folder, context.workdir)
        told = {"seed": context.seed, "fraction": 1.0, "values": values}
        path = checkpoint.save(context.workdir, 1, {**told, **confirm.model(fitted, known)})
    else:
        held_out = data.part(folder, "validation")
        values, path = scores(known, fitted.predict(held_out.rows), held_out.target, "val"), None
    report = Report(1, values, path, f"evolved: {in_words(values)}", costs)
    log(report.note)
    yield report
