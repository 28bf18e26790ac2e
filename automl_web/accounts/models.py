"""People, the one-time links that let them in, who tries too often, and the record of who did what."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person. `is_staff` marks an admin, who sees queues, devices and everybody's projects."""


class Link(models.Model):
    """A one-time, expiring link: to set up the first account, or to sign in. Only its hash is stored."""

    class Purpose(models.TextChoices):
        SET_UP = "set_up"
        SIGN_IN = "sign_in"

    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    @classmethod
    def issue(cls, purpose: Purpose, user: User | None = None, hours: float = 24) -> str:
        """Store a new link and return its secret, which is shown once."""
        token = secrets.token_urlsafe(32)
        expires_at = timezone.now() + timedelta(hours=hours)
        cls.objects.create(purpose=purpose, digest=_digest(token), user=user, expires_at=expires_at)
        return token

    @classmethod
    def is_usable(cls, purpose: Purpose, token: str) -> bool:
        return cls._usable(purpose, token).exists()

    @classmethod
    def redeem(cls, purpose: Purpose, token: str) -> Link | None:
        """Use up the link, or return None if it is unknown, expired or used; a race has one winner."""
        if cls._usable(purpose, token).update(used_at=timezone.now()) != 1:
            return None
        return cls.objects.select_related("user").get(digest=_digest(token))

    @classmethod
    def _usable(cls, purpose: Purpose, token: str) -> models.QuerySet[Link]:
        return cls.objects.filter(
            purpose=purpose,
            digest=_digest(token),
            used_at=None,
            expires_at__gt=timezone.now(),
        )


class Tries(models.Model):
    """How often somebody has tried to get in without success, and from when they may try again."""

    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(default=0)
    free_at = models.DateTimeField(db_index=True)


class Action(models.TextChoices):
    """What the audit record tells of."""

    SIGN_IN = "sign_in", _("signing in")
    SIGN_OUT = "sign_out", _("signing out")
    DENIED = "denied", _("denied")
    PERSON_ADDED = "person_added", _("person added")
    LINK_ISSUED = "link_issued", _("sign-in link issued")
    PASSWORD_CHANGED = "password_changed", _("password changed")
    PROJECT_BEGUN = "project_begun", _("project begun")
    MEMBER_ADDED = "member_added", _("member added")
    MEMBER_CHANGED = "member_changed", _("role of a member changed")
    MEMBER_REMOVED = "member_removed", _("member removed")
    DATASET_UPLOADED = "dataset_uploaded", _("dataset uploaded")
    DATASET_MENDED = "dataset_mended", _("dataset mended")
    SPACE_SAVED = "space_saved", _("search space saved")
    RUN_STARTED = "run_started", _("run started")
    RUN_PAUSED = "run_paused", _("run paused")
    RUN_DRAINED = "run_drained", _("run drained")
    RUN_RESUMED = "run_resumed", _("run resumed")
    RUN_CANCELLED = "run_cancelled", _("run cancelled")
    RUN_RETRIED = "run_retried", _("run tried again")
    TRIAL_STOPPED = "trial_stopped", _("trial stopped")
    TRIAL_ASKED = "trial_asked", _("trial asked for")
    TRIAL_RETRIED = "trial_retried", _("trial tried again")
    QUEUE_PAUSED = "queue_paused", _("queue paused")
    QUEUE_OPENED = "queue_opened", _("queue opened")
    QUEUE_DRAINED = "queue_drained", _("queue drained")
    MODEL_RETRIED = "model_retried", _("model exported again")
    MODEL_DOWNLOADED = "model_downloaded", _("model downloaded")


class AppendOnlyError(Exception):
    """The audit record is only ever added to."""


class EntryQuerySet(models.QuerySet["Entry"]):
    def update(self, **_values: object) -> int:
        raise AppendOnlyError

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError


class Entry(models.Model):
    """One line of the audit record. Names are kept as text: it outlives what it tells of.

    Triggers of the database refuse changes as well (migration 0002).
    """

    at = models.DateTimeField(auto_now_add=True)
    person = models.CharField(max_length=150)
    address = models.CharField(max_length=45)
    action = models.CharField(max_length=30)  # an Action
    target = models.CharField(max_length=200)
    outcome = models.CharField(max_length=30)
    facts = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["person", "-id"], name="entries_of_a_person"),
            models.Index(fields=["action", "-id"], name="entries_of_an_action"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
