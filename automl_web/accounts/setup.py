"""How the first account comes to be, and the links that let a person in without a password."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db import transaction
from django.urls import reverse

from automl_web.accounts.models import Link, User


def needs_set_up() -> bool:
    """Whether this site has no account yet."""
    return not User.objects.exists()


def set_up_link() -> str | None:
    """The path at which the first account is made, or None if there is one; earlier links end."""
    if not needs_set_up():
        return None
    Link.objects.filter(purpose=Link.Purpose.SET_UP, used_at=None).delete()
    return reverse("set-up", args=[Link.issue(Link.Purpose.SET_UP)])


def sign_in_link(user: User, then: str = "") -> str:
    """The path at which `user` signs in once without a password and goes on to the path `then`."""
    path = reverse("sign-in-link", args=[Link.issue(Link.Purpose.SIGN_IN, user)])
    return f"{path}?{urlencode({'next': then})}" if then else path


@transaction.atomic
def make_first_account(token: str, user: User) -> bool:
    """Save `user` as the admin of this site and use up the link; False if it cannot be used."""
    if not needs_set_up() or Link.redeem(Link.Purpose.SET_UP, token) is None:
        return False
    user.is_staff = user.is_superuser = True
    user.save()
    return True
