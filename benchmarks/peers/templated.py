"""Our page from the same view model by Django's template engine: one template, compiled once, nothing included."""

import functools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.template import Context, Engine, Library, Template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from feedback.rendering.blocks import Cell, Chart, Column, Document
from feedback.rendering.charts.svg import Drawing
from feedback.rendering.html.page import style

register = Library()
_ARROW = re.compile("(Q[0-9]+ )->")


def page(document: Document) -> bytes:
    """The page in UTF-8."""
    return _template().render(Context({"document": document, "style": _style()})).encode()


@functools.cache
def _template() -> Template:
    engine = Engine(dirs=[str(Path(__file__).parent / "templates")], libraries={"document": __name__})
    return engine.get_template("document.html")


@functools.cache
def _style() -> SafeString:
    return mark_safe(style())  # noqa: S308 - our own file


@register.filter
def place(section: str, number: int) -> str:
    return f"{section}-{number}"


@register.filter
def cells(row: Sequence[str | Cell], columns: Sequence[Column]) -> Iterator[tuple[str, str | Cell, bool]]:
    """(class, content, whether it is more than text) of each cell."""
    return (
        ("n" if column.numeric else "text", content, not isinstance(content, str))
        for column, content in zip(columns, row, strict=True)
    )


@register.filter
def drawing(chart: Chart, place: str) -> SafeString:
    return _drawn(chart, chart.drawing, place)


@register.filter
def phone_drawing(chart: Chart, place: str) -> SafeString:
    return _drawn(chart, chart.phone or chart.drawing, f"{place}-phone")


def _drawn(chart: Chart, drawing: Drawing, place: str) -> SafeString:
    name, description = f"{place}-title", f"{place}-description"
    opening = (
        f' role="img" aria-labelledby="{name} {description}">'
        f'<title id="{name}">{escape(chart.title)}</title><desc id="{description}">{escape(chart.description)}</desc>'
    )
    return mark_safe(drawing.svg.replace(">", opening, 1))  # noqa: S308 - our own drawing


@register.filter
def decoration(svg: str) -> SafeString:
    return mark_safe(svg.replace(">", ' aria-hidden="true">', 1))  # noqa: S308 - our own drawing


@register.filter
def unbroken(lines: Sequence[str]) -> SafeString:
    return mark_safe(_ARROW.sub(r"<span>\1-&gt;</span>", " ".join(lines)))  # noqa: S308 - aliases, which are ours
