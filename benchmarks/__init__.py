"""What the project promises in figures: one command each."""

from __future__ import annotations
