"""Finding the file that a list means, however its name is written there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from automl_web.datasets.archive import Member
from automl_web.datasets.images.layout import IMAGE_ENDINGS


def stem_of(name: str) -> str:
    """The name of a file without folders and the ending of an image, in small letters."""
    last = name.rpartition("/")[2].casefold()
    for ending in IMAGE_ENDINGS:
        if last.endswith(ending):
            return last.removesuffix(ending)
    return last


def plain(text: str) -> str:
    """A name as a list writes it, spelled as the names in a zip are."""
    return unicodedata.normalize("NFC", text.strip()).replace("\\", "/")


class Names:
    """The images of a zip by name; a name may come with or without folders and ending."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._by_stem: dict[str, list[Member]] = {}
        for member in members:
            self._by_stem.setdefault(stem_of(member.parts[-1]), []).append(member)

    def find(self, text: str) -> Member | None:
        """The one image that is meant; None if there is none, or if it might be one of several."""
        name = plain(text)
        found = self._by_stem.get(stem_of(name), [])
        if len(found) < 2:
            return found[0] if found else None
        wanted = [part.casefold() for part in name.split("/") if part not in {"", ".", ".."}]
        alike = [_alike(wanted, member) for member in found]
        best = max(alike)
        return found[alike.index(best)] if alike.count(best) == 1 else None


def _alike(wanted: list[str], member: Member) -> tuple[int, bool]:
    """How many folders agree, from the file upwards, and whether the ending does."""
    has = [part.casefold() for part in member.parts]
    folders = zip(reversed(wanted[:-1]), reversed(has[:-1]), strict=False)
    count = 0
    for one, other in folders:
        if one != other:
            break
        count += 1
    return count, bool(wanted) and wanted[-1] == has[-1]
