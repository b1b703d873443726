"""The pages' templates: Jinja2, as the reports', so that both share style, drawings and escaping."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.timesince import timesince
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from feedback.contract.languages import NATIVE_NAMES
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.charts import small
from feedback.rendering.html.page import decoration, style
from feedback.web.uploads import may_write

# What htmx is to do, and what it may not: nothing inline, nothing evaluated, no student kept in the browser.
_HTMX = {
    "includeIndicatorStyles": False,
    "allowEval": False,
    "allowScriptTags": False,
    "selfRequestsOnly": True,
    "historyCacheSize": 0,
    "scrollIntoViewOnBoost": False,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "4..", "swap": True, "error": False},
        {"code": "...", "swap": False, "error": True},
    ],
}
_MINUTE = 60


def environment(**options: Any) -> Environment:
    """What Django's Jinja2 backend asks for; `options` hold autoescape and the loader."""
    strict = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**options | strict)  # noqa: S701 - autoescape is among the options
    made.globals |= {
        "static": static,
        "url": lambda name, *args: reverse(name, args=args),
        "here": "",
        "is_open": lambda: settings.FEEDBACK_AUTH == "open",
        "person_of": person_of,
        "may_write": may_write,
        "broad": False,
        "language": "en",
        "native_names": list(NATIVE_NAMES.items()),
        "page_address": lambda number: f"?page={number}",
        "report_style": Markup(style()),  # noqa: S704 - our own file
        "htmx_config": json.dumps(_HTMX),
    }
    made.filters |= {
        "legible": lambda text: Legible(Coverage.BROWSER)(str(text)),
        "strip": strip,
        "age": age,
        "utc": lambda moment: moment.strftime("%Y-%m-%d %H:%M UTC"),
        "grouped": lambda number: f"{number:,}",
        "rate": rate,
        "time_left": time_left,
        "stem": lambda filename: PurePath(filename).stem,
    }
    return made


def person_of(request: HttpRequest) -> str:
    """The name of the person who is logged in; empty where the pages are open to everyone."""
    user = getattr(request, "user", None)  # not there yet for a request that was refused early on
    if user is None or settings.FEEDBACK_AUTH == "open" or not user.is_authenticated:
        return ""
    return str(user.get_username())


def strip(counts: Sequence[int]) -> Markup:
    """Counts over time as a drawing the size of a word; nothing where there are none."""
    return decoration(small.strip(counts)) if counts else Markup("–")


def age(moment: datetime) -> str:
    """`3 minutes ago`."""
    since = timesince(moment, depth=1)
    return "just now" if since.startswith("0") else f"{since} ago"


def rate(per_second: float) -> str:
    """`130`, or `0.4` where it is slow."""
    return f"{per_second:,.0f}" if per_second >= 10 else f"{per_second:.1f}"


def time_left(seconds: float) -> str:
    """`about 40 s`: rounded up to what can be said with some confidence."""
    if seconds < _MINUTE:
        return f"about {max(5 * round(seconds / 5), 5)} s"
    minutes = round(seconds / _MINUTE)
    return (
        f"about {minutes:,} min" if minutes < _MINUTE else f"about {minutes // _MINUTE:,} h {minutes % _MINUTE:02} min"
    )
