"""How the validation loss changes with what the training loss depends on.

The follower of a Stackelberg game trains its weights w on L_T(w, λ); the leader chooses λ by L_V(w*(λ)).
By the implicit function theorem dL_V/dλ = ∂_λ L_V - ∂_w L_V [∂²_ww L_T]⁻¹ ∂²_wλ L_T; the inverse is
taken as a Neumann series (Lorraine, Vicol & Duvenaud, "Optimizing millions of hyperparameters by
implicit differentiation", AISTATS 2020, algorithm 3).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.autograd import grad


def hyper_gradient(
    trained: Tensor,
    judged: Tensor,
    weights: Sequence[Tensor],
    hypers: Sequence[Tensor],
    *,
    terms: int,
    step: float,
) -> list[Tensor]:
    """The gradient of `judged` (a scalar) with respect to each of `hypers`, through the weights.

    `trained` is the training loss as a graph over weights and hypers. With no terms the follower is
    taken to answer with a single step of gradient descent of length `step`. A series that grows, since
    the step is too long for the loss' curvature, is cut off there.
    """
    direct = grad(judged, list(hypers), retain_graph=True, allow_unused=True)
    first = grad(judged, list(weights))
    slope = grad(trained, list(weights), create_graph=True)
    power, answer = list(first), list(first)
    size = _size(power)
    for _ in range(terms):
        curved = grad(slope, list(weights), grad_outputs=power, retain_graph=True)
        power = [v - step * h for v, h in zip(power, curved, strict=True)]
        before, size = size, _size(power)
        if not size < before:
            break
        answer = [q + v for q, v in zip(answer, power, strict=True)]
    through = grad(slope, list(hypers), grad_outputs=answer, allow_unused=True)
    return [
        _or_zero(d, hyper) - step * _or_zero(t, hyper)
        for d, t, hyper in zip(direct, through, hypers, strict=True)
    ]


def _size(vectors: Sequence[Tensor]) -> float:
    return float(sum(float((v**2).sum()) for v in vectors))


def _or_zero(gradient: Tensor | None, like: Tensor) -> Tensor:
    return torch.zeros_like(like) if gradient is None else gradient.detach()
