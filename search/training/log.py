"""The log of a trial, which is what its training writes to standard error."""

from __future__ import annotations

import sys


def log(text: str) -> None:
    """Write a line, at once: whoever follows the training reads it as it comes."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
