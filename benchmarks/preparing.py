"""From the end of an upload of images to "ready", and how soon a trial then takes its first step.

`python -m benchmarks.preparing [ZIP ...] [--trials N] [--seed N]` starts the site as `make run` does, on
a temporary data folder and a free port. Each zip is moved to where uploads end; the time is that from
there until the version is ready, the memory the most that the decoder holds. Then a random search of
small one-epoch trainings runs on the last of them. Without a zip, 6,000 pieces of two photographs that
come with scikit-learn are taken, in ten classes.
"""

from __future__ import annotations

import argparse
import importlib
import shutil
import sys
import tempfile
import time
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
from PIL import Image
from sklearn.datasets import load_sample_images

from benchmarks.latency import running_site
from benchmarks.measured import Figure, load, machine, table

if TYPE_CHECKING:
    from automl_web.datasets.models import Version

PIECES, CLASSES, SIDE = 6_000, 10, 32
GOALS = {6_000: 20.0, 10_000: 60.0}  # seconds, on two cores, Data Doctor included
SMALL = {"epochs": 1, "layers": 1, "width": 4, "batch_size": 64}
PATIENCE = 900  # seconds
LOOK_EVERY = 0.05


def write_photographs(path: Path, seed: int) -> None:
    """A zip of class folders: pieces of two photographs, classed by where they were cut out."""
    rng = np.random.default_rng(seed)
    photographs = load_sample_images().images
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(PIECES):
            label = number % CLASSES
            photograph = photographs[label % 2]
            height, width, _channels = photograph.shape
            band = (width - SIDE) // CLASSES
            top = rng.integers(height - SIDE)
            left = label * band + rng.integers(band)
            encoded = BytesIO()
            piece = photograph[top : top + SIDE, left : left + SIDE]
            Image.fromarray(piece).save(encoded, format="JPEG")
            archive.writestr(f"{label}/{number:05}.jpg", encoded.getvalue())


def prepared(path: Path) -> tuple[Version, float, float]:
    """The version of a copy of the zip, the seconds until it was ready, and the decoder's megabytes."""
    # Models can be imported only once the settings know the data folder.
    datasets = importlib.import_module("automl_web.datasets.store")
    trials = importlib.import_module("benchmarks.trials")
    project = trials.digits().dataset.project
    copy = Path(tempfile.mkdtemp()) / path.name
    shutil.copyfile(path, copy)
    began = time.monotonic()
    source = datasets.keep(project, trials.person(), copy, path.name)
    version: Version = datasets.add_dataset(source, path.stem, trials.person())
    most = 0
    while version.state not in {"ready", "refused"}:
        if time.monotonic() - began > PATIENCE:
            raise SystemExit("Preparing takes too long.")
        time.sleep(LOOK_EVERY)
        most = max(most, _memory())
        version.refresh_from_db()
    seconds = time.monotonic() - began
    if version.state == "refused":
        raise SystemExit(version.problem)
    return version, seconds, most / 1e6


def _memory() -> int:
    """Bytes that the decoders hold now."""
    held = 0
    for process in psutil.process_iter(["cmdline", "memory_info"]):
        if "automl_web.datasets.decoder" in (process.info["cmdline"] or []):
            held += process.info["memory_info"].rss
    return held


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("zips", nargs="*", type=Path, metavar="ZIP")
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    print(f"{machine()}; load average {load()}\n")
    with tempfile.TemporaryDirectory() as folder, running_site():
        if not asked.zips:
            asked.zips = [Path(folder) / "photographs.zip"]
            write_photographs(asked.zips[0], asked.seed)
        print("| zip | images | until ready | goal | decoder |\n|---|---|---|---|---|")
        for path in asked.zips:
            version, seconds, memory = prepared(path)
            images = version.facts["images"]
            goal = next((f"{GOALS[n]:.0f} s" for n in sorted(GOALS) if images <= n), "")
            print(f"| {path.name} | {images:,} | {seconds:.1f} s | {goal} | {memory:.0f} MB |")
            sys.stdout.flush()
        if asked.trials:
            print(f"\n{table(_starts(version, asked.trials, asked.seed))}\n\nload average {load()}")


def _starts(version: Version, trials: int, seed: int) -> list[Figure]:
    begin = importlib.import_module("benchmarks.trials").begin
    figures = importlib.import_module("benchmarks.first_step").figures
    images = f" with {version.facts['images']:,} images prepared"
    found: list[Figure] = figures(images, begin(SMALL, trials, seed, version=version))
    return found


if __name__ == "__main__":
    main()
