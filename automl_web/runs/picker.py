"""Which method to choose: those that fit the data first, then all others by family, a line each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from automl_web.runs.chosen_space import ChosenSpace
from search.method import Method
from search.methods import METHODS
from search.problems import KINDS
from search.rungs import EPOCHS

FOR_EPOCHS, FOR_WHOLE, FOR_ARCHITECTURES, FOR_BOTH = (
    "hyperband",
    "gaussian_process",
    "aging_evolution",
    "bohb",
)
"""What is suggested where trainings may be cut short, where not, for architectures, and for both halves."""

LAST = "random_search"
"""What searches everything."""

BEST = {
    True: (FOR_EPOCHS, "bohb", "tpe"),
    False: (FOR_WHOLE, "tpe", FOR_EPOCHS),
}
"""The methods to look at first, where all trainings go in epochs and where not."""

BEST_OF_ARCHITECTURES = (FOR_ARCHITECTURES, FOR_EPOCHS, "darts")
BEST_OF_BOTH = (FOR_BOTH, "tpe", FOR_EPOCHS)


@dataclass(frozen=True)
class Choice:
    """A method in the list, with one line of advice."""

    method: Method
    is_chosen: bool

    @property
    def line(self) -> str:
        return gettext(self.method.use_when or self.method.summary)


@dataclass(frozen=True)
class Group:
    """Methods under a heading."""

    title: str
    choices: list[Choice]


def trains_in_epochs(kind: str) -> bool:
    """Whether every model for this kind of data is trained in epochs, which a method may cut short."""
    epochs = KINDS[kind].hyperparameters.get(EPOCHS)
    return epochs is not None and not epochs.when


def usual(kind: str) -> str:
    """The method that is suggested for hyper-parameters of a kind of data."""
    return BEST[trains_in_epochs(kind)][0]


def method_choices(space: ChosenSpace | None = None) -> list[tuple[str, list[tuple[str, str]]]]:
    """All methods by family, or those that search the space."""
    families: dict[str, list[tuple[str, str]]] = {}
    for method in METHODS.values():
        if space is None or space.takes(method):
            listed = families.setdefault(gettext(method.family), [])
            listed.append((method.name, gettext(method.title)))
    return list(families.items())


def suggested(space: ChosenSpace, kind: str, wanted: str) -> str:
    """The method that was wanted if a person chose it and it searches the space, else the usual one."""
    if len(space.left_open) > 1:
        by_default = FOR_BOTH
    else:
        by_default = FOR_ARCHITECTURES if space.is_of_architectures else usual(kind)
    chosen_by_hand = wanted not in (FOR_EPOCHS, FOR_WHOLE, FOR_ARCHITECTURES)
    wishes = [wanted, by_default, LAST] if chosen_by_hand else [by_default, LAST]
    return next(name for name in wishes if space.takes(METHODS[name]))


def best_for(kind: str, space: ChosenSpace | None) -> tuple[str, ...]:
    """The methods to look at first."""
    if space is not None and space.is_of_architectures:
        return BEST_OF_BOTH if len(space.left_open) > 1 else BEST_OF_ARCHITECTURES
    return BEST[trains_in_epochs(kind)]


def groups(best: Sequence[str], offered: Collection[str], chosen: str) -> list[Group]:
    """The methods that are offered: those to look at first, then all others by family."""
    fitting = [name for name in best if name in offered]
    others = [name for name in METHODS if name in offered and name not in fitting]
    return [*_group(gettext("Suggested here"), fitting, chosen), *by_need(others, chosen)]


def by_need(names: Sequence[str], chosen: str = "") -> list[Group]:
    """Methods by family, those apart that begin with less than whole trainings."""
    headings: dict[str, list[str]] = {}
    for name in names:
        headings.setdefault(_heading(METHODS[name]), []).append(name)
    return [group for heading, here in headings.items() for group in _group(heading, here, chosen)]


def _heading(method: Method) -> str:
    family = gettext(method.family)
    if not method.needs:
        return family
    return gettext("%(family)s by short trainings or less data") % {"family": family}


def _group(title: str, names: Sequence[str], chosen: str) -> list[Group]:
    """One group, or none where it would be empty."""
    choices = [Choice(METHODS[name], name == chosen) for name in names]
    return [Group(title, choices)] if choices else []
