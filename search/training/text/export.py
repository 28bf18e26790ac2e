"""Taking a text model home: weights with their vocabulary, code that runs alone, and ONNX.

Run as `python -m search.training.text.export`, it reads one request as JSON from standard input.
"""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from search.cost import parameters
from search.history import Candidate
from search.training.card import CODE, ONNX, TOLERANCE, WEIGHTS, Exported, agrees, write_card
from search.training.text import data
from search.training.text.as_onnx import compare, write
from search.training.text.costs import counted
from search.training.text.evaluate import restore
from search.training.text.meta import LANGUAGE, Meta
from search.training.text.networks import LanguageModel, Network
from search.training.text.recipe import Recipe
from search.training.text.results import of_classification, of_language
from search.training.text.standalone import source
from search.training.text.weights import write_weights

TEXTS = {
    LANGUAGE: (
        "tokens: int64 (N, L), and the state behind the tokens before",
        "probabilities: float32 (N, L, V) of the token after each, and the state behind them",
    ),
    "classification": (
        "tokens: int64 (N, L), padded behind their lengths: int64 (N,)",
        "probabilities: float32 (N, classes)",
    ),
}
"""What goes in and comes out, by task."""


def export(
    candidate: Candidate,
    folder: Path,
    checkpoint: Path,
    target: Path,
    values: Mapping[str, float] | None = None,
) -> Exported:
    """Write weights, the stand-alone code, the card and the ONNX model of `checkpoint` into `target`.

    The ONNX model is kept only if it agrees with how training predicts, the code only if it agrees
    with the network that it was printed from.

    `folder` holds the prepared text that it was trained on; what its scoring of the test part has
    left lies beside the checkpoint. Raises CheckpointError if the checkpoint cannot be read.
    """
    known, recipe = data.meta(folder), Recipe.of(candidate.config)
    network = restore(candidate, known, checkpoint)
    write_weights(network, known, target / WEIGHTS)
    (target / CODE).write_text(source(recipe, known), encoding="utf-8")
    if not _agrees(network, target, known):
        (target / CODE).unlink()
    write(network, known, target / ONNX)
    parity, compared = compare(network, folder, recipe.sequence_length, target / ONNX)
    offered = agrees(parity, compared)
    if not offered:
        (target / ONNX).unlink()
    exported = Exported(
        parameters(network), parity, compared, offered, _results(network, known, folder, checkpoint)
    )
    taken, given = TEXTS[known.task]
    write_card(
        target,
        "text",
        candidate,
        exported,
        {**counted(recipe, known), **(values or {})},
        **asdict(known),
        input=taken,
        output=given,
    )
    return exported


def _results(network: Network, known: Meta, folder: Path, checkpoint: Path) -> dict[str, Any]:
    if isinstance(network, LanguageModel):
        return of_language(network, known, folder, checkpoint.parent)
    return of_classification(known, folder, checkpoint.parent)


def _agrees(network: Network, target: Path, known: Meta) -> bool:
    """Whether the code that was written, with the weights beside it, computes what the network does."""
    model = runpy.run_path(str(target / CODE), run_name="model")["load"](target / WEIGHTS)
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randint(len(known.vocabulary), (4, 16), generator=generator)
    with torch.inference_mode():
        if isinstance(network, LanguageModel):
            found, expected = model(tokens)[0], network(tokens, *network.start(4))[0]
            return _apart(found.softmax(dim=2), expected.softmax(dim=2)) <= TOLERANCE
        lengths = torch.tensor([16, 9, 1, 4])
        expected = network(tokens, lengths).softmax(dim=1)
        return _apart(model(tokens, lengths), expected) <= TOLERANCE


def _apart(found: Tensor, expected: Tensor) -> float:
    return float((found - expected).abs().max())


def main() -> None:
    """Export as the request on standard input says; the card in the target folder is the answer."""
    torch.set_num_threads(1)
    request = json.load(sys.stdin)
    candidate = Candidate(request["config"], request["genotype"])
    folder, checkpoint, target = (Path(request[n]) for n in ("data", "checkpoint", "target"))
    export(candidate, folder, checkpoint, target, request["values"])


if __name__ == "__main__":
    main()
