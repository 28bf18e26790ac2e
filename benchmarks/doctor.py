"""From a zip of images to a version that the Data Doctor has looked at; in the confined process.

OMP_NUM_THREADS=1 python -m benchmarks.doctor --images $ZIP --count 10000
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from automl_web.datasets.confine import prepare_confined
from automl_web.datasets.order import CHECKING, READING, Order
from benchmarks.measured import load, machine

SEED = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True, help="a zip of class folders")
    parser.add_argument("--count", type=int, default=10_000, help="how many of its images to take")
    asked = parser.parse_args()
    before = load()
    with TemporaryDirectory() as folder:
        upload = Path(folder) / "images.zip"
        count = some_of(asked.images, upload, asked.count)
        lines = timed(Order(upload, Path(folder) / "prepared"), count)
    print(machine(), "load", before, "to", load(), file=sys.stderr)
    print("\n".join(lines))


def some_of(images: Path, upload: Path, count: int) -> int:
    """Copy `count` images, drawn with a fixed seed, into a zip of their own; how many it has."""
    with zipfile.ZipFile(images) as source, zipfile.ZipFile(upload, "w") as target:
        names = [name for name in source.namelist() if not name.endswith("/")]
        drawn = np.random.default_rng(SEED).permutation(len(names))[:count]
        for place in sorted(drawn):
            target.writestr(names[place], source.read(names[place]))
    return len(drawn)


def timed(order: Order, count: int) -> list[str]:
    """Prepare, and say how long each part took and what was found."""
    begun = time.monotonic()
    seen: dict[str, float] = {}

    def progress(_done: int, _total: int, _name: str, stage: str = READING, /) -> None:
        seen.setdefault(stage, time.monotonic())

    prepared = prepare_confined(order, progress)
    ended = time.monotonic()
    checking = seen.get(CHECKING, ended)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        f"{count:,} images: {ended - begun:.1f} s, of which prepared {checking - begun:.1f} s "
        f"and checked {ended - checking:.1f} s; at most {peak:.0f} MB of memory",
        *(f"- {f['code']}: {f['values'].get('count', '')}" for f in prepared.facts["findings"]),
    ]


if __name__ == "__main__":
    main()
