"""No text makes a report fail: whatever the contract accepts becomes a page and a PDF."""

from typing import Any

import msgspec
import pytest
from hypothesis import given

from feedback.analysis import analyse
from feedback.events import decode_student
from feedback.rendering import Format, RenderOptions, render
from tests.fuzz.conftest import REQUESTS, examples
from tests.fuzz.strategies import STUDENT

FIELDS = {"student_id", "namespace", "events"}


@pytest.mark.parametrize("format_", Format)
def test_every_student_that_is_accepted_has_a_report(format_: Format) -> None:
    @examples(REQUESTS // 50)
    @given(document=STUDENT)
    def rendered(document: Any) -> None:
        events = [{name: value for name, value in event.items() if name != "ignored"} for event in document["events"]]
        try:
            student = decode_student(msgspec.json.encode(document | {"events": events}))
        except msgspec.ValidationError:
            return  # a time that the careful reader alone may take
        artifact = render(analyse(student), format_, RenderOptions())
        assert artifact.body.startswith(b"%PDF-" if format_ is Format.PDF else b"<!doctype html>")
        assert artifact == render(analyse(student), format_, RenderOptions()), "the same bytes again"

    rendered()
