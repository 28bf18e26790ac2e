"""Checkpoints that survive a crash at any moment: written aside, synced, renamed, hashed."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import torch

from search.checkpoints import all_in, path_of
from search.training.log import log

DIGEST = hashlib.sha256().digest_size


class CheckpointError(Exception):
    """No readable checkpoint is left."""


def save(folder: Path, step: int, state: dict[str, Any]) -> Path:
    """Write `state` as the checkpoint of `step`; later ones, behind which training went back, go."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    payload = buffer.getvalue()
    path = path_of(folder, step)
    _write(path, hashlib.sha256(payload).digest() + payload)
    for other in all_in(folder):
        if other.name > path.name:
            other.unlink()
    return path


def load(path: Path) -> dict[str, Any]:
    """Read the checkpoint at `path`, or the one before it if that is torn; to the CPU.

    Raises CheckpointError if neither can be read.
    """
    earlier = [p for p in all_in(path.parent) if p.name < path.name]
    for candidate in (path, *reversed(earlier)):
        payload = _payload(candidate)
        if payload is not None:
            state: dict[str, Any] = torch.load(
                io.BytesIO(payload), map_location="cpu", weights_only=True
            )
            return state
    raise CheckpointError(f"No readable checkpoint at {path}.")


def resumed(path: Path | None, fraction: float = 1.0) -> dict[str, Any] | None:
    """What a training goes on from; None if it starts from the beginning, and the log says why.

    A checkpoint serves if it can be read and saw the share `fraction` of the training part.
    """
    if path is None:
        return None
    try:
        state = load(path)
    except CheckpointError as error:
        log(f"{error} Training starts from the beginning.")
        return None
    if state.get("fraction", 1.0) != fraction:
        log("The checkpoint was trained on another share. Training starts from the beginning.")
        return None
    return state


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
