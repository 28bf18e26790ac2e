"""Asking a model of a table that was taken home about one row.

Run as `python -m search.training.tables.predict FOLDER`, it reads a row from standard input, a JSON
object from columns to numbers, texts or null, and prints the probabilities, one a class, or a list of
the one value.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from search.training.card import CARD, ONNX
from search.training.tables.asking import inputs
from search.training.tables.export import session_of


def main(folder: str) -> None:
    """Print what the model in `folder` says of the row on standard input."""
    card = json.loads((Path(folder) / CARD).read_text(encoding="utf-8"))
    session = session_of(Path(folder) / ONNX)
    (found,) = session.run(None, inputs(card["columns"], json.load(sys.stdin)))
    sys.stdout.write(json.dumps(found.ravel().tolist()))


if __name__ == "__main__":
    main(*sys.argv[1:])
