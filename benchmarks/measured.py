"""Figures as a table, and what they were measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HEAD = "| what | n | median | p95 | max |\n|---|---|---|---|---|"


@dataclass(frozen=True)
class Figure:
    """What was measured, in seconds."""

    name: str
    seconds: Sequence[float]

    def row(self) -> str:
        if not self.seconds:
            return f"| {self.name} | 0 | | | |"
        median, p95, longest = np.percentile(self.seconds, (50, 95, 100)) * 1000
        count = f"{len(self.seconds):,}"
        return f"| {self.name} | {count} | {median:.0f} ms | {p95:.0f} ms | {longest:.0f} ms |"


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
