"""Taking a trained network home: its weights, and an ONNX model once that is shown to agree with it.

Run as `python -m search.training.export`, it reads one request as JSON from standard input. A process
of its own keeps torch, and whatever an export does to memory, out of the worker that asks.
"""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from search.cost import parameters
from search.history import Candidate
from search.training import data
from search.training.candidates import blueprint
from search.training.card import (
    CARD,
    CODE,
    MAXIMUM_COMPARED,
    MINIMUM_COMPARED,
    ONNX,
    TOLERANCE,
    WEIGHTS,
    Exported,
    agrees,
    write_card,
)
from search.training.images import PREDICTIONS, build, restore
from search.training.loop import probabilities
from search.training.standalone import source

Array = np.ndarray[Any, Any]


class Standalone(nn.Module):
    """A network with its normalisation before it and softmax behind it.

    Maps images, float32 (N, C, H, W) in 0..1, to probabilities (N, K).
    """

    mean: Tensor
    std: Tensor

    def __init__(self, network: nn.Module, known: data.Meta) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean", torch.tensor(known.mean).view(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor(known.std).view(1, -1, 1, 1).clamp(min=1e-3))

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.network((images - self.mean) / self.std)
        return logits.softmax(dim=1)


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

    `folder` holds the prepared images that it was trained on; its scores on the test part lie beside
    the checkpoint. `values`, which its training told, go into the card with what can be counted.
    Raises CheckpointError if the checkpoint cannot be read.
    """
    known = data.meta(folder)
    network = restore(candidate, folder, checkpoint).to(memory_format=torch.contiguous_format)
    standalone = Standalone(network, known).eval()
    save_file(standalone.state_dict(), target / WEIGHTS)
    drawn = blueprint(candidate, known.shape, len(known.classes))
    (target / CODE).write_text(source(drawn, known), encoding="utf-8")
    if not _agrees(standalone, target, known):
        (target / CODE).unlink()
    _write_onnx(standalone, known, target / ONNX)
    parity, compared = compare(network, folder, target / ONNX)
    offered = agrees(parity, compared)
    if not offered:
        (target / ONNX).unlink()
    confusion = _confusion(checkpoint.parent / PREDICTIONS, folder, len(known.classes))
    results = {"confusion": confusion}
    exported = Exported(parameters(network), parity, compared, offered, results)
    write_card(
        target,
        "images",
        candidate,
        exported,
        {**drawn.costs, **(values or {})},
        **asdict(known),
        input="images: float32 (N, channels, height, width), values from 0 to 1",
        output="probabilities: float32 (N, classes)",
    )
    return exported


def load(folder: Path) -> Standalone:
    """Rebuild the network from the weights and card that were taken home into `folder`."""
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    known = data.Meta(**{name: _frozen(card[name]) for name in data.Meta.__dataclass_fields__})
    standalone = Standalone(build(Candidate(card["config"], card["genotype"]), known), known)
    standalone.load_state_dict(load_file(folder / WEIGHTS))
    return standalone.eval()


def _agrees(standalone: Standalone, target: Path, known: data.Meta) -> bool:
    """Whether the code that was written, with the weights beside it, computes what the network does."""
    module = runpy.run_path(str(target / CODE), run_name="model")
    images = torch.rand(8, *known.shape, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        difference = module["load"](target / WEIGHTS)(images) - standalone(images)
    return float(difference.abs().max()) <= TOLERANCE


def compare(network: nn.Module, folder: Path, path: Path) -> tuple[float, int]:
    """The largest difference of the ONNX model at `path` from how training predicts, and over what.

    Held-out images come first: test, then validation, then, where those are few, training images.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    normalise = data.Normalise.of(data.meta(folder), torch.device("cpu"))
    largest, compared = 0.0, 0
    for part in _parts(folder):
        expected = probabilities(network, part, normalise)
        for start in range(0, len(part), 64):
            images = part.images[start : start + 64].numpy().astype(np.float32) / 255
            (found,) = session.run(None, {"images": images})
            difference = np.abs(found - expected[start : start + 64].numpy()).max()
            largest = max(largest, float(difference))
        compared += len(part)
    return largest, compared


def _parts(folder: Path) -> Iterator[data.Split]:
    """Parts of the dataset until there are images enough to compare."""
    wanted = MAXIMUM_COMPARED
    for name in ("test", "validation", "train"):
        part = data.split(folder, name)
        cut = data.Split(part.images[:wanted], part.labels[:wanted])
        if len(cut):
            yield cut
        wanted -= len(cut)
        if MAXIMUM_COMPARED - wanted >= MINIMUM_COMPARED:
            return


def _write_onnx(standalone: Standalone, known: data.Meta, path: Path) -> None:
    """Input `images`, output `probabilities`, any number of images; the class names go with it."""
    example = torch.rand(2, known.channels, known.height, known.width)
    torch.onnx.export(
        standalone,
        (example,),
        path,
        input_names=["images"],
        output_names=["probabilities"],
        dynamic_shapes={"images": {0: torch.export.Dim("batch")}},
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    model = onnx.load(path)
    model.producer_name = "AutoML Web"
    model.metadata_props.add(key="classes", value=json.dumps(known.classes, ensure_ascii=False))
    onnx.checker.check_model(model)
    onnx.save(model, path)


def _confusion(predictions: Path, folder: Path, classes: int) -> list[list[int]]:
    """Counts (K, K) of test images by true and predicted class, from the one scoring."""
    predicted = np.load(predictions).argmax(axis=1)
    labels = data.split(folder, "test").labels.numpy()
    counted = np.bincount(labels * classes + predicted, minlength=classes * classes)
    matrix: list[list[int]] = counted.reshape(classes, classes).tolist()
    return matrix


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def main() -> None:
    """Export as the request on standard input says; the card in the target folder is the answer."""
    torch.set_num_threads(1)
    request = json.load(sys.stdin)
    candidate = Candidate(request["config"], request["genotype"])
    folder, checkpoint, target = (Path(request[n]) for n in ("data", "checkpoint", "target"))
    export(candidate, folder, checkpoint, target, request["values"])


if __name__ == "__main__":
    main()
