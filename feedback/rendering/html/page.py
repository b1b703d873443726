"""A document as one self-contained web page."""

import functools
import hashlib
from base64 import b64encode
from collections.abc import Collection, Sequence
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from feedback.rendering.blocks import Chart, Document
from feedback.rendering.html.escaping import QuickEnvironment

_TEMPLATES = Path(__file__).parent / "templates"


def page(document: Document) -> bytes:
    """The page in UTF-8. No request leaves it, and it needs no script."""
    return _template().render(document=document).encode()


def sections(document: Document, *, only: Collection[str] | None = None, but_not: Collection[str] = ()) -> Markup:
    """A document's sections, chosen by their ids, to stand in a page, perhaps of another language."""
    template = _template().environment.get_template("sections.html.j2")
    wanted = [each for each in document.sections if (only is None or each.id in only) and each.id not in but_not]
    return Markup(template.render(sections=wanted, language=document.language))  # noqa: S704 - escaped by the template


@functools.cache
def style() -> str:
    """The one style sheet of every page."""
    return (_TEMPLATES / "document.css").read_text(encoding="utf-8")


@functools.cache
def style_source() -> str:
    """The source expression that allows our style sheet in a content security policy: `'sha256-…'`."""
    return f"'sha256-{b64encode(hashlib.sha256(style().encode()).digest()).decode()}'"


@functools.cache
def _template() -> Template:
    environment = QuickEnvironment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        # Otherwise the file system is asked at every `include` whether our own file is still the same.
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["drawing"] = _drawing
    environment.filters["decoration"] = decoration
    environment.filters["unbroken"] = _unbroken
    environment.filters["cell_class"] = lambda column: "n" if column.numeric else "text"
    environment.globals["zip"] = zip
    environment.globals["style"] = Markup(style())  # noqa: S704 - our own file
    environment.globals["blocks"] = vars(environment.get_template("blocks.html.j2").module)
    return environment.get_template("document.html.j2")


def _drawing(chart: Chart, place: str, phone: bool = False) -> Markup:
    """The chart with its name and description where assistive technology looks for them, by ids from `place`.

    With `phone` its drawing for the width of a phone.
    """
    drawing = chart.phone if phone and chart.phone is not None else chart.drawing
    name, description = f"{place}-title", f"{place}-description"
    opening = (
        f' role="img" aria-labelledby="{name} {description}">'
        f'<title id="{name}">{escape(chart.title)}</title><desc id="{description}">{escape(chart.description)}</desc>'
    )
    return Markup(drawing.svg.replace(">", opening, 1))  # noqa: S704 - our own drawing; its words are escaped above


def decoration(svg: str) -> Markup:
    """A drawing that says nothing the words beside it do not."""
    return Markup(svg.replace(">", ' aria-hidden="true">', 1))  # noqa: S704 - our own drawing


def _unbroken(lines: Sequence[str]) -> Markup:
    """The event order with every `Qn ->` in one piece: browsers would break a line inside the arrow."""
    lead, colon, order = " ".join(lines).partition(": ")
    *left, last = order.split(" -> ")
    steps = [f"<span>{alias} -&gt;</span> " for alias in left]
    return Markup("".join([lead, colon, *steps, last]))  # noqa: S704 - aliases, which are ours
