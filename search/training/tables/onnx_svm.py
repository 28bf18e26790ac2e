"""A support vector machine as ONNX nodes, in float64; ONNX's own operator computes in float32.

Its decision is a long sum of large terms of either sign, which float32 would leave few digits of.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.svm import SVC

from search.training.tables.data import Array
from search.training.tables.onnx_step import Step
from search.training.tables.svm import SupportVectorMachine


def write(scope: Any, operator: Any, container: Any) -> None:
    """Kernels of a row with all support vectors, weighed: in float64, for their sums are long."""
    step = Step(scope, operator, container)
    fitted: SupportVectorMachine = step.fitted
    machine = fitted.machine_
    kernels = _kernels(step, machine)
    if not fitted.classes:
        values = step.node("MatMul", kernels, step.constant(machine.dual_coef_.T))
        step.end("Add", values, step.constant(machine.intercept_))
        return
    weights, signs = pairs(machine)
    decisions = step.node("MatMul", kernels, step.constant(weights))
    decisions = step.node("Add", decisions, step.constant(machine.intercept_))
    if fitted.classes > 2:
        decisions = _votes(step, decisions, signs)
    else:
        decisions = step.node("MatMul", decisions, step.constant(signs))
    scaled = step.node("Mul", decisions, step.constant(np.float64(fitted.beta_)))
    step.end("Softmax", scaled, axis=1)


def _kernels(step: Step, machine: Any) -> str:
    """(N, S): the kernel of each row with each support vector."""
    vectors = machine.support_vectors_.astype(np.float64)
    products = step.node("MatMul", step.input, step.constant(vectors.T))
    if machine.kernel == "linear":
        return products
    if machine.kernel == "poly":
        scaled = step.node("Mul", products, step.constant(np.float64(machine.gamma)))
        raised = step.node("Add", scaled, step.constant(np.float64(machine.coef0)))
        return step.node("Pow", raised, step.constant(np.float64(machine.degree)))
    squares = step.node("ReduceSumSquare", step.input, step.constant(np.array([1])), keepdims=1)
    twice = step.node("Mul", products, step.constant(np.float64(2)))
    distances = step.node("Sub", squares, twice)
    distances = step.node("Add", distances, step.constant(np.square(vectors).sum(axis=1)))
    scaled = step.node("Mul", distances, step.constant(np.float64(-machine.gamma)))
    return step.node("Exp", scaled)


def pairs(machine: SVC) -> tuple[Array, Array]:
    """How support vectors weigh in the decision of each pair of classes, (S, P), and signs (P, K).

    A pair's decision speaks for its first class where it is not negative; the signs say so. Of two
    classes scikit-learn turns it round.
    """
    counts = machine.n_support_
    classes, ends = len(counts), np.cumsum(counts)
    if classes == 2:
        return machine.dual_coef_.T, np.array([[-1.0, 1.0]])
    columns, signs = [], []
    for i in range(classes):
        for j in range(i + 1, classes):
            weights, sign = np.zeros(ends[-1]), np.zeros(classes)
            of_i, of_j = (slice(ends[c] - counts[c], ends[c]) for c in (i, j))
            weights[of_i] = machine.dual_coef_[j - 1, of_i]
            weights[of_j] = machine.dual_coef_[i, of_j]
            sign[i], sign[j] = 1, -1
            columns.append(weights)
            signs.append(sign)
    return np.stack(columns, axis=1), np.stack(signs)


def _votes(step: Step, decisions: str, signs: Array) -> str:
    """What scikit-learn makes of the decisions of pairs: votes, and confidence where they are even."""
    zero, one = step.constant(np.float64(0)), step.constant(np.float64(1))
    for_first = step.node("GreaterOrEqual", decisions, zero)
    votes = step.node("Where", for_first, one, zero)
    against = step.node("Sub", one, votes)
    votes = step.node("MatMul", votes, step.constant((signs > 0).astype(np.float64)))
    others = step.node("MatMul", against, step.constant((signs < 0).astype(np.float64)))
    votes = step.node("Add", votes, others)
    confidence = step.node("MatMul", decisions, step.constant(signs))
    size = step.node("Add", step.node("Abs", confidence), one)
    size = step.node("Mul", size, step.constant(np.float64(3)))
    return step.node("Add", votes, step.node("Div", confidence, size))
