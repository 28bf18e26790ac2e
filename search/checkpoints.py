"""The files of a trial's checkpoints: how they are named, and which of them may go."""

from __future__ import annotations

from pathlib import Path


def path_of(folder: Path, step: int) -> Path:
    return folder / f"step-{step:06d}.checkpoint"


def all_in(folder: Path) -> list[Path]:
    """All checkpoints in `folder` in the order of their steps."""
    return sorted(folder.glob("step-*.checkpoint"))


def prune(recorded: Path) -> None:
    """Delete what is older than the one before `recorded`, which serves should `recorded` be torn.

    To be called once it is on record that training can go on from `recorded`, never before: training
    runs ahead of the record, and must not delete what a retry would begin at.
    """
    earlier = [path for path in all_in(recorded.parent) if path.name < recorded.name]
    for path in earlier[:-1]:
        path.unlink(missing_ok=True)


def clear(folder: Path) -> None:
    """Delete all checkpoints in `folder`: nothing will go on from them."""
    for path in all_in(folder):
        path.unlink(missing_ok=True)
