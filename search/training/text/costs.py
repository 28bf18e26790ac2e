"""What a recurrent network costs, counted from its hyper-parameters; no torch here, pages count it too."""

from __future__ import annotations

from collections.abc import Iterator

from search.training.text.meta import LANGUAGE, Meta
from search.training.text.recipe import Recipe

GATES = {"lstm": 4, "gru": 3}
"""Products of matrices in a cell; each is as wide as the cell."""

POOLED = 3
"""What a classifier sees of the outputs: the last, their mean and their largest."""

BYTES = 4  # of a weight, float32


def counted(recipe: Recipe, known: Meta) -> dict[str, float]:
    """Parameters, bytes, and multiply-accumulates for one token, of the network that is trained."""
    cells = [GATES[recipe.cell] * recipe.width * (i + recipe.width) for i in _inputs(recipe)]
    biases = 2 * GATES[recipe.cell] * recipe.width * recipe.layers
    looked_up = len(known.vocabulary) * recipe.embedding
    multiplied, own = _output(recipe, known)
    params = looked_up + sum(cells) + biases + own
    macs = sum(cells) + multiplied
    return {"params": params, "macs": macs, "size_bytes": BYTES * params}


def _inputs(recipe: Recipe) -> Iterator[int]:
    """How wide the input of each layer is."""
    yield recipe.embedding
    for _ in range(1, recipe.layers):
        yield recipe.width


def _output(recipe: Recipe, known: Meta) -> tuple[int, int]:
    """Multiply-accumulates from a cell's output to logits, and the parameters for it that are its own."""
    if known.task != LANGUAGE:
        weights = POOLED * recipe.width * len(known.classes)
        return weights, weights + len(known.classes)
    tokens = len(known.vocabulary)
    if not recipe.is_tied:
        return tokens * recipe.width, tokens * recipe.width + tokens
    narrowed = recipe.width * recipe.embedding if recipe.width != recipe.embedding else 0
    return narrowed + tokens * recipe.embedding, narrowed + tokens
