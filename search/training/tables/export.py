"""Taking a model of a table home: its ONNX, once that is shown to agree with what was trained.

Run as `python -m search.training.tables.export`, it reads one request as JSON from standard input. The
confirming trial has left the model, and what it predicts of the rows that are compared; nothing is
fitted here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from search.history import Candidate
from search.training import checkpoint as checkpoints
from search.training.card import ONNX, Exported, agrees, write_card
from search.training.tables import data
from search.training.tables.confirm import EXPECTED, IMPORTANCE, PREDICTIONS
from search.training.tables.data import Array, Meta

POINTS = 1_000
"""Test rows that are drawn as predicted against true."""


def export(
    candidate: Candidate,
    folder: Path,
    checkpoint: Path,
    target: Path,
    values: Mapping[str, float] | None = None,
) -> Exported:
    """Write the ONNX model and the card of `checkpoint`, trained on `folder`, into `target`.

    Raises CheckpointError if the checkpoint cannot be read.
    """
    known, workdir = data.meta(folder), checkpoint.parent
    content = checkpoints.load(checkpoint)["onnx"].numpy().tobytes()
    (target / ONNX).write_bytes(content)
    expected = np.load(workdir / EXPECTED)
    parity = difference(known, folder, target / ONNX, expected)
    offered = agrees(parity, len(expected))
    if not offered:
        (target / ONNX).unlink()
    results = {
        "importance": json.loads((workdir / IMPORTANCE).read_text(encoding="utf-8")),
        **_results(known, np.load(workdir / PREDICTIONS), data.part(folder, "test").target),
    }
    exported = Exported(0, parity, len(expected), offered, results)
    write_card(
        target,
        "tables",
        candidate,
        exported,
        values or {},
        task=known.task,
        target=known.target,
        classes=known.classes,
        columns=[{"name": name, "type": kind} for name, kind in known.columns],
        input="of each column one array (N, 1): numbers as float64, NaN where missing; "
        "categories as text, empty where missing",
        output="probabilities: float32 (N, classes)"
        if known.is_classification
        else "value: float64 (N,), in the target's units",
    )
    return exported


def session_of(path: Path) -> Any:
    """An ONNX model ready to be asked, on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def difference(known: Meta, folder: Path, path: Path, expected: Array) -> float:
    """How far the ONNX model at `path` is from training's predictions, at most.

    Of probabilities, or of values in standard deviations of the target: what a unit of it is worth is
    not known. Every row counts, those at a threshold of a tree, too.
    """
    (found,) = session_of(path).run(None, data.inputs(known, data.compared(folder)))
    largest = float(np.abs(found - expected).max())
    if known.is_classification:
        return largest
    return largest / (float(data.part(folder, "train").target.std()) or 1.0)


def _results(known: Meta, predicted: Array, target: Array) -> dict[str, Any]:
    """What the page shows of the test part: a confusion matrix, or points and how far they are off."""
    if known.is_classification:
        classes = len(known.classes)
        counted = np.bincount(
            target * classes + predicted.argmax(axis=1), minlength=classes * classes
        )
        return {"confusion": counted.reshape(classes, classes).tolist()}
    shown = data.order(known, target)[:POINTS]
    points = np.stack([target[shown], predicted[shown]], axis=1)
    errors = predicted - target
    half, most = np.quantile(np.abs(errors), (0.5, 0.9))
    return {
        "points": points.tolist(),
        "tested": len(target),
        "off": {"half": float(half), "most": float(most), "bias": float(errors.mean())},
    }


def main() -> None:
    """Export as the request on standard input says; the card in the target folder is the answer."""
    request = json.load(sys.stdin)
    candidate = Candidate(request["config"], request["genotype"])
    folder, checkpoint, target = (Path(request[n]) for n in ("data", "checkpoint", "target"))
    export(candidate, folder, checkpoint, target, request["values"])


if __name__ == "__main__":
    main()
