"""Checkpoints that survive a crash at any moment: written aside, synced, renamed, hashed, kept twice."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import torch

KEPT = 2
"""Checkpoints kept of a trial: should the latest turn out torn, the one before it serves."""

DIGEST = hashlib.sha256().digest_size


class CheckpointError(Exception):
    """No readable checkpoint is left."""


def save(folder: Path, step: int, state: dict[str, Any]) -> Path:
    """Write `state` as the checkpoint of `step`; older ones, all but one, and later ones go.

    Later ones can only be there if training had to go back behind them.
    """
    buffer = io.BytesIO()
    torch.save(state, buffer)
    payload = buffer.getvalue()
    path = folder / f"step-{step:06d}.checkpoint"
    _write(path, hashlib.sha256(payload).digest() + payload)
    earlier = [p for p in _all(folder) if p.name < path.name]
    kept = {path, *earlier[len(earlier) - KEPT + 1 :]}
    for other in _all(folder):
        if other not in kept:
            other.unlink()
    return path


def load(path: Path) -> dict[str, Any]:
    """Read the checkpoint at `path`, or the one before it if that is torn; to the CPU.

    Raises CheckpointError if neither can be read.
    """
    earlier = [p for p in _all(path.parent) if p.name < path.name]
    for candidate in (path, *reversed(earlier)):
        payload = _payload(candidate)
        if payload is not None:
            state: dict[str, Any] = torch.load(
                io.BytesIO(payload), map_location="cpu", weights_only=True
            )
            return state
    raise CheckpointError(f"No readable checkpoint at {path}.")


def _payload(path: Path) -> bytes | None:
    """What was saved, or None if the file is missing or not what was written."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    digest, payload = content[:DIGEST], content[DIGEST:]
    return payload if hashlib.sha256(payload).digest() == digest else None


def _write(path: Path, content: bytes) -> None:
    aside = path.with_suffix(".tmp")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def _all(folder: Path) -> list[Path]:
    return sorted(folder.glob("step-*.checkpoint"))
