"""The forms with which people sign in and make accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import (
    AuthenticationForm,
    BaseUserCreationForm,
    PasswordChangeForm,
)
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from automl_web.accounts.models import User
from automl_web.accounts.throttle import TooOftenError, begin_try, forget


class SignInForm(AuthenticationForm):
    """Name and password, which are looked at only if there were not too many tries before."""

    is_throttled = False

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username")
        if not name or self.request is None:
            return self.cleaned_data  # nothing to look at
        try:
            key = begin_try(f"password of {name}", self.request)
        except TooOftenError as error:
            self.is_throttled = True
            raise ValidationError(str(error)) from None
        cleaned = super().clean()
        forget(key)
        return cleaned


class NewPasswordForm(PasswordChangeForm):
    """A new password for who knows the old one, which is no easier to guess here than at the door."""

    def __init__(self, request: HttpRequest, user: User, data: Any = None) -> None:
        super().__init__(user, data)
        self.request = request

    def clean_old_password(self) -> str:
        try:
            key = begin_try(f"password of {self.user.username}", self.request)
        except TooOftenError as error:
            raise ValidationError(str(error)) from None
        old: str = super().clean_old_password()
        forget(key)
        return old


class FirstAccountForm(BaseUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("username",)


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new person, who will choose a password after signing in by link."""

    class Meta:
        model = User
        fields = ("username",)

    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        person: User = super().save(commit)
        return person
