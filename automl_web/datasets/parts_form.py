"""What the forms of a correction share: how large the held-out parts are, and that something was changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from automl_web.datasets.parts import TEST, VALIDATION

SMALLEST_SHARE, LARGEST_SHARE = 5, 40  # per cent
HELD_OUT = (VALIDATION, TEST)


class PartsForm(forms.Form):
    """The shares of the validation and of the test part; a form of more fields names its order."""

    validation = forms.IntegerField(
        label=gettext_lazy("Validation part, in per cent"),
        min_value=SMALLEST_SHARE,
        max_value=LARGEST_SHARE,
    )
    test = forms.IntegerField(
        label=gettext_lazy("Test part, in per cent"),
        min_value=SMALLEST_SHARE,
        max_value=LARGEST_SHARE,
        help_text=gettext_lazy(
            "The test part stays as it is, unless you change this: then it is drawn anew, and test "
            "scores cannot be compared with earlier ones."
        ),
    )

    def leave_out(self, given: Collection[str]) -> None:
        """Offer no share of the parts that the file itself gives."""
        for part in HELD_OUT:
            if part in given:
                del self.fields[part]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.changed_data:
            raise forms.ValidationError(_("Nothing was changed. Change something, or leave it."))
        return cleaned


def per_cent(shares: Mapping[str, float]) -> dict[str, int]:
    """The held-out parts as the form shows them."""
    return {part: round(100 * shares[part]) for part in HELD_OUT if part in shares}


def shares_of(cleaned: Mapping[str, Any]) -> dict[str, float]:
    """The shares of the parts among what was filled in."""
    return {part: cleaned[part] / 100 for part in HELD_OUT if part in cleaned}
