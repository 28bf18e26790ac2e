"""One step of stacked LSTM layers and its derivative. Hochreiter & Schmidhuber 1997, with forget gates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from search.policies.policy import Array, Parameters


@dataclass(frozen=True)
class Memory:
    """The output and the cell of a layer, each (n, hidden)."""

    output: Array
    cell: Array


@dataclass(frozen=True)
class Passed:
    """What the derivative of a layer's step needs: what it read, its gates, and its cell before and after."""

    read: Array
    gates: tuple[Array, Array, Array, Array]
    before: Array
    squashed: Array


def weights_of(layer: int) -> tuple[str, str]:
    """The names of a layer's weights (2 hidden, 4 hidden) and biases (4 hidden)."""
    return f"lstm {layer}", f"lstm bias {layer}"


def step(parameters: Parameters, layer: int, given: Array, memory: Memory) -> tuple[Memory, Passed]:
    """The memory of a layer after it has read `given` (n, hidden)."""
    weights, biases = (parameters[name] for name in weights_of(layer))
    read = np.concatenate([given, memory.output], axis=1)
    to_input, to_forget, to_write, to_show = np.split(read @ weights + biases, 4, axis=1)
    enters, keeps, shows = expit(to_input), expit(to_forget), expit(to_show)
    written = np.tanh(to_write)
    cell = keeps * memory.cell + enters * written
    squashed = np.tanh(cell)
    passed = Passed(read, (enters, keeps, written, shows), memory.cell, squashed)
    return Memory(shows * squashed, cell), passed


def step_back(
    parameters: Parameters, layer: int, passed: Passed, pull: Memory, gradient: dict[str, Array]
) -> tuple[Array, Memory]:
    """From the pulls on a layer's memory after a step: those on what it was given, and on it before.

    The pulls on its parameters are added to `gradient`.
    """
    weights, biases = weights_of(layer)
    enters, keeps, written, shows = passed.gates
    cell = pull.cell + pull.output * shows * (1 - passed.squashed**2)
    sums = (
        cell * written * enters * (1 - enters),
        cell * passed.before * keeps * (1 - keeps),
        cell * enters * (1 - written**2),
        pull.output * passed.squashed * shows * (1 - shows),
    )
    pulled = np.concatenate(sums, axis=1)
    gradient[weights] += passed.read.T @ pulled
    gradient[biases] += pulled.sum(axis=0)
    given, output = np.split(pulled @ parameters[weights].T, 2, axis=1)
    return given, Memory(output, cell * keeps)
