"""What can be optimised, by the kind of data. Nothing here imports torch: pages load it too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from search.method import Problem
from search.problems.images import image_problem
from search.space import Space

PROBLEMS: dict[str, Callable[[Space, Path], Problem]] = {"images": image_problem}
