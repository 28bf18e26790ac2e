"""A recurrent network that takes decisions one after another. Zoph & Le, "Neural architecture search with
reinforcement learning", ICLR 2017, sections 3.1 to 3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from search.decisions import Decision
from search.policies.layout import Step, steps_of
from search.policies.policy import Array, Draw, Parameters, Places, drawn, log_softmax
from search.policies.recurrent import Memory, Passed, step, step_back, weights_of

EARLIER, NOW, SCORE, JOINED = "anchor earlier", "anchor now", "anchor score", "anchor embedding"


@dataclass
class Trace:
    """What a pass forward leaves for the pass backward, step by step."""

    places: Places
    passed: list[list[Passed]] = field(default_factory=list)
    tops: list[Array] = field(default_factory=list)  # outputs of the last layer, (n, hidden)
    anchors: dict[int, int] = field(default_factory=dict)  # of each layer the step of its anchor


@dataclass(frozen=True)
class Controller:
    """An LSTM of `layers` layers that reads the choice before, embedded, and decides by a softmax.

    Skips are decided at anchor points: P(j joins i) = sigmoid(v . tanh(W_earlier h_j + W_now h_i)),
    with the controller's outputs h at the anchor points of both (equation 3). The step after it reads
    the mean of embeddings of the layers that were joined. Parameters begin uniform in +-`scale`.
    """

    decisions: tuple[Decision, ...]
    hidden: int
    layers: int
    scale: float

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return steps_of(self.decisions)

    def initial(self, rng: np.random.Generator) -> Parameters:
        """All parameters, drawn in a fixed order."""
        shapes = dict(self._shapes())
        return {name: rng.uniform(-self.scale, self.scale, shapes[name]) for name in sorted(shapes)}

    def _shapes(self) -> list[tuple[str, tuple[int, ...]]]:
        hidden = self.hidden
        shapes: list[tuple[str, tuple[int, ...]]] = [("start", (hidden,))]
        for layer in range(self.layers):
            weights, biases = weights_of(layer)
            shapes += [(weights, (2 * hidden, 4 * hidden)), (biases, (4 * hidden,))]
        for taken in self.steps:
            if taken.head:
                choices = len(self.decisions[taken.decisions[0]].choices)
                shapes += [
                    (f"head {taken.head}", (hidden, choices)),
                    (f"bias {taken.head}", (choices,)),
                    (f"embedding {taken.head}", (choices, hidden)),
                ]
        if last := max(taken.layer for taken in self.steps):
            square = (hidden, hidden)
            shapes += [(EARLIER, square), (NOW, square), (SCORE, (hidden,))]
            shapes.append((JOINED, (last + 1, hidden)))
        return shapes

    def sample(self, parameters: Parameters, rng: np.random.Generator, count: int) -> Draw:
        """Take the first `count` decisions, each knowing those before it."""
        places = np.zeros((1, count), dtype=np.int64)
        log_probs = np.zeros(count)

        def take(place: int, log_shares: Array) -> None:
            places[0, place] = chosen = drawn(log_shares[0], rng)
            log_probs[place] = log_shares[0, chosen]

        self._pass(parameters, places, take)
        return Draw(tuple(map(int, places[0])), tuple(map(float, log_probs)))

    def forward(self, parameters: Parameters, places: Places) -> tuple[list[Array], Trace]:
        """Log-probabilities of every decision of designs (n, t), given their choices before it."""
        kept: dict[int, Array] = {}
        trace = self._pass(parameters, places, kept.__setitem__)
        return [kept[place] for place in range(places.shape[1])], trace

    def _pass(
        self, parameters: Parameters, places: Places, take: Callable[[int, Array], None]
    ) -> Trace:
        """Go through the steps; `take` is told each decision's log-probabilities before it is read on."""
        count, trace = len(places), Trace(places)
        zeros = np.zeros((count, self.hidden))
        memories = [Memory(zeros, zeros) for _ in range(self.layers)]
        given = np.tile(parameters["start"], (count, 1))
        for number, taken in enumerate(self._taken(places.shape[1])):
            passed = []
            for layer in range(self.layers):
                memories[layer], kept = step(parameters, layer, given, memories[layer])
                given = memories[layer].output
                passed.append(kept)
            trace.passed.append(passed)
            trace.tops.append(given)
            if taken.layer:
                trace.anchors[taken.layer] = number
            for place in taken.decisions:
                take(place, log_softmax(self._logits(parameters, trace, taken, place)))
            given = self._embedded(parameters, taken, places)
        return trace

    def _taken(self, count: int) -> list[Step]:
        return [taken for taken in self.steps if taken.decisions[-1] < count]

    def _logits(self, parameters: Parameters, trace: Trace, taken: Step, place: int) -> Array:
        """The logits (n, choices) of a decision at the step that was passed last."""
        top = trace.tops[-1]
        if taken.head:
            logits: Array = (
                top @ parameters[f"head {taken.head}"] + parameters[f"bias {taken.head}"]
            )
            return logits
        logits = np.zeros((len(top), len(self.decisions[place].choices)))
        if logits.shape[1] > 1:
            logits[:, 1] = self._bent(parameters, trace, place, top) @ parameters[SCORE]
        return logits

    def _bent(self, parameters: Parameters, trace: Trace, place: int, now: Array) -> Array:
        earlier = trace.tops[trace.anchors[self._joins(place)[0]]]
        bent: Array = np.tanh(earlier @ parameters[EARLIER] + now @ parameters[NOW])
        return bent

    def _joins(self, place: int) -> tuple[int, int]:
        joins = self.decisions[place].joins
        assert joins is not None
        return joins

    def _embedded(self, parameters: Parameters, taken: Step, places: Places) -> Array:
        """What the next step reads (n, hidden)."""
        if taken.head:
            embedded: Array = parameters[f"embedding {taken.head}"][places[:, taken.decisions[0]]]
            return embedded
        rows, shares = self._joined(taken, places)
        mixed: Array = shares @ parameters[JOINED][rows]
        return mixed

    def _joined(self, taken: Step, places: Places) -> tuple[list[int], Array]:
        """The layers that may be joined, and the part (n, layers) of each in the mean of those that are."""
        rows = [self._joins(place)[0] for place in taken.decisions]
        chosen = places[:, list(taken.decisions)].astype(float)
        return rows, chosen / np.maximum(chosen.sum(axis=1, keepdims=True), 1)

    def backward(self, parameters: Parameters, trace: Trace, pulls: Sequence[Array]) -> Parameters:
        """Back-propagation through time, exactly, from derivatives by the logits (n, choices)."""
        gradient = {name: np.zeros_like(value) for name, value in parameters.items()}
        zeros = np.zeros_like(trace.tops[0])
        memories = [Memory(zeros, zeros) for _ in range(self.layers)]
        tops = [zeros.copy() for _ in trace.tops]
        steps = self._taken(len(pulls))
        for number in reversed(range(len(steps))):
            self._decided(parameters, trace, number, steps[number], pulls, (gradient, tops))
            pull = tops[number]
            for layer in reversed(range(self.layers)):
                after = Memory(memories[layer].output + pull, memories[layer].cell)
                passed = trace.passed[number][layer]
                pull, memories[layer] = step_back(parameters, layer, passed, after, gradient)
            if number:
                self._was_embedded(steps[number - 1], trace.places, pull, gradient)
            else:
                gradient["start"] += pull.sum(axis=0)
        return gradient

    def _decided(
        self,
        parameters: Parameters,
        trace: Trace,
        number: int,
        taken: Step,
        pulls: Sequence[Array],
        into: tuple[dict[str, Array], list[Array]],
    ) -> None:
        """Add the pulls of a step's decisions to the gradient and to the outputs that decided."""
        gradient, tops = into
        now = trace.tops[number]
        if taken.head:
            pull = pulls[taken.decisions[0]]
            gradient[f"head {taken.head}"] += now.T @ pull
            gradient[f"bias {taken.head}"] += pull.sum(axis=0)
            tops[number] += pull @ parameters[f"head {taken.head}"].T
            return
        for place in taken.decisions:
            if pulls[place].shape[1] == 1:
                continue
            bent = self._bent(parameters, trace, place, now)
            pull, before = pulls[place][:, 1], trace.anchors[self._joins(place)[0]]
            gradient[SCORE] += pull @ bent
            inner = pull[:, None] * parameters[SCORE] * (1 - bent**2)
            gradient[EARLIER] += trace.tops[before].T @ inner
            gradient[NOW] += now.T @ inner
            tops[before] += inner @ parameters[EARLIER].T
            tops[number] += inner @ parameters[NOW].T

    def _was_embedded(
        self, taken: Step, places: Places, pull: Array, gradient: dict[str, Array]
    ) -> None:
        if taken.head:
            name = f"embedding {taken.head}"
            np.add.at(gradient[name], places[:, taken.decisions[0]], pull)
            return
        rows, shares = self._joined(taken, places)
        np.add.at(gradient[JOINED], rows, shares.T @ pull)
