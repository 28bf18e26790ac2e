"""The weights of a text model as they are taken home, and the network rebuilt from them."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors.torch import load_file, save_file

from search.training.card import CARD, WEIGHTS
from search.training.text.meta import Meta
from search.training.text.networks import Network, build
from search.training.text.recipe import Recipe
from search.training.text.standalone import VOCABULARY

PREFIX = "reader."
"""Of names of weights; the code that is taken home has all in one module."""


def write_weights(network: Network, known: Meta, path: Path) -> None:
    """Write the weights, and what the vocabulary's numbers stand for."""
    tensors = {k.removeprefix(PREFIX): v.contiguous() for k, v in network.state_dict().items()}
    words = json.dumps(known.vocabulary, ensure_ascii=False)
    save_file(tensors, path, metadata={VOCABULARY: words})


def load(folder: Path) -> tuple[Network, Meta, Recipe]:
    """Rebuild the network from the weights and card that were taken home into `folder`."""
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    known, recipe = Meta.of(card), Recipe.of(card["config"])
    network = build(recipe, known)
    tensors = load_file(folder / WEIGHTS)
    named = {PREFIX + k if PREFIX + k in network.state_dict() else k: v for k, v in tensors.items()}
    network.load_state_dict(named)
    return network.eval(), known, recipe
