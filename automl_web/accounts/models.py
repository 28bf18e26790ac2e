"""People, and the one-time links that let them in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


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


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
