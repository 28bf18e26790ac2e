"""Reading genotypes that come from outside: each question raises GenotypeError with a sentence."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from search.message import Message


class GenotypeError(ValueError):
    """This is not a genotype; `message` says in a sentence what is wrong."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def an_object(given: Any, where: str) -> Mapping[str, Any]:
    """`given` if it is an object."""
    if not isinstance(given, Mapping):
        raise genotype_error(
            "%(where)s must be an object in braces, not %(given)s.",
            where=where,
            given=shown(given),
        )
    return given


def check_fields(
    given: Mapping[str, Any], where: str, needed: Collection[str], allowed: Collection[str] = ()
) -> None:
    """That all that is needed is there, and nothing that is not read."""
    for name in needed:
        if name not in given:
            raise genotype_error("%(where)s lacks %(name)s.", where=where, name=name)
    for name in given:
        if name not in needed and name not in allowed:
            raise genotype_error(
                "%(where)s has %(name)s, which nothing here reads.", where=where, name=shown(name)
            )


def a_list(given: Any, least: int, most: int, where: str) -> list[Any]:
    """`given` as a list of `least` to `most` things."""
    if not isinstance(given, list | tuple) or not least <= len(given) <= most:
        raise genotype_error(
            "%(where)s must be a list of %(least)s to %(most)s, not %(given)s.",
            where=where,
            least=least,
            most=most,
            given=shown(given),
        )
    return list(given)


def a_whole(given: Any, least: int, most: int, where: str) -> int:
    """`given` if it is a whole number from `least` to `most`."""
    if type(given) is not int or not least <= given <= most:
        raise genotype_error(
            "%(where)s must be a whole number from %(least)s to %(most)s, not %(given)s.",
            where=where,
            least=least,
            most=most,
            given=shown(given),
        )
    return given


def one_of(given: Any, known: tuple[Any, ...], where: str) -> Any:
    """`given` if it is one of `known`, of the same type."""
    if type(given) is not type(known[0]) or given not in known:
        raise genotype_error(
            "%(where)s must be %(known)s, not %(given)s.",
            where=where,
            known=" / ".join(map(str, known)),
            given=shown(given),
        )
    return given


def shown(given: Any) -> str:
    """What a person wrote, cut short."""
    text = json.dumps(given, default=str)
    return text if len(text) <= 40 else text[:37] + "..."


def genotype_error(text: str, **values: Any) -> GenotypeError:
    """The error whose message is `text` with these values."""
    return GenotypeError(Message(text, values))
