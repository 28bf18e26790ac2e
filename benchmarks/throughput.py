"""Training throughput of the built-in network: prepared arrays against ImageFolder and DataLoader.

`python -m benchmarks.throughput [--images FOLDER]` trains the same network on the same images with the
same optimiser, batch size and one torch thread in both ways, in turns, in one process. The product's
loop also lays images out channels last, which is part of it and not of the plain one. The plain loop
decodes, resizes and normalises every image in every epoch, as loops over files do; the product does
that once, when the images are uploaded. DataLoader's workers are processes beside the training one,
so the rows with workers are given more of the machine than the product takes.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, Subset
from torchvision import transforms
from torchvision.datasets import ImageFolder

from search.history import Candidate
from search.training.data import Meta, Normalise, Split
from search.training.images import build
from search.training.loop import Training, train_epoch
from search.training.optimise import loss_of, optimiser_of
from search.training.recipe import Recipe

NETWORKS = {
    "smallest of the space (2 layers, width 8)": Recipe(layers=2, width=8),
    "default (3 layers, width 16)": Recipe(layers=3, width=16),
    "largest of the space (5 layers, width 32)": Recipe(layers=5, width=32),
}
MEAN, STD = (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)

Epoch = Callable[[], object]


@dataclass(frozen=True)
class Images:
    """The same images twice: as files behind a transform, and as prepared arrays."""

    files: Subset[tuple[torch.Tensor, int]]
    prepared: Split
    known: Meta


def digits_as_files(folder: Path, side: int) -> Path:
    """Scikit-learn's digits as JPEG files of `side` pixels in one folder a class."""
    bunch = load_digits()
    for index, (pixels, label) in enumerate(zip(bunch.images, bunch.target, strict=True)):
        image = Image.fromarray((pixels * 15.9).astype(np.uint8)).resize((side, side))
        (folder / str(label)).mkdir(exist_ok=True)
        image.save(folder / str(label) / f"{index}.jpg")
    return folder


def read(folder: Path, side: int, limit: int, work: Path) -> Images:
    """Open class folders for the plain loop, and prepare the same images for the product's."""
    steps = [transforms.Resize((side, side)), transforms.ToTensor()]
    whole = ImageFolder(folder, transforms.Compose([*steps, transforms.Normalize(MEAN, STD)]))
    order = torch.randperm(len(whole), generator=torch.Generator().manual_seed(0))
    chosen = order[:limit].tolist()
    pixels = np.empty((len(chosen), 3, side, side), dtype=np.uint8)
    for row, index in enumerate(chosen):
        path, _ = whole.samples[index]
        image = whole.loader(path).resize((side, side), Image.Resampling.BILINEAR)
        pixels[row] = np.asarray(image).transpose(2, 0, 1)
    np.save(work / "images.npy", pixels)
    mapped = torch.from_numpy(np.load(work / "images.npy", mmap_mode="c"))
    labels = torch.tensor([whole.targets[index] for index in chosen])
    known = Meta(tuple(whole.classes), 3, side, side, MEAN, STD)
    return Images(Subset(whole, chosen), Split(mapped, labels), known)


def product(images: Images, recipe: Recipe) -> Epoch:
    """One epoch of the product's own training loop."""
    torch.manual_seed(0)
    network = build(Candidate(asdict(recipe)), images.known)
    training = Training(network, optimiser_of(recipe, network.parameters()), seed=0)
    normalise = Normalise.of(images.known, torch.device("cpu"))
    return lambda: train_epoch(training, recipe, (images.prepared,), normalise)


def plain(images: Images, recipe: Recipe, workers: int) -> Epoch:
    """One epoch of the loop that every tutorial has; its workers stay from epoch to epoch."""
    torch.manual_seed(0)
    network = build(Candidate(asdict(recipe)), images.known).to(
        memory_format=torch.contiguous_format
    )
    optimiser, loss_function = optimiser_of(recipe, network.parameters()), loss_of(recipe)
    loader = DataLoader(
        images.files,
        batch_size=recipe.batch_size,
        shuffle=True,
        num_workers=workers,
        persistent_workers=workers > 0,
    )

    def epoch() -> None:
        network.train()
        for batch, labels in loader:
            optimiser.zero_grad()
            loss_function(network(batch), labels).backward()  # type: ignore[no-untyped-call]
            optimiser.step()

    return epoch


def compare(images: Images, recipe: Recipe, workers: int, repeats: int) -> tuple[float, float]:
    """Median images per second of the product and of the plain loop, measured in turns."""
    epochs = (product(images, recipe), plain(images, recipe, workers))
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(repeats + 1):
        for epoch, measured in zip(epochs, seconds, strict=True):
            start = time.perf_counter()
            epoch()
            if turn:  # the first warms both up
                measured.append(time.perf_counter() - start)
    ours, theirs = (len(images.prepared) / statistics.median(s) for s in seconds)
    return ours, theirs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--images", type=Path, help="class folders; else digits as JPEG files")
    parser.add_argument("--file-side", type=int, default=64, help="of the digits' files, in pixels")
    parser.add_argument("--side", type=int, default=32, help="what is trained on, in pixels")
    parser.add_argument("--limit", type=int, default=1500, help="images an epoch")
    parser.add_argument("--workers", type=int, nargs="*", default=[0, 2], help="of DataLoader")
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "files").mkdir()
        folder = asked.images or digits_as_files(work / "files", asked.file_side)
        images = read(folder, asked.side, asked.limit, work)
        print(f"{len(images.prepared)} images, {asked.side} pixels, medians of {asked.repeats}\n")
        print("| network | DataLoader workers | product, images/s | plain, images/s | ratio |")
        print("|---|---|---|---|---|")
        for title, recipe in NETWORKS.items():
            for workers in asked.workers:
                ours, theirs = compare(images, recipe, workers, asked.repeats)
                row = f"| {title} | {workers} | {ours:,.0f} | {theirs:,.0f} | {ours / theirs:.2f} |"
                print(row)
                sys.stdout.flush()


if __name__ == "__main__":
    main()
