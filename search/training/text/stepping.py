"""A language model of torch, asked token by token."""

from __future__ import annotations

import torch

from search.training.text.networks import LanguageModel
from search.training.text.sample import Array, State, Step


def stepping(network: LanguageModel) -> Step:
    """The network as `search.training.text.sample` asks it."""

    @torch.inference_mode()
    def step(tokens: Array, state: State) -> tuple[Array, State]:
        before = (torch.from_numpy(values) for values in state)
        logits, after = network(torch.from_numpy(tokens), *before)
        shares = logits[0, -1].softmax(dim=0).numpy()
        return shares, tuple(values.numpy() for values in after)

    return step


def beginning_of(network: LanguageModel) -> State:
    return tuple(values.numpy() for values in network.start(1))
