"""The pages' templates: Jinja2, as the reports', so that both share macros, style and escaping."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from feedback.rendering.html import style


def environment(**options: Any) -> Environment:
    """What Django's Jinja2 backend asks for; autoescape is among the `options` it gives."""
    made = Environment(**options | {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True})  # noqa: S701 - given
    made.globals["static"] = static
    made.globals["url"] = _url
    made.globals["report_style"] = Markup(style())  # noqa: S704 - our own file
    return made


def _url(name: str, *args: Any) -> str:
    return reverse(name, args=args)
