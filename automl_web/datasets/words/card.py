"""The texts of one kind of finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Text = Any
"""From `gettext_lazy`, or `ngettext_lazy(one, many, "count")`; its %(names)s are the finding's values."""


@dataclass(frozen=True)
class Card:
    """What was found, why it matters, what the button of the fix says, and what it will have done.

    Some of what has no button can be chosen `by_hand` in the form that prepares data differently.
    """

    title: Text
    found: Text
    why: Text = ""
    fix: Text = ""
    done: Text = ""
    by_hand: bool = False
