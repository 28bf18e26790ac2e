"""Sentences for people that can be translated elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    """A sentence for people, kept apart from its values so that it can be translated."""

    text: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.values if self.values else self.text


@dataclass(frozen=True)
class Refusal(Message):
    """Why something cannot be. `option` names the one that has to change, if it is one."""

    option: str = ""
