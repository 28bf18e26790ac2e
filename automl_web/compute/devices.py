"""Which devices this host offers, as AUTOML_DEVICES declares them."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from dataclasses import dataclass, field

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from automl_web.compute.models import Device, Queue

SYNTAX = re.compile(r"(cpu|cuda|mps)(?::(\d+))?$")
MOST = 64
"""More one-thread devices than this on one host are a slip of the keyboard."""


@dataclass(frozen=True)
class Slot:
    """A device to be: its name on this host, torch's address, the queue that it serves."""

    name: str
    address: str
    queue: str
    environment: dict[str, str] = field(default_factory=dict)


def declared(declaration: str) -> list[Slot]:
    """The slots of a declaration: `auto`, `none`, or kinds with a count, as in `cuda:2,cpu:3`.

    Raises ImproperlyConfigured where it cannot be read.
    """
    words = [word.strip() for word in declaration.lower().split(",") if word.strip()]
    if words == ["none"]:
        return []
    if words == ["auto"]:
        return _cuda(_cuda_devices()) + (_mps() if _has_mps() else []) + _cpu(2)
    counts = dict(_kind_and_count(word) for word in words)
    if not words or len(counts) < len(words):
        raise ImproperlyConfigured(_refusal(declaration))
    found = _cuda(counts.get("cuda", 0)) + (_mps() if counts.get("mps") else [])
    return found + _cpu(counts.get("cpu", 0))


def register(slots: list[Slot], host: str) -> list[Device]:
    """Make the rows of this host's devices and their queues; those of earlier starts stay as they are."""
    devices = []
    for name in {"cpu", *(slot.queue for slot in slots)}:
        Queue.objects.get_or_create(name=name)
    for slot in slots:
        queue = Queue.objects.get(name=slot.queue)
        device, _created = Device.objects.update_or_create(
            host=host, name=slot.name, defaults={"queue": queue, "address": slot.address}
        )
        devices.append(device)
    return devices


def _kind_and_count(word: str) -> tuple[str, int]:
    found = SYNTAX.match(word)
    if found is None:
        raise ImproperlyConfigured(_refusal(word))
    count = int(found[2]) if found[2] else 1
    if not 1 <= count <= MOST:
        raise ImproperlyConfigured(_refusal(word))
    return found[1], count


def _refusal(word: str) -> str:
    return _(
        "AUTOML_DEVICES must be auto, none, or kinds with a count of 1 to %(most)d"
        " such as cuda:2,cpu:3, not %(word)r."
    ) % {"word": word, "most": MOST}


def _cpu(count: int) -> list[Slot]:
    # An empty list of GPUs keeps a CPU device's torch from holding memory on one.
    hidden = {"CUDA_VISIBLE_DEVICES": ""}
    return [Slot(f"cpu-{n}", "cpu", "cpu", hidden) for n in range(count)]


def _cuda(count: int) -> list[Slot]:
    # Each worker sees its own GPU alone, so that is the first for it.
    return [
        Slot(f"cuda-{n}", "cuda:0", "gpu", {"CUDA_VISIBLE_DEVICES": str(n)}) for n in range(count)
    ]


def _mps() -> list[Slot]:
    return [Slot("mps-0", "mps", "gpu")]


def _has_mps() -> bool:
    return platform.system() == "Darwin" and platform.machine() == "arm64"


def _cuda_devices() -> int:
    """How many GPUs the driver lists. Torch would say it too, after a second of importing."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return 0
    listing = subprocess.run([command, "--list-gpus"], capture_output=True, text=True, timeout=20)
    return sum(line.startswith("GPU ") for line in listing.stdout.splitlines())
