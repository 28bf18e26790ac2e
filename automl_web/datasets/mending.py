"""A version without what the Data Doctor found in another, or corrected by hand: its options, its lineage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from automl_web.datasets.findings import Finding, done_of, findings_of
from automl_web.datasets.models import Dataset, Version
from automl_web.datasets.store import add_version

MENDED = "mended"
"""The option that tells what the fix was, for the lineage; it changes nothing that is prepared."""

CORRECTED: Finding = {"code": "corrected", "values": {}}


class NothingToMendError(LookupError):
    """There is no such finding, or it has no such fix."""


def fix_of(version: Version, index: str, into: str = "") -> tuple[Mapping[str, Any], Finding]:
    """The patch of the options that the fix of a finding is, and what will be told of it.

    With `into` the classes of the finding are merged into that class. Raises NothingToMendError.
    """
    findings = findings_of(version.facts)
    if not index.isdecimal() or int(index) >= len(findings):
        raise NothingToMendError
    finding = findings[int(index)]
    if into:
        return _merge(version, finding, into)
    if not finding["fix"]:
        raise NothingToMendError
    return finding["fix"], finding


def _merge(version: Version, finding: Finding, into: str) -> tuple[Mapping[str, Any], Finding]:
    merged = {name: into for name in finding["values"].get("classes", ()) if name != into}
    if not merged or into not in version.classes:
        raise NothingToMendError
    return {"merge": merged}, {"code": "merged", "values": {"count": len(merged), "into": into}}


@transaction.atomic
def mend(version: Version, patch: Mapping[str, Any], told: Finding) -> tuple[Version, bool]:
    """The version that is `version` with other options, and whether it is new.

    A button that is pressed twice makes one version. The upload must still be there.
    """
    assert version.source is not None
    Dataset.objects.select_for_update().get(pk=version.dataset_id)
    options = joined({"kind": version.kind, **version.options}, patch)
    options[MENDED] = {"code": told["code"], "values": told["values"]}
    others = version.dataset.versions.filter(parent=version).exclude(state=Version.State.REFUSED)
    for other in others:
        if other.options == options:
            return other, False
    return add_version(version.dataset, version.source, options, parent=version), True


def joined(options: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The options with those of the patch: lists are joined, mappings updated, the rest replaced."""
    result = dict(options)
    for name, value in patch.items():
        known = result.get(name)
        if isinstance(known, list) and isinstance(value, list):
            result[name] = list(dict.fromkeys([*known, *value]))
        elif isinstance(known, dict) and isinstance(value, dict):
            result[name] = joined(known, value)
        else:
            result[name] = value
    return result


def lineage_of(version: Version) -> str:
    """What the version was made from, and how; empty for one that was uploaded."""
    if version.parent is None:
        return ""
    told = version.options.get(MENDED, CORRECTED)
    values = {"number": version.parent.number, "done": done_of(told)}
    return _("made from version %(number)s: %(done)s") % values
