"""The field of a list of numbers, written with commas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext


class NumbersField(forms.CharField):
    """Numbers such as "8, 11, 16"; `number` reads one of them."""

    def __init__(self, *, number: Callable[[str], float] = int, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
        self.number = number

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        text = str(super().to_python(value))
        try:
            return [self.number(part) for part in text.split(",") if part.strip()]
        except ValueError:
            raise forms.ValidationError(gettext("Write numbers with commas between.")) from None

    def run_validators(self, value: Any) -> None:
        """None: what the numbers may be, the set says."""
