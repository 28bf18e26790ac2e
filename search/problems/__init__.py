"""What can be optimised, by the kind of data. Nothing here imports torch: pages load it too."""

from __future__ import annotations

from collections.abc import Callable

from search.method import Problem
from search.problems.images import image_problem

PROBLEMS: dict[str, Callable[..., Problem]] = {"images": image_problem}
"""Called with the document of a search space, the folder of the data, objectives and limits."""
