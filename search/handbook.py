"""`docs/methods.md`, written from the catalogue: `python -m search.handbook > docs/methods.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from search.method import USUAL, Method
from search.methods import METHODS
from search.options import OptionInfo, describe

_INTRODUCTION = """# Methods

Written from `METHODS` in `search/methods.py` by `python -m search.handbook`; do not edit it by hand.
"""


def page() -> str:
    """The whole page: every method by family, in the catalogue's order."""
    families = dict.fromkeys(method.family for method in METHODS.values())
    parts = [_INTRODUCTION]
    for family in families:
        parts.append(f"## {family}\n")
        parts += [_section(m) for m in METHODS.values() if m.family == family]
    return "\n".join(parts)


def _section(method: Method) -> str:
    lines = [f"### {method.title} (`{method.name}`)", "", method.summary, "", f"{method.paper}."]
    for heading, advice in _advice(method):
        lines += ["", f"**{heading}:** {advice}"] if advice else []
    if method.needs:
        lines += ["", f"Needs a problem with {_fidelities(method.needs)}."]
    options = describe(method.options)
    lines += ["", *_table(options)] if options else ["", "It has no options."]
    return "\n".join([*lines, ""])


def _advice(method: Method) -> Iterator[tuple[str, str]]:
    yield "Use it when", method.use_when
    yield "Rather not when", method.avoid_when
    yield "Often told, and not so", method.corrected


def _fidelities(needs: Sequence[str]) -> str:
    return ", ".join(f"the fidelity {name}" if name else "any fidelity" for name in needs)


def _table(options: tuple[OptionInfo, ...]) -> Iterator[str]:
    yield "| option | default | may be | meaning |"
    yield "|---|---|---|---|"
    for info in options:
        meaning = f"{info.title}. {info.help}"
        default = "usual" if info.default == USUAL else info.default
        yield f"| `{info.name}` | {default} | {_domain(info)} | {meaning} |"


def _domain(info: OptionInfo) -> str:
    if info.choices:
        return ", ".join(f"`{value}`" if value else "empty: usual" for value, _l in info.choices)
    if info.kind is bool:
        return "yes or no"
    if info.minimum is not None and info.maximum is not None:
        return f"{info.minimum:g} to {info.maximum:g}"
    if info.minimum is not None:
        return f"at least {info.minimum:g}"
    return f"at most {info.maximum:g}" if info.maximum is not None else "any"


if __name__ == "__main__":
    sys.stdout.write(page())
