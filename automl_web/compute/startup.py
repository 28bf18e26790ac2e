"""What must be so before anything starts; each refusal is one sentence."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import socket
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, TextIO

import psutil
from django.utils.translation import gettext as _

LONGEST_SOCKET = 100
"""Bytes that the path of a unix socket may have; the kernels' limits begin at 103."""

LEAST_FREE = 2**30
NETWORK_DISKS = {"nfs", "nfs3", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afpfs", "webdav"}


class CannotStartError(Exception):
    """The sentence that says why, and what to do."""


class Mount(NamedTuple):
    """A mounted file system: where, and of which type."""

    mountpoint: str
    fstype: str


def check_port(address: str, port: int) -> None:
    """Raise CannotStartError unless a server can listen there."""
    words = {"address": address, "port": port}
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OverflowError:
        raise CannotStartError(
            _("AUTOML_PORT must be a port from 1 to 65535, not %(port)d.") % words
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = _(
                "Port %(port)d is taken: stop what uses it, or choose another: AUTOML_PORT=8001"
            )
        elif error.errno == errno.EACCES:
            reason = _("Port %(port)d needs more rights: choose one above 1023 with AUTOML_PORT.")
        else:
            reason = _("%(address)s is not an address of this machine: set AUTOML_BIND to one.")
        raise CannotStartError(reason % words) from None


def check_disk(folder: Path) -> None:
    """Raise CannotStartError unless there is room for checkpoints and logs."""
    if shutil.disk_usage(folder).free < LEAST_FREE:
        raise CannotStartError(
            _("Less than 1 GB is free in %(folder)s: free some space first.") % {"folder": folder}
        )


def check_local(folder: Path, mounts: Iterable[Mount] | None = None) -> None:
    """Raise CannotStartError if SQLite's file would lie on a network disk, whose locks do not hold."""
    if mounts is None:
        mounts = [Mount(p.mountpoint, p.fstype) for p in psutil.disk_partitions(all=True)]
    holding = [mount for mount in mounts if folder.is_relative_to(mount.mountpoint)]
    nearest = max(holding, key=lambda mount: len(mount.mountpoint), default=None)
    if nearest is not None and nearest.fstype.lower() in NETWORK_DISKS:
        raise CannotStartError(
            _(
                "%(folder)s lies on a network disk (%(type)s), on which SQLite loses data:"
                " set AUTOML_DATA to a local folder, or DATABASE_URL to a PostgreSQL database."
            )
            % {"folder": folder, "type": nearest.fstype}
        )


def make_runtime_folder(folder: Path, longest_name: str) -> None:
    """Make the folder for sockets, which this account alone may enter. Raises CannotStartError."""
    if len(os.fsencode(folder / longest_name)) > LONGEST_SOCKET:
        raise CannotStartError(
            _("%(folder)s is too long for the path of a socket: set TMPDIR to a shorter folder.")
            % {"folder": folder}
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o077
    if not private or found.st_uid != os.getuid():
        raise CannotStartError(
            _("%(folder)s can be entered by others: remove it, then start again.")
            % {"folder": folder}
        )


def lock(path: Path) -> TextIO:
    """Hold the lock at `path` as long as the file that is given back stays open.

    Raises CannotStartError if another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().strip()
        file.close()
        raise CannotStartError(
            _(
                "AutoML Web already runs on this data folder (process %(owner)s): stop that one first."
            )
            % {"owner": owner}
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file
