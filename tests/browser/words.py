"""What an enemy would type where a name belongs; each field of the site gets all of it."""

from __future__ import annotations

TAGS = '"><img src=x onerror=globalThis.ran=1>'
SCRIPT = "</script><script>globalThis.ran=1<~script>".replace("~", "\\")
TEMPLATE = "{{7*7}}${7*7}%(x)s"
TURNED = "\u202egnp.exe\u202c"
LINK = "javascript:globalThis.ran=1"
FORMULA = "=cmd|' -C calc'!A0"


def name(field: str) -> str:
    """A hostile name that tells where it was typed. At most 100 characters, and no slash."""
    return f"{FORMULA[:1]}{field}{TAGS}{TEMPLATE}{TURNED}"


def line(field: str) -> str:
    """A hostile line of text of any length."""
    return f"{field} {TAGS} {SCRIPT} {LINK} {TEMPLATE} {TURNED} \r\n \x1b[31m {FORMULA}"
