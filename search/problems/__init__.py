"""What can be optimised, by the kind of data. Only `functions` imports torch: pages load the rest, too."""

from __future__ import annotations

from search.problems.images import IMAGES
from search.problems.kind import Kind
from search.problems.tables import TABLES
from search.problems.text import TEXT

KINDS: dict[str, Kind] = {kind.name: kind for kind in (IMAGES, TABLES, TEXT)}
