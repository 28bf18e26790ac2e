"""What may befall the preparing of any data."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from automl_web.datasets.refusals.refusal import RefusalError


class NoRoomError(RefusalError):
    sentence = _(
        "The disk of this site is too full to prepare this file: %(needed)s MB are needed. "
        "Ask the person who runs it to make room, then upload again."
    )


class DiskFullError(RefusalError):
    sentence = _(
        "The disk of this site became full while this file was prepared. "
        "Ask the person who runs it to make room, then upload again."
    )


class CrashError(RefusalError):
    sentence = _(
        "The program that reads uploads broke down over “%(name)s”, so nothing of this file was "
        "used. Save that anew with another program, or leave it out."
    )


class TooMuchMemoryError(RefusalError):
    sentence = _(
        "Reading this file needs more memory than we give to one. Leave out what is not needed, or "
        "upload a part of it."
    )


class TooSlowError(RefusalError):
    sentence = _(
        "Reading this file took far longer than files of its size do; we gave up at “%(name)s”. "
        "Leave that out, or upload a part of the file."
    )


class AbandonedError(RefusalError):
    sentence = _(
        "Preparing this file was broken off %(attempts)s times, so we gave up. Something in it may "
        "need more memory than there is. Try with a part of it."
    )
