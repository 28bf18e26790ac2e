"""What a run searches: a ready-made space or one of the project's, as one field of the run form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from automl_web.projects.models import Project
from search.method import CONFIG, GENOTYPE, Method
from search.problems import architecture_space
from search.problems.image_space import default_space

HYPER_PARAMETERS, ARCHITECTURES = "images", "architectures"
"""Kinds of search spaces, as `SearchSpace.kind` has them."""

READY_MADE = {
    "": _("Ready-made: hyper-parameters"),
    "ready-small": _("Ready-made: small cells"),
    "ready-darts": _("Ready-made: cells as in DARTS"),
    "ready-amoebanet": _("Ready-made: cells as in AmoebaNet"),
}


@dataclass(frozen=True)
class ChosenSpace:
    """A search space as its document, and which halves of a candidate it leaves open."""

    document: dict[str, Any]

    @property
    def is_of_architectures(self) -> bool:
        return "architecture" in self.document

    @property
    def left_open(self) -> frozenset[str]:
        """The halves of a candidate that a method has to search."""
        if not self.is_of_architectures:
            return frozenset({CONFIG})
        trained = self.document["training"]["hyperparameters"]
        fixed = all(entry["type"] == "constant" for entry in trained)
        return frozenset({GENOTYPE}) if fixed else frozenset({GENOTYPE, CONFIG})

    def takes(self, method: Method) -> bool:
        """Whether the method searches all that this space leaves open."""
        return self.left_open <= set(method.searches)


def ready_made(key: str) -> dict[str, Any]:
    """The document of a ready-made space."""
    if key == "":
        return default_space().to_json()
    return architecture_space.ready_made(key.removeprefix("ready-"))


def choices(project: Project) -> list[tuple[str, str]]:
    """Ready-made spaces first, then the project's own."""
    own = project.spaces.order_by("name").values_list("pk", "name")
    made = [(key, gettext(str(title))) for key, title in READY_MADE.items()]
    return [*made, *((str(pk), name) for pk, name in own)]


def chosen(project: Project, key: str) -> ChosenSpace:
    """The space that a choice stands for."""
    if key in READY_MADE:
        return ChosenSpace(ready_made(key))
    return ChosenSpace(project.spaces.get(pk=int(key)).document)
