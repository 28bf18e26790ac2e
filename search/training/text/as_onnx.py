"""A text model as ONNX: with its state in and out, or with lengths; and how far it is from training."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn
from torch.export import Dim

from search.training.card import MAXIMUM_COMPARED, MINIMUM_COMPARED
from search.training.text import data
from search.training.text.meta import Meta
from search.training.text.networks import LanguageModel, Network, State
from search.training.text.operators import Operators

STATES = ("hidden", "cell")
"""What the inputs of the state are called; behind the tokens it comes out as `next_hidden` and so on."""

STREAMS = 8
"""Places of a text that are compared side by side."""


class Writer(nn.Module):
    """Tokens (N, L) and a state to probabilities (N, L, V) of the token after each, and the next state."""

    def __init__(self, network: LanguageModel) -> None:
        super().__init__()
        self.network = network

    def forward(self, tokens: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
        logits, after = self.network(tokens, *state)
        return logits.softmax(dim=2), *after


class Judge(nn.Module):
    """Tokens (N, L), padded behind their lengths (N,), to probabilities (N, K)."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        logits: Tensor = self.network(tokens, lengths)
        return logits.softmax(dim=1)


def write(network: Network, known: Meta, path: Path) -> None:
    """Write the model, for any number of texts and tokens; vocabulary and classes go with it."""
    network = copy.deepcopy(network)
    network.reader.cells = Operators(network.reader.cells)
    texts, steps = Dim("texts"), Dim("steps")
    if isinstance(network, LanguageModel):
        state = network.start(2)
        names = STATES[: len(state)]
        model: nn.Module = Writer(network)
        example: tuple[Tensor, ...] = (torch.zeros(2, 3, dtype=torch.int64), *state)
        shapes: dict[str, Any] = {"tokens": {0: texts, 1: steps}}
        shapes["state"] = tuple({1: Dim.DYNAMIC} for _ in state)
        inputs = ["tokens", *names]
        outputs = ["probabilities", *(f"next_{name}" for name in names)]
    else:
        model, inputs, outputs = Judge(network), ["tokens", "lengths"], ["probabilities"]
        example = torch.zeros(2, 3, dtype=torch.int64), torch.tensor([3, 2])
        shapes = {"tokens": {0: texts, 1: steps}, "lengths": {0: Dim.DYNAMIC}}
    torch.onnx.export(
        model.eval(),
        example,
        path,
        input_names=inputs,
        output_names=outputs,
        dynamic_shapes=shapes,
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    _name(path, known)


def _name(path: Path, known: Meta) -> None:
    model = onnx.load(path)
    model.producer_name = "AutoML Web"
    for given in model.graph.input:  # the exporter takes the number of states for one of its own
        for size in given.type.tensor_type.shape.dim:
            if size.dim_param not in ("", "steps"):
                size.dim_param = "texts"
    told = {"vocabulary": known.vocabulary, "classes": known.classes}
    for key, value in told.items():
        model.metadata_props.add(key=key, value=json.dumps(value, ensure_ascii=False))
    onnx.checker.check_model(model)
    onnx.save(model, path)


def compare(network: Network, folder: Path, most: int, path: Path) -> tuple[float, int]:
    """The largest difference of the ONNX model at `path` from how training predicts, and over what.

    Over tokens of a language model, over texts of a classifier, of which `most` tokens are read.
    Held-out ones come first: test, then validation, then, where those are few, training.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    largest, compared = 0.0, 0
    for name in ("test", "validation", "train"):
        wanted = MAXIMUM_COMPARED - compared
        if isinstance(network, LanguageModel):
            pairs = _of_tokens(network, session, data.tokens(folder, name)[:wanted])
        else:
            pairs = _of_texts(network, session, data.items(folder, name), wanted, most)
        for expected, found, count in pairs:
            largest = max(largest, float(np.abs(expected - found).max()))
            compared += count
        if compared >= MINIMUM_COMPARED:
            break
    return largest, compared


Pair = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], int]
"""What training predicts, what the ONNX model does, and of how many items."""


@torch.inference_mode()
def _of_tokens(network: LanguageModel, session: Any, text: Tensor) -> Iterator[Pair]:
    """Read the text in streams side by side, each model with the state that it has itself."""
    steps = len(text) // STREAMS
    if not steps:
        return
    streams = text[: steps * STREAMS].long().view(STREAMS, steps)
    names = [given.name for given in session.get_inputs()]
    state: State = network.start(STREAMS)
    other = [values.numpy() for values in state]
    for window in streams.split(32, dim=1):
        logits, state = network(window, *state)
        given = dict(zip(names, [window.numpy(), *other], strict=True))
        found, *other = session.run(None, given)
        yield logits.softmax(dim=2).numpy(), found, window.numel()


@torch.inference_mode()
def _of_texts(
    network: nn.Module, session: Any, part: data.Items, wanted: int, most: int
) -> Iterator[Pair]:
    for places in torch.arange(min(wanted, len(part))).split(64):
        if not len(places):
            return
        tokens, lengths = data.padded(part, places, most)
        given = {"tokens": tokens.numpy(), "lengths": lengths.numpy()}
        (found,) = session.run(None, given)
        yield network(tokens, lengths).softmax(dim=1).numpy(), found, len(places)
