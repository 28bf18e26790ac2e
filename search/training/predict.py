"""Asking a model that was taken home about one image, where there is no ONNX model to ask.

Run as `python -m search.training.predict FOLDER`, it reads one image from standard input, float32
(C, H, W) with values from 0 to 1, and prints its probabilities as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch

from search.training.card import CARD
from search.training.export import load


def main(folder: str) -> None:
    """Print the probabilities, one a class, of the image on standard input."""
    torch.set_num_threads(1)
    card = json.loads((Path(folder) / CARD).read_text(encoding="utf-8"))
    values = np.frombuffer(sys.stdin.buffer.read(), dtype="<f4").copy()
    images = torch.from_numpy(values).view(1, card["channels"], card["height"], card["width"])
    with torch.inference_mode():
        (probabilities,) = load(Path(folder))(images).tolist()
    sys.stdout.write(json.dumps(probabilities))


if __name__ == "__main__":
    main(*sys.argv[1:])
