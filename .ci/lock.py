"""Write the lock files: the exact version of everything that pyproject.toml needs, as installed here."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
HEAD = "# Written by `make lock` from pyproject.toml; do not edit.\n"
# The GPU libraries that torch's wheel needs exist for this platform alone.
ACCELERATOR = re.compile(r"(nvidia|cuda|triton)\b")
ACCELERATED = ' ; sys_platform == "linux" and platform_machine == "x86_64"'


def closure(requirements: list[str]) -> dict[str, str]:
    """Name to version of what the `requirements` bring with them, themselves included."""
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(line) for line in requirements]
    while waiting:
        wanted = waiting.pop()
        key = (wanted.name.lower(), frozenset(wanted.extras))
        if key in seen:
            continue
        seen.add(key)
        installed = distribution(wanted.name)
        name = re.sub(r"[-_.]+", "-", installed.name).lower()
        found[name] = installed.version
        waiting += [
            r for line in installed.requires or [] if applies(r := Requirement(line), wanted)
        ]
    return found


def applies(requirement: Requirement, wanted_by: Requirement) -> bool:
    """Whether a dependency counts on this machine for the extras that were asked for."""
    marker = requirement.marker
    extras = wanted_by.extras or {""}
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)


def lines(pins: dict[str, str]) -> str:
    return "".join(
        f"{name}=={version}{ACCELERATED if ACCELERATOR.match(name) else ''}\n"
        for name, version in sorted(pins.items())
    )


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    runtime = closure(project["dependencies"])
    everything = closure(project["dependencies"] + project["optional-dependencies"]["dev"])
    extra = {name: version for name, version in everything.items() if name not in runtime}
    (ROOT / "requirements.lock").write_text(HEAD + lines(runtime))
    (ROOT / "requirements-dev.lock").write_text(HEAD + "-r requirements.lock\n" + lines(extra))


if __name__ == "__main__":
    main()
