"""An exported model, loaded as anybody would load it, on images that no search has seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime


def accuracy(model: Path, data: Path) -> tuple[float, int]:
    """The share of the test images in the prepared folder `data` that `model` names rightly, and of
    how many. The model maps float images (N, C, H, W) in 0..1 to probabilities (N, K).
    """
    images = np.load(data / "test-images.npy").astype(np.float32) / 255
    labels = np.load(data / "test-labels.npy")
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (wanted,) = session.get_inputs()
    (scores,) = session.run(None, {wanted.name: images})
    return float((scores.argmax(axis=1) == labels).mean()), len(labels)
