"""A network as an ONNX file, for tests of parity."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch


def as_onnx(network: torch.nn.Module, batch: torch.Tensor, folder: Path) -> Path:
    """The file of `network`, which takes batches of any size."""
    path = folder / "model.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's exporter uses what it deprecates
        dynamic = {"images": {0: torch.export.Dim("batch")}}
        torch.onnx.export(
            network, (batch[:2],), path, dynamo=True, dynamic_shapes=dynamic, verbose=False
        )
    return path
