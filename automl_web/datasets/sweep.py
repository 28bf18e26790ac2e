"""Removing what dead processes have left behind on the disk."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from automl_web.datasets.models import Upload, Version

EXPIRES_AFTER = timedelta(days=1)
"""An upload that nothing is prepared from is kept for so long: it may go on."""

ABANDONED_AFTER = 3600.0
"""Seconds in which nothing was written to it, after which a file that nobody knows is nobody's."""

State = Version.State


def sweep() -> None:
    """Remove uploads whose request died, and files of versions that wait for nothing; called by a timer."""
    data = Path(settings.DATA)
    _remove(_abandoned(Path(settings.FILE_UPLOAD_TEMP_DIR)))
    _needless().delete()
    known = {str(pk) for pk in Upload.objects.values_list("pk", flat=True)}
    _remove(path for path in _abandoned(data / "uploads") if path.name not in known)
    scratch = (path for path in _abandoned(data / "datasets") if "-" in path.name)
    _remove(_without(scratch, {State.PREPARING}))


def _needless() -> QuerySet[Upload]:
    """Uploads that nothing comes from: never finished, never used, or refused."""
    kept = Version.objects.exclude(state=State.REFUSED).filter(source=OuterRef("pk"))
    return Upload.objects.filter(~Exists(kept), touched_at__lt=Now() - EXPIRES_AFTER)


def _abandoned(folder: Path) -> list[Path]:
    if not folder.exists():
        return []
    return [path for path in folder.iterdir() if _age(path) > ABANDONED_AFTER]


def _age(path: Path) -> float:
    try:
        return time.time() - path.lstat().st_mtime
    except FileNotFoundError:  # whoever made it has just removed it
        return 0.0


def _without(paths: Iterable[Path], states: set[Version.State]) -> list[Path]:
    """The paths but those of versions in `states`, by the number that their names begin with."""
    known = Version.objects.filter(state__in=states).values_list("pk", flat=True)
    kept = {str(pk) for pk in known}
    return [path for path in paths if path.stem.split("-")[0] not in kept]


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
