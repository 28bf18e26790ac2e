"""A fitted pipeline as one ONNX model, through skl2onnx and converters of our own for some steps.

Features are computed in float64, from inputs in float64. In float32, as skl2onnx does it for the steps
that have a converter here, a feature could differ from training's in its last digit, and a row could
fall to the other side of a tree's question.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.compose import add_prefix
from skl2onnx import convert_sklearn, update_registered_converter
from skl2onnx.common.data_types import DoubleTensorType, StringTensorType
from sklearn.base import ClassifierMixin

from search.architecture.neat import STEEPNESS, Units
from search.training.tables import onnx_svm, onnx_trees
from search.training.tables.data import NUMBER, Meta
from search.training.tables.evolved import LEAST, Evolved
from search.training.tables.features import Encoded, Filled, Ranked, Rounded
from search.training.tables.mlp import Network
from search.training.tables.models import Fitted
from search.training.tables.onnx_step import ML, OPSETS, Step
from search.training.tables.svm import SupportVectorMachine
from search.training.tables.trees import Trees

PROBABILITIES, VALUE = "probabilities", "value"
PREFIX = "model/"
"""Before every name inside, so that columns may be called anything."""


def to_onnx(fitted: Fitted, known: Meta) -> bytes:
    """The model: of each column an input (N, 1), float64 or of texts, under the column's own name.

    A missing number is NaN, a missing category an empty text. The output is `probabilities`, float32
    (N, K), or `value`, float64 (N,), in the target's units.
    """
    kinds = [DoubleTensorType if kind == NUMBER else StringTensorType for _, kind in known.columns]
    inputs = [(f"column{i}", kind([None, 1])) for i, kind in enumerate(kinds)]
    last = fitted.pipeline.steps[-1][1]
    options = {id(last): {"zipmap": False}} if isinstance(last, ClassifierMixin) else None
    model = convert_sklearn(
        fitted.pipeline, initial_types=inputs, options=options, target_opset=OPSETS
    )
    model = add_prefix(model, PREFIX)
    _call_inputs(model.graph, {f"{PREFIX}column{i}": n for i, (n, _) in enumerate(known.columns)})
    _finish(model.graph, fitted, known)
    model.producer_name = "AutoML Web"
    classes = json.dumps(known.classes, ensure_ascii=False)
    model.metadata_props.add(key="classes", value=classes)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def output_name(known: Meta) -> str:
    """What the output is called; no column has the same name."""
    name = PROBABILITIES if known.is_classification else VALUE
    while name in dict(known.columns):
        name += "_"
    return name


def _call_inputs(graph: onnx.GraphProto, names: dict[str, str]) -> None:
    for value in graph.input:
        value.name = names[value.name]
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]


def _finish(graph: onnx.GraphProto, fitted: Fitted, known: Meta) -> None:
    """Give classes that training did not see their place, or a value its unit; name the output."""
    raw, name = graph.output[-1].name, output_name(known)
    within = _Writer(graph)
    if known.is_classification:
        shares = within.node("Cast", raw, to=TensorProto.FLOAT)
        places = np.eye(fitted.classes, dtype=np.float32)[fitted.present]
        within.node("MatMul", shares, within.constant(places), to_name=name)
        output = helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, fitted.classes])
    else:
        value = within.node("Cast", raw, to=TensorProto.DOUBLE)
        value = within.node("Mul", value, within.constant(np.float64(fitted.deviation)))
        value = within.node("Add", value, within.constant(np.float64(fitted.mean)))
        within.node("Reshape", value, within.constant(np.array([-1])), to_name=name)
        output = helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None])
    del graph.output[:]
    graph.output.append(output)


class _Writer:
    """Appends nodes to a graph, with names that are free."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.graph, self.count = graph, 0

    def _name(self) -> str:
        self.count += 1
        return f"{PREFIX}last{self.count}"

    def constant(self, value: Any) -> str:
        name = self._name()
        self.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, kind: str, *inputs: str, to_name: str = "", **attributes: Any) -> str:
        output = to_name or self._name()
        self.graph.node.append(helper.make_node(kind, inputs, [output], **attributes))
        return output


def _filled(scope: Any, operator: Any, container: Any) -> None:
    step = Step(scope, operator, container)
    imputer: Filled = step.fitted
    missing = step.node("IsNaN", step.input)
    filling = step.constant(imputer.statistics_.astype(np.float64)[None])
    parts = [step.node("Where", missing, filling, step.input)]
    if imputer.indicator_ is not None and len(imputer.indicator_.features_):
        flags = step.node("Cast", missing, to=TensorProto.DOUBLE)
        flagged = step.constant(imputer.indicator_.features_.astype(np.int64))
        parts.append(step.node("Gather", flags, flagged, axis=1))
    step.end("Concat", *parts, axis=1)


def _encoded(scope: Any, operator: Any, container: Any) -> None:
    """Each column through its table; what is not in it goes through the last row."""
    step = Step(scope, operator, container)
    parts = []
    for place, (known, table) in enumerate(step.fitted.tables()):
        texts = step.node("Gather", step.input, step.constant(np.int64(place)), axis=1)
        index = step.node(
            "LabelEncoder",
            texts,
            domain=ML,
            keys_strings=[text.encode() for text in known],
            values_int64s=list(range(len(known))),
            default_int64=len(known),
        )
        parts.append(step.node("Gather", step.constant(table), index, axis=0))
    step.end("Concat", *parts, axis=1)


def _ranked(scope: Any, operator: Any, container: Any) -> None:
    """A sum of lines, each clipped to where it begins and ends: (N, F, 1) against (F, lines)."""
    step = Step(scope, operator, container)
    ranked: Ranked = step.fitted
    apart = step.node("Unsqueeze", step.input, step.constant(np.array([2])))
    along = step.node("Sub", apart, step.constant(ranked.starts_))
    along = step.node("Div", along, step.constant(ranked.widths_))
    ends = [step.constant(np.float64(end)) for end in (0, 1)]
    lines = step.node("Mul", step.node("Clip", along, *ends), step.constant(ranked.steps_))
    step.end("ReduceSum", lines, step.constant(np.array([2])), keepdims=0)


def _rounded(scope: Any, operator: Any, container: Any) -> None:
    step = Step(scope, operator, container)
    steps = step.constant(step.fitted.steps_)
    step.end("Mul", step.node("Round", step.node("Div", step.input, steps)), steps)


def _network(scope: Any, operator: Any, container: Any) -> None:
    """The layers as they are asked: dropout does nothing then."""
    step = Step(scope, operator, container)
    name = step.input
    *hidden, last = step.fitted.layers()
    for layer in hidden:
        name = step.node("Relu", step.node("Gemm", name, *map(step.constant, layer)))
    name = step.node("Gemm", name, *map(step.constant, last))
    if step.fitted.classes:
        step.end("Softmax", name, axis=1)
    else:
        step.end("Identity", name)


def _evolved(scope: Any, operator: Any, container: Any) -> None:
    """Every step of the network written out: sums of what came in and of what the units were, squashed."""
    step = Step(scope, operator, container)
    network: Units = step.fitted.network
    inside = step.node("MatMul", step.input, step.constant(network.given[:-1]))
    received = step.node("Add", inside, step.constant(network.given[-1:]))
    state = _squashed(step, received)
    if network.between.any():
        between = step.constant(network.between)
        for _ in range(network.steps - 1):
            state = _squashed(step, step.node("Add", received, step.node("MatMul", state, between)))
    places = step.constant(np.arange(network.outputs))
    outputs = step.node("Gather", state, places, axis=1)
    kept = step.node("Max", outputs, step.constant(np.float64(LEAST)))
    total = step.node("ReduceSum", kept, step.constant(np.array([1])), keepdims=1)
    step.end("Div", kept, total)


def _squashed(step: Step, sums: str) -> str:
    """1 / (1 + exp(-4.9 x))."""
    falling = step.node("Exp", step.node("Mul", sums, step.constant(np.float64(-STEEPNESS))))
    one = step.constant(np.float64(1))
    return step.node("Div", one, step.node("Add", falling, one))


def _shape(operator: Any) -> None:
    """Rows as many as there are; how wide the output is nobody asks."""
    operator.outputs[0].type.shape = [None, None]


def _register(step: type, writes: Any) -> None:
    """Have skl2onnx write a step of ours, which has one output in float64, by `writes`."""
    alias = f"AutoMLWeb{step.__name__}"

    def parse(scope: Any, model: Any, inputs: Any, custom_parsers: Any = None) -> Any:
        operator = scope.declare_local_operator(alias, model)
        operator.inputs = inputs
        operator.outputs.append(scope.declare_local_variable("variable", DoubleTensorType()))
        return operator.outputs

    update_registered_converter(step, alias, _shape, writes, parser=parse)


_register(Filled, _filled)
_register(Ranked, _ranked)
_register(Encoded, _encoded)
_register(Rounded, _rounded)
_register(SupportVectorMachine, onnx_svm.write)
_register(Trees, onnx_trees.write)
_register(Network, _network)
_register(Evolved, _evolved)
