"""Tables that are hostile or odd, and what becomes of each."""

from __future__ import annotations

import random
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.web.hostile_images import pickled
from tests.web.hostile_zips import zip_bytes
from tests.web.tables import flowers

NO_TABLE = "No table was found in this file"
NO_TEXT = "This file is no plain text"
DAMAGED = "This table cannot be read"
ENDLESS = "The first line of this file is longer"


@dataclass(frozen=True)
class TableCase:
    """An upload; it is refused with a sentence that holds `says`, or taken with so many `rows`."""

    content: bytes
    says: str = ""
    rows: int = 120
    name: str = "odd.csv"


def refused(content: bytes, says: str, name: str = "odd.csv") -> TableCase:
    return TableCase(content, says, name=name)


def taken(frame: pd.DataFrame, rows: int = 120) -> TableCase:
    return TableCase(frame.to_csv(index=False).encode(), rows=rows)


def parquet(columns: dict[str, Any], **how: Any) -> bytes:
    file = BytesIO()
    pq.write_table(pa.table(columns), file, **how)
    return file.getvalue()


def good_parquet() -> bytes:
    file = BytesIO()
    flowers().to_parquet(file)
    return file.getvalue()


def no_utf8() -> bytes:
    """Parquet whose words are said to be UTF-8 and are not."""
    words = pa.array([b"\xff\xfe\xfd"] * 120).view(pa.string())
    return parquet({"a": words, "y": [1.0, 2.0] * 60})


def unfolding() -> bytes:
    """Parquet of a few kilobytes: a million times the same word of ten megabytes."""
    words = pa.DictionaryArray.from_arrays(
        pa.array([0] * 10**6, type=pa.int32()), pa.array(["a" * 10**7])
    )
    return parquet({"a": words, "y": pa.array([1.0, 2.0] * (10**6 // 2))}, compression="zstd")


def garbled(content: bytes) -> bytes:
    """Bytes of the middle of a file replaced by others, the same each time."""
    drawn = random.Random(0)
    middle = len(content) // 3
    noise = bytes(drawn.randrange(256) for _ in range(200))
    return content[:middle] + noise + content[middle + 200 :]


def bomb() -> bytes:
    """A zip of a table that is a million times the same line."""
    return zipped_table(b"1,2,3\n" * 20_000_000)


def zipped_table(content: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", content)
    return file.getvalue()


REFUSED: dict[str, Callable[[], TableCase]] = {
    "no byte": lambda: refused(b"", "This file is empty"),
    "spaces": lambda: refused(b" \n \n \t\n", NO_TABLE),
    "a header alone": lambda: refused(b"a,b,c\n", NO_TABLE),
    "bytes of a file of another kind": lambda: refused(b"\x7fELF\2\1\1\0" + bytes(99), NO_TEXT),
    "a table with a NUL": lambda: refused(b"a,b\n1,2\0\n" * 99, NO_TEXT),
    "a pickle": lambda: refused(pickled(), NO_TEXT),
    "a pickle by the name of Parquet": lambda: refused(pickled(), NO_TEXT, "odd.parquet"),
    "a page": lambda: refused(b"<html><script>alert(1)</script></html>\n" * 9, NO_TABLE),
    "packed bytes": lambda: refused(zlib.compress(random.Random(0).randbytes(9999)), NO_TEXT),
    "a line without an end": lambda: refused(b"1" * 2**21, ENDLESS),
    "a million columns": lambda: refused(b"1," * 10**6 + b"1\n" + b"2," * 10**6 + b"2\n", ENDLESS),
    "three thousand columns": lambda: refused((b"1," * 2999 + b"1\n") * 30, "has 3000 columns"),
    "lines of all lengths": lambda: refused(
        b"".join(b"1," * (n * 7 % 31) + b"1\n" for n in range(99)), NO_TABLE
    ),
    "a constant target": lambda: refused(
        flowers().assign(target=1).to_csv(index=False).encode(), "nothing to predict"
    ),
    "half a Parquet": lambda: refused(good_parquet()[:-900], DAMAGED, "odd.parquet"),
    "the head of a Parquet": lambda: refused(b"PAR1" + bytes(99) + b"PAR1", DAMAGED, "odd.parquet"),
    "a garbled Parquet": lambda: refused(garbled(good_parquet()), DAMAGED, "odd.parquet"),
    "words in Parquet that are no text": lambda: refused(no_utf8(), DAMAGED, "odd.parquet"),
    "a Parquet of lists alone": lambda: refused(
        parquet({"a": [[1, 2]] * 40}), NO_TABLE, "a.parquet"
    ),
    "a Parquet of 3,000 columns": lambda: refused(
        parquet({f"x{n}": [1.0] for n in range(3000)}), "has 3000 columns", "odd.parquet"
    ),
    "tables in a zip that nobody can tell apart": lambda: refused(
        zip_bytes({"a.csv": b"a,b\n1,2\n", "b.csv": b"a,b\n1,2\n"}),
        "it is unclear which",
        "odd.zip",
    ),
    "a table of a hundred megabytes in a small zip": lambda: refused(
        bomb(), "far larger", "odd.zip"
    ),
}

TAKEN: dict[str, Callable[[], TableCase]] = {
    "formulas": lambda: taken(flowers().replace({"red": "=cmd|'/C calc'!A0", "blue": "@SUM(A1)"})),
    "scripts": lambda: taken(flowers().replace({"red": "<script>alert(1)</script>"})),
    "numbers beyond all measure": lambda: taken(
        flowers().assign(
            big=["1e999", "-1e308", "inf", "1e-320"] * 30, species=flowers()["species"]
        )
    ),
    "names that are hard to see": lambda: taken(
        flowers().rename(columns={"length": "\u202egnp.exe", "colour": "\u200b" * 9})
    ),
    "a name of 100,000 characters": lambda: taken(
        flowers().rename(columns={"length": "x" * 10**5})
    ),
    "a cell of two megabytes": lambda: taken(
        pd.concat(
            [flowers(), pd.DataFrame({"length": [1], "colour": "x" * 2**21, "species": "rose"})]
        ),
        rows=121,
    ),
    "a cell of a thousand lines": lambda: taken(flowers().replace({"red": "a\n" * 1000 + "b"})),
    "control characters": lambda: taken(flowers().replace({"red": "\x01\x1b[31m\x7f"})),
    "a quote that is never closed": lambda: TableCase(
        flowers().to_csv(index=False).encode() + b'1.5,"red,rose\n', rows=121
    ),
    "percent signs": lambda: taken(
        flowers().rename(columns={"length": "%(name)s", "colour": "%n%s%d"})
    ),
    "a name of this site's own": lambda: taken(
        flowers().rename(columns={"length": "__class__", "colour": "constructor"})
    ),
}

HEAVY: dict[str, Callable[[], TableCase]] = {
    "a Parquet that unfolds to terabytes": lambda: refused(
        unfolding(), "needs more memory", "odd.parquet"
    ),
    "six million cells": lambda: refused(b"1,2\n" * 3_000_000, "more than 5000000 cells"),
    "a table that is in order": lambda: taken(flowers()),
}
"""These go the whole way, through a process with limits."""
