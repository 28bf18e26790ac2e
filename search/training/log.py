"""The log of a trial, which is what its training writes to standard error."""

from __future__ import annotations

import sys
from collections.abc import Mapping


def log(text: str) -> None:
    """Write a line, at once: whoever follows the training reads it as it comes."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def in_words(values: Mapping[str, float]) -> str:
    """Metrics as a line tells them."""
    return ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in values.items())
