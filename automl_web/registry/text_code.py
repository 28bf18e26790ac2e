"""Lines of Python that use a model of text, as its page shows them."""

from __future__ import annotations

from search.training.text.meta import CHARACTERS
from search.training.text.tokens import WORD

HEAD = """\
import json
import re

import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession("model.onnx")
card = json.load(open("model.json", encoding="utf-8"))
numbers = {token: number for number, token in enumerate(card["vocabulary"])}
"""

JUDGES = """
text = "A text of yours"
known = [numbers.get(token, 0) for token in TOKENS][: card["config"]["sequence_length"]]
given = {"tokens": np.array([known]), "lengths": np.array([len(known)])}
(probabilities,) = session.run(None, given)
print(card["classes"][probabilities[0].argmax()], probabilities[0].max())
"""

WRITES = """
names = [given.name for given in session.get_inputs()]
shapes = [given.shape for given in session.get_inputs()[1:]]
state = [np.zeros((shape[0], 1, shape[2]), dtype=np.float32) for shape in shapes]
text = "It was"
written = [numbers.get(token, 0) for token in TOKENS]
shares, *state = session.run(None, dict(zip(names, [np.array([written]), *state])))
rng = np.random.default_rng(0)
for _ in range(200):
    weights = shares[0, -1, 1:].astype(np.float64) ** (1 / 0.8)  # 0.8 is the temperature
    number = 1 + int(rng.choice(len(weights), p=weights / weights.sum()))
    written.append(number)
    shares, *state = session.run(None, dict(zip(names, [np.array([[number]]), *state])))
print(JOINED.join(card["vocabulary"][number] for number in written))
"""


def weights_code(writes: bool) -> str:
    """Of the network rebuilt from its code and its weights."""
    if writes:
        return """\
from model import continued, load  # model.py, which needs torch alone

model = load("weights.safetensors")
print(continued(model, "It was", length=200, temperature=0.8, seed=0))
"""
    return """\
from model import judged, load  # model.py, which needs torch alone

model = load("weights.safetensors")
print(judged(model, "A text of yours"))  # classes and their probabilities
"""


def classifier_code(unit: str, lowercase: bool) -> str:
    """Of the ONNX model that judges a text."""
    return _head(unit) + JUDGES.replace("TOKENS", _tokens(unit, lowercase))


def language_code(unit: str, lowercase: bool) -> str:
    """Of the ONNX model that writes a text."""
    joined = '""' if unit == CHARACTERS else '" "'
    writes = WRITES.replace("TOKENS", _tokens(unit, lowercase)).replace("JOINED", joined)
    return _head(unit) + writes


def _head(unit: str) -> str:
    return HEAD.replace("import re\n", "") if unit == CHARACTERS else HEAD


def _tokens(unit: str, lowercase: bool) -> str:
    text = "text.lower()" if lowercase else "text"
    return text if unit == CHARACTERS else f"re.findall({WORD.pattern!r}, {text})"
