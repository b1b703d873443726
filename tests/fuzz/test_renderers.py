"""No text makes a report fail: whatever the contract accepts becomes a page and a PDF."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.analysis import analyse, analyse_class
from feedback.contract.formats import Format
from feedback.events import Student, decode_student
from feedback.rendering import RenderOptions, render, render_class
from tests.fuzz.conftest import REQUESTS, examples
from tests.fuzz.strategies import STUDENT


def accepted(document: Any) -> Student | None:
    """The student, if it is one that the service would take by the quick way."""
    events = [{name: value for name, value in event.items() if name != "ignored"} for event in document["events"]]
    try:
        return decode_student(msgspec.json.encode(document | {"events": events}))
    except msgspec.ValidationError:
        return None  # a time that the careful reader alone may take


def starts_as(format_: Format, body: bytes) -> bool:
    return body.startswith(b"%PDF-" if format_ is Format.PDF else b"<!doctype html>")


@pytest.mark.parametrize("format_", Format)
def test_every_student_that_is_accepted_has_a_report(format_: Format) -> None:
    @examples(REQUESTS // 50)
    @given(document=STUDENT)
    def rendered(document: Any) -> None:
        if student := accepted(document):
            artifact = render(analyse(student), format_, RenderOptions())
            assert starts_as(format_, artifact.body)
            assert artifact == render(analyse(student), format_, RenderOptions()), "the same bytes again"

    rendered()


@pytest.mark.parametrize("format_", Format)
def test_every_class_that_is_accepted_has_a_report(format_: Format) -> None:
    @examples(REQUESTS // 100)
    @given(documents=st.lists(STUDENT, min_size=1, max_size=4))
    def rendered(documents: list[Any]) -> None:
        students = [student for document in documents if (student := accepted(document))]
        found = analyse_class(map(analyse, students))
        links = [f"reports/{number}" for number in range(len(students))]
        assert starts_as(format_, render_class(found, format_, RenderOptions(), links).body)

    rendered()
