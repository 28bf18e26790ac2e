"""Writing the ONNX nodes of one step of a pipeline into what skl2onnx is building."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import helper

ML = "ai.onnx.ml"
OPSETS = {"": 18, ML: 3}


class Step:
    """Writes the nodes of one step of a pipeline into what skl2onnx is building."""

    def __init__(self, scope: Any, operator: Any, container: Any) -> None:
        self.scope, self.container = scope, container
        self.input = operator.inputs[0].full_name
        self.output = operator.outputs[0].full_name
        self.fitted = operator.raw_operator

    def constant(self, value: Any) -> str:
        array = np.asarray(value)
        name: str = self.scope.get_unique_variable_name("constant")
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        self.container.add_initializer(name, kind, array.shape, array.ravel().tolist())
        return name

    def node(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        name: str = self.scope.get_unique_variable_name(kind)
        self._add(kind, inputs, name, domain, attributes)
        return name

    def end(self, kind: str, *inputs: str, **attributes: Any) -> None:
        """The node whose output is that of the step."""
        self._add(kind, inputs, self.output, "", attributes)

    def _add(
        self, kind: str, inputs: tuple[str, ...], output: str, domain: str, more: dict[str, Any]
    ) -> None:
        self.container.add_node(
            kind, list(inputs), output, op_domain=domain, op_version=OPSETS[domain], **more
        )
