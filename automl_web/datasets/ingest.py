"""Preparing a version: claimed by compare-and-set, beating while it lives, taken up again if it dies."""

from __future__ import annotations

import logging
import shutil
import time
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from automl_web.datasets.confine import BrokenOffError, prepare_confined
from automl_web.datasets.models import Version
from automl_web.datasets.order import READING, Order, Progress
from automl_web.datasets.refusals.of_preparing import AbandonedError
from automl_web.datasets.refusals.refusal import RefusalError

SILENCE = timedelta(seconds=60)
"""A version that has not beaten for this long is prepared by nobody any more."""

HINT_AFTER = timedelta(seconds=10)
BEAT_EVERY = 0.5  # seconds
MAX_ATTEMPTS = 3

logger = logging.getLogger(__name__)


class SupersededError(Exception):
    """Another worker prepares this version now."""


def ingest(version: Version) -> bool:
    """Inspect and prepare `version`, which becomes ready or refused; False if there is nothing to do.

    Safe to call twice and at once: only one caller gets the version, and one that died is replaced.
    """
    if not _claim(version):
        return False
    _sweep(version)
    try:
        if version.attempt > MAX_ATTEMPTS:
            raise AbandonedError(attempts=MAX_ATTEMPTS)
        prepared = prepare_confined(_order(version), _beat(version))
    except RefusalError as refusal:
        _end(version, Version.State.REFUSED, problem=refusal.english, facts=_told(refusal))
    except SupersededError:
        logger.warning("Version %s is prepared elsewhere.", version.pk)
        return False
    except BrokenOffError as error:
        logger.warning("Version %s was broken off (%s); it is taken up again.", version.pk, error)
        _held(version).update(state=Version.State.UPLOADED)
        return False
    else:
        _end(
            version,
            Version.State.READY,
            kind=prepared.kind,
            digest=prepared.digest,
            facts=prepared.facts,
            done=prepared.items,
            total=prepared.items,
        )
    return True


def _order(version: Version) -> Order:
    """What the decoder is asked for; raises AbandonedError if the file is gone."""
    if version.source is None:
        raise AbandonedError(attempts=version.attempt)
    return Order(
        version.source.path,
        version.folder,
        name=version.source.name,
        kind=str(version.options.get("kind", "")),
        options=version.options,
        earlier=version.parent.folder if version.parent else None,
    )


def stale_versions() -> QuerySet[Version]:
    """Versions whose worker has died while preparing them."""
    silent = Q(beat_at=None) | Q(beat_at__lt=Now() - SILENCE)
    return Version.objects.filter(silent, state=Version.State.PREPARING)


def waiting_versions() -> QuerySet[Version]:
    """Versions that nobody prepares although they should be: their hint was lost, or their worker."""
    forgotten = Version.objects.filter(
        state=Version.State.UPLOADED, created_at__lt=Now() - HINT_AFTER
    )
    return forgotten | stale_versions()


def _claim(version: Version) -> bool:
    uploaded = Version.objects.filter(state=Version.State.UPLOADED)
    free = (uploaded | stale_versions()).filter(pk=version.pk)
    changes = {"state": Version.State.PREPARING, "attempt": F("attempt") + 1, "beat_at": Now()}
    if free.update(**changes) != 1:
        return False
    version.refresh_from_db()
    return True


def _sweep(version: Version) -> None:
    """Remove the scratch folders of attempts that died."""
    for left_behind in version.folder.parent.glob(f"{version.folder.name}-*"):
        shutil.rmtree(left_behind, ignore_errors=True)


def _held(version: Version) -> QuerySet[Version]:
    return Version.objects.filter(
        pk=version.pk, state=Version.State.PREPARING, attempt=version.attempt
    )


def _beat(version: Version) -> Progress:
    """Store progress at most twice a second; raises SupersededError if another worker has it."""
    last = 0.0

    def progress(done: int, total: int, _name: str, stage: str = READING, /) -> None:
        nonlocal last
        if time.monotonic() - last < BEAT_EVERY:
            return
        last = time.monotonic()
        changes = {"done": done, "total": total, "facts": {"stage": stage}, "beat_at": Now()}
        if _held(version).update(**changes) != 1:
            raise SupersededError

    return progress


def _told(refusal: RefusalError) -> dict[str, object]:
    return {"refusal": refusal.document}


def _end(version: Version, state: Version.State, **changes: object) -> None:
    if _held(version).update(state=state, **changes) == 1 and state == Version.State.REFUSED:
        _forget(version)
    version.refresh_from_db()


def _forget(version: Version) -> None:
    """Keep nothing of a file that was refused, unless another version comes from it."""
    source = version.source
    if source is not None and not source.version_set.exclude(pk=version.pk).exists():
        source.path.unlink(missing_ok=True)
        source.delete()
