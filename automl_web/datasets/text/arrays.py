"""Arrays of one dimension that are written as they grow, and mapped by training."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np


class Growing:
    """An .npy file to which numbers are added; its head tells how many once it is closed."""

    def __init__(self, path: Path, kind: type[np.generic]) -> None:
        self._kind = np.dtype(kind)
        self._file = path.open("wb")
        self.length = 0
        self._write_head()
        self._head = self._file.tell()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._file:
            if error is None:
                self._file.seek(0)
                self._write_head()
                assert self._file.tell() == self._head  # numpy leaves room for a longer number

    def add(self, numbers: np.ndarray[Any, Any]) -> bytes:
        """Write them behind the others; the bytes that were written."""
        content = numbers.astype(self._kind, copy=False).tobytes()
        self._file.write(content)
        self.length += len(numbers)
        return content

    def _write_head(self) -> None:
        described = {"descr": self._kind.str, "fortran_order": False, "shape": (self.length,)}
        np.lib.format.write_array_header_1_0(self._file, described)
