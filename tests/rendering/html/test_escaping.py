"""Escaping in templates: quicker than Jinja's, and never less."""

import markupsafe
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import StrictUndefined, UndefinedError

from feedback.rendering.html.escaping import QuickEnvironment, escape

SPECIAL = st.text(st.sampled_from("&<>'\"aé\u2028"))
ENVIRONMENT = QuickEnvironment(autoescape=True, undefined=StrictUndefined)


class Subclass(str):
    """Text of a type of its own, without an opinion on HTML."""


@given(SPECIAL | st.text())
def test_text_is_escaped_as_markupsafe_does(text: str) -> None:
    for value in (text, Subclass(text), markupsafe.Markup(text)):  # noqa: S704 - both leave it alone
        assert str(escape(value)) == str(markupsafe.escape(value))


def test_what_is_no_text_is_escaped_as_markupsafe_does() -> None:
    for value in (1, 0.5, None, ["<b>"]):
        assert escape(value) == markupsafe.escape(value)


@given(SPECIAL, SPECIAL)
def test_whatever_way_a_text_takes_through_a_template_it_is_escaped_once(first: str, second: str) -> None:
    source = (
        "{% macro both(a, b) %}{{ a }}|{{ b }}{% endmacro %}"
        "{% set kept %}{{ first }}{% endset %}"
        "{{ both(first, second) }}|{{ kept }}|{{ first ~ second }}|{{ [first, second] | join('|') }}"
    )
    once = [str(markupsafe.escape(text)) for text in (first, second, first, first + second, first, second)]
    assert ENVIRONMENT.from_string(source).render(first=first, second=second) == "|".join(once)


def test_what_is_undefined_is_still_an_error() -> None:
    with pytest.raises(UndefinedError):
        ENVIRONMENT.from_string("{{ nothing }}").render()


def test_templates_call_our_escape() -> None:
    template = ENVIRONMENT.from_string("{{ text }}")
    names = template.root_render_func.__globals__
    assert names["escape"] is escape
    names["escape"] = lambda _: "ours"
    assert template.render(text="any") == "ours"
