"""The forms with which people make accounts and change passwords."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm

from automl_web.accounts.models import User


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
