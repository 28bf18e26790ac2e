"""Why one file of an upload is left out while the others are used."""

from __future__ import annotations

DAMAGED, TOO_LARGE = "damaged", "too_large"
NOT_AN_IMAGE, NOT_IN_A_CLASS, NO_LABEL = "not_an_image", "not_in_a_class", "no_label"
NOT_TEXT, IN_NO_PART, OTHER_COLUMNS = "not_text", "in_no_part", "other_columns"


class UnreadableError(Exception):
    """This file cannot be used; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
