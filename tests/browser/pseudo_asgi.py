"""The site in a language that no one speaks: whatever goes through gettext stands in ⟦brackets⟧.

Only `test_language.py` starts this application; the product does not know of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.translation import trans_real
from django.views import i18n
from django.views.i18n import JavaScriptCatalog

IN_THE_BROWSER = """
for (const name of ["gettext", "ngettext", "pgettext", "npgettext"]) {
  const translate = globalThis[name]
  globalThis[name] = django[name] = (...words) => `⟦${translate(...words)}⟧`
}
"""


def marked(translate: Callable[..., str]) -> Callable[..., str]:
    def translated(*words: Any) -> str:
        text = translate(*words)
        return text if not text or text.startswith("⟦") else f"⟦{text}⟧"

    return translated


for name in ("gettext", "ngettext", "pgettext", "npgettext"):
    setattr(trans_real, name, marked(getattr(trans_real, name)))


class MarkedCatalogue(JavaScriptCatalog):
    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        answer = super().render_to_response(context, **kwargs)
        answer.content += IN_THE_BROWSER.encode()
        return answer


i18n.JavaScriptCatalog = MarkedCatalogue  # type: ignore[misc]

from automl_web.asgi import application  # noqa: E402 - with the words as marked above

__all__ = ["application"]
