"""What taking a model home leaves behind, alike for every kind of data; no torch here, pages read it too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from search.history import Candidate

ONNX, WEIGHTS, CODE, CARD = "model.onnx", "weights.safetensors", "model.py", "model.json"

TOLERANCE = 1e-4
"""How far the outputs of the ONNX model may be from those of training."""

MINIMUM_COMPARED, MAXIMUM_COMPARED = 256, 2048
"""Items on which the two are compared; with fewer, agreement would say too little."""


@dataclass(frozen=True)
class Exported:
    """What an export came to.

    `parity` is the largest difference of the ONNX model's outputs from training's over `compared`
    items; `onnx_offered` says whether that is small enough over enough items. `results` is what the
    kind of data has to show of the test part.
    """

    params: int
    parity: float
    compared: int
    onnx_offered: bool
    results: dict[str, Any] = field(default_factory=dict)


def agrees(parity: float, compared: int) -> bool:
    """Whether an ONNX model may be offered."""
    return parity <= TOLERANCE and compared >= MINIMUM_COMPARED


def write_card(
    folder: Path,
    kind: str,
    candidate: Candidate,
    exported: Exported,
    values: Mapping[str, float],
    **told: Any,
) -> None:
    """Write the card of a model into `folder`; `told` is what its kind has to say besides."""
    card = {
        "kind": kind,
        **told,
        "config": dict(candidate.config),
        "genotype": candidate.genotype,
        "values": dict(values),
        **asdict(exported),
    }
    (folder / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=2), encoding="utf-8")
