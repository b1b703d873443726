"""A document as one self-contained web page."""

import functools
import hashlib
from base64 import b64encode
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from feedback.rendering.blocks import Document

_TEMPLATES = Path(__file__).parent / "templates"


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["style"] = Markup(style())  # noqa: S704 - our own file
    # The drawings are ours: no text of a user is ever in them.
    environment.filters["drawing"] = Markup
    return environment


@functools.cache
def style() -> str:
    """The one style sheet of every page."""
    return (_TEMPLATES / "document.css").read_text(encoding="utf-8")


@functools.cache
def style_source() -> str:
    """The source expression that allows our style sheet in a content security policy: `'sha256-…'`."""
    return f"'sha256-{b64encode(hashlib.sha256(style().encode()).digest()).decode()}'"


def page(document: Document) -> bytes:
    """The page in UTF-8."""
    return _environment().get_template("document.html.j2").render(document=document).encode()
