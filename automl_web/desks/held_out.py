"""An exported model, loaded as anybody would load it, on images that no search has seen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime


def accuracy(model: Path, data: Path) -> tuple[float, int]:
    """The share of the test images in the prepared folder `data` that `model` names rightly, and
    how many there are.
    """
    images = np.load(data / "test-images.npy", mmap_mode="r")
    labels = np.load(data / "test-labels.npy")
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (wanted,) = session.get_inputs()
    raw = wanted.type == "tensor(uint8)"
    scores = session.run(None, {wanted.name: images if raw else _normalised(images, data)})[0]
    return float((scores.argmax(axis=1) == labels).mean()), len(labels)


def _normalised(images: np.ndarray, data: Path) -> np.ndarray:
    meta = json.loads((data / "meta.json").read_text())
    shape = (1, -1, 1, 1)
    mean = np.reshape(meta["mean"], shape)
    std = np.reshape(meta["std"], shape)
    return ((images / 255 - mean) / std).astype(np.float32)
