"""Recurrent layers as the operators LSTM and GRU of ONNX: to be exported, not to be run."""

from __future__ import annotations

import torch
from torch import Tensor, nn

ORDERS = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2)}
"""Where in torch's order of gates (LSTM: i f g o, GRU: r z n) each gate of ONNX's is (i o f c, z r h)."""

OPSET = 14
"""In which both operators have been what they are here."""


class Operators(nn.Module):
    """What `cells`, which have their batch first, compute, as one operator a layer.

    Torch's own way to export them fixes the length of the texts: it unrolls the layers over the steps
    of its example (seen with torch 2.14, whatever is said of dynamic shapes).
    """

    def __init__(self, cells: nn.Module) -> None:
        super().__init__()
        assert isinstance(cells, nn.LSTM | nn.GRU)
        self.kind = "LSTM" if isinstance(cells, nn.LSTM) else "GRU"
        self.width, self.layers = cells.hidden_size, cells.num_layers
        for layer in range(cells.num_layers):
            biases = [self._ordered(getattr(cells, f"bias_{way}_l{layer}")) for way in ("ih", "hh")]
            weights = (getattr(cells, f"weight_{way}_l{layer}") for way in ("ih", "hh"))
            given = (*map(self._ordered, weights), torch.cat(biases))
            for name, values in zip(("w", "r", "b"), given, strict=True):
                self.register_buffer(f"{name}{layer}", values.detach()[None])

    def _ordered(self, values: Tensor) -> Tensor:
        gates = values.chunk(len(ORDERS[self.kind]))
        return torch.cat([gates[gate] for gate in ORDERS[self.kind]])

    def forward(
        self, inputs: Tensor, before: Tensor | tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor | tuple[Tensor, ...]]:
        state = before if isinstance(before, tuple) else (before,)
        outputs, after = inputs.transpose(0, 1), []
        for layer in range(self.layers):
            outputs, *values = self._layer(layer, outputs, [v[layer : layer + 1] for v in state])
            after.append(values)
        joined = tuple(torch.cat(values) for values in zip(*after, strict=True))
        return outputs.transpose(0, 1), joined if self.kind == "LSTM" else joined[0]

    def _layer(self, layer: int, inputs: Tensor, state: list[Tensor]) -> list[Tensor]:
        """Outputs (L, N, width) and the values of the state (1, N, width) behind inputs (L, N, …)."""
        steps, texts, _ = inputs.shape
        given = [getattr(self, f"{name}{layer}") for name in ("w", "r", "b")]
        resets = {"linear_before_reset": 1} if self.kind == "GRU" else {}  # as torch has it
        outputs, *after = torch.onnx.ops.symbolic_multi_out(
            self.kind,
            (inputs, *given, None, *state),
            {"hidden_size": self.width, **resets},
            dtypes=[torch.float32] * (1 + len(state)),
            shapes=[(steps, 1, texts, self.width), *((1, texts, self.width) for _ in state)],
            version=OPSET,
        )
        return [outputs.squeeze(1), *after]
