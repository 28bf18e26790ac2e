"""How much of its fidelity a trial is given."""

from __future__ import annotations

from search.method import Context, Problem


def budget(problem: Problem, context: Context) -> float:
    """In the unit of the problem's only fidelity; all of it where the trial names none."""
    fidelity = problem.fidelities[0]
    return context.fidelity.get(fidelity.name, fidelity.maximum)
