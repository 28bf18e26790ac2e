"""What a run searches: a ready-made space or one of the project's, as one field of the run form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from automl_web.projects.models import Project
from search.architecture.spaces import space_of
from search.method import CONFIG, GENOTYPE, Method
from search.problems import KINDS, architecture_space


@dataclass(frozen=True)
class ReadyMade:
    """A space that comes with the product: its key, the kind of data that it is for, and its title."""

    key: str
    kind: str
    title: str | Promise


READY_MADE = {
    made.key: made
    for made in (
        ReadyMade("images", "images", _("Ready-made: hyper-parameters for images")),
        ReadyMade("tables", "tables", _("Ready-made: models of tables and how they are set")),
        ReadyMade("text", "text", _("Ready-made: recurrent networks for text")),
        ReadyMade("small", "images", _("Ready-made: small cells")),
        ReadyMade("darts", "images", _("Ready-made: cells as in DARTS")),
        ReadyMade("amoebanet", "images", _("Ready-made: cells as in AmoebaNet")),
        ReadyMade("residual", "images", _("Ready-made: residual networks and their training")),
        ReadyMade(
            "residual_small", "images", _("Ready-made: small residual networks and their training")
        ),
        ReadyMade("nb201", "images", _("Ready-made: cells of six edges and their training")),
        ReadyMade("hierarchical", "images", _("Ready-made: motifs within motifs")),
        ReadyMade("flat", "images", _("Ready-made: one flat graph of operations")),
        ReadyMade("macro", "images", _("Ready-made: layers that read any before them")),
        ReadyMade("nasnet", "images", _("Ready-made: cells as in NASNet")),
        ReadyMade("mnas", "images", _("Ready-made: mobile networks as in MnasNet")),
    )
}
"""The usual space of a kind has the kind's name for its key."""

USUAL_DATA = ((3, 32, 32), 10)
"""Shape of an image and number of classes where no dataset is chosen yet."""


@dataclass(frozen=True)
class ChosenSpace:
    """A search space as its document, and which halves of a candidate it leaves open."""

    document: dict[str, Any]

    @property
    def is_of_architectures(self) -> bool:
        return "architecture" in self.document

    @cached_property
    def has_decisions(self) -> bool:
        """Whether all its architectures are made by the same decisions, which data cannot change."""
        return bool(space_of(self.document["architecture"], *USUAL_DATA).decisions)

    @property
    def left_open(self) -> frozenset[str]:
        """The halves of a candidate that a method has to search."""
        if not self.is_of_architectures:
            return frozenset({CONFIG})
        trained = self.document["training"]["hyperparameters"]
        fixed = all(entry["type"] == "constant" for entry in trained)
        return frozenset({GENOTYPE}) if fixed else frozenset({GENOTYPE, CONFIG})

    def takes(self, method: Method) -> bool:
        """Whether the method searches all that this space leaves open, and by the means that it has."""
        if method.by_decisions and self.is_of_architectures and not self.has_decisions:
            return False
        return self.left_open <= set(method.searches)


def ready_made(key: str) -> dict[str, Any]:
    """The document of a ready-made space. KeyError if there is none."""
    if key in KINDS:
        return KINDS[key].usual_space().to_json()
    return architecture_space.ready_made(key)


def choices(project: Project, kind: str) -> list[tuple[str, str]]:
    """The ready-made spaces for a kind of data, the usual one first, then the project's own."""
    own = project.spaces.filter(kind=kind).order_by("name").values_list("pk", "name")
    made = [(m.key, gettext(str(m.title))) for m in READY_MADE.values() if m.kind == kind]
    return [*made, *((str(pk), name) for pk, name in own)]


def chosen(project: Project, kind: str, key: str) -> ChosenSpace:
    """The space that a choice stands for; none is the usual one."""
    key = key or kind
    if key in READY_MADE:
        return ChosenSpace(ready_made(key))
    return ChosenSpace(project.spaces.get(pk=int(key)).document)
