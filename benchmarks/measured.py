"""Figures as a table, and what they were measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HEAD = "| what | n | median | p95 | max | within |\n|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Figure:
    """What was measured, in seconds, and the goal if there is one."""

    name: str
    goal: float | None
    seconds: Sequence[float]

    def row(self) -> str:
        median, p95, longest = np.percentile(self.seconds, (50, 95, 100)) * 1000
        count = f"{len(self.seconds):,}"
        times = f"{median:.0f} ms | {p95:.0f} ms | {longest:.0f} ms"
        return f"| {self.name} | {count} | {times} | {self._within()} |"

    def _within(self) -> str:
        if self.goal is None:
            return ""
        share = np.mean(np.array(self.seconds) <= self.goal)
        return f"{share:.1%} in {self.goal * 1000:.0f} ms"


def table(figures: Iterable[Figure]) -> str:
    return "\n".join([HEAD, *(figure.row() for figure in figures)])


def load() -> str:
    """The load averages of 1, 5 and 15 minutes."""
    return " ".join(f"{average:.1f}" for average in os.getloadavg())


def machine() -> str:
    """The processor, the cores that may be used, the system."""
    return f"{_processor()}, {len(os.sched_getaffinity(0))} cores, {platform.system()}"


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
