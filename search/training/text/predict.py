"""Asking a text model that was taken home, where there is no ONNX model to ask.

Run as `python -m search.training.text.predict FOLDER`, it reads a question as JSON from standard
input, and prints what the model says as JSON: a text, or a list of probabilities.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from search.training.text.networks import LanguageModel
from search.training.text.sample import continued, encoded
from search.training.text.stepping import beginning_of, stepping
from search.training.text.weights import load


def answer(folder: Path, question: dict[str, Any]) -> Any:
    """What a language model writes behind the text, or a probability a class."""
    network, known, recipe = load(folder)
    if isinstance(network, LanguageModel):
        rng = np.random.default_rng(question["seed"])
        length, temperature = question["length"], question["temperature"]
        step, start = stepping(network), beginning_of(network)
        return continued(step, start, known, question["text"], length, temperature, rng)
    numbers = encoded(question["text"], known)[: recipe.sequence_length]
    tokens = torch.from_numpy(numbers if len(numbers) else np.zeros(1, dtype=np.int64))[None]
    with torch.inference_mode():
        shares = network(tokens, torch.tensor([tokens.shape[1]])).softmax(dim=1)
    return shares[0].tolist()


def main(folder: str) -> None:
    """Print what the model says to the question on standard input."""
    torch.set_num_threads(1)
    sys.stdout.write(json.dumps(answer(Path(folder), json.load(sys.stdin)), ensure_ascii=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
