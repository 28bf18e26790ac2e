"""Opening a Parquet file from outside, with limits on what it says of itself."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

MAGIC = b"PAR1"
NAME_BYTES, MOST_PARTS = 2**22, 2**20
"""Of what the file says of itself: the longest text, and the longest list."""

DAMAGE = (pa.ArrowException, OSError, ValueError, TypeError, NotImplementedError, OverflowError)
"""What is raised at content that makes no sense. A MemoryError is pyarrow's ArrowMemoryError, too."""


def opened(source: Any) -> pq.ParquetFile:
    """The file of a buffer or an open file; raises one of DAMAGE if it is none."""
    return pq.ParquetFile(
        source,
        pre_buffer=False,
        thrift_string_size_limit=NAME_BYTES,
        thrift_container_size_limit=MOST_PARTS,
    )
