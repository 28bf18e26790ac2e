"""Tags of the frame of every page: the rail, and a block that is rendered once and used twice."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.inclusion_tag("rail.html", takes_context=True)
def rail(context: Context, css: str) -> dict[str, Any]:
    """The main links, each with whether one is there."""
    names = {
        "projects": _("Projects"),
        "datasets": _("Datasets"),
        "runs": _("Runs"),
        "models": _("Models"),
    }
    if context["request"].user.is_staff:
        names |= {"queues": _("Queues"), "audit": _("Audit record")}
    here = context["request"].path
    addresses = {title: reverse(name) for name, title in names.items()}
    links = [(title, url, here.startswith(url)) for title, url in addresses.items()]
    return {"css": css, "links": links}


class Capture(template.Node):
    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name = name
        self.nodelist = nodelist  # where {% extends %} looks for blocks

    def render(self, context: Context) -> SafeString:
        context[self.name] = SafeString(self.nodelist.render(context).strip())
        return SafeString()


@register.tag
def capture(parser: Parser, token: Token) -> Capture:
    """`{% capture name %}…{% endcapture %}` keeps what is inside as a variable instead of showing it."""
    _tag, name = token.split_contents()
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return Capture(name, nodelist)
