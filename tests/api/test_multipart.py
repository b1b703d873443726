"""POST of several parts: the events, and the exam's context or its questions beside them."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from feedback.events import decode_context
from feedback.store.models import Upload

pytestmark = pytest.mark.django_db(transaction=True)
CSV = "student_id,unit\nada,1\nbob,2\n"
EXAM = {"exam": {"title": "Midterm"}, "questions": [{"unit": "1", "points": 2}]}


def part(content: str | dict[str, Any], name: str = "events.csv", kind: str = "text/csv") -> SimpleUploadedFile:
    text = content if isinstance(content, str) else json.dumps(content)
    return SimpleUploadedFile(name, text.encode(), kind)


def post(**parts: Any) -> Any:
    """What the test client gives: a response with `json()`."""
    return Client().post("/assignment/html", parts)


def test_events_and_their_context_are_stored_together() -> None:
    answer = post(events=part(CSV), context=part(EXAM, "exam.json", "application/json"))

    assert answer.status_code == 202
    context = decode_context(bytes(Upload.objects.get().context or b""))
    assert (context.exam.title, context.questions[0].points) == ("Midterm", 2.0)


def test_what_a_form_sends_is_the_same_task_as_an_envelope() -> None:
    students = [{"student_id": name, "events": [{"unit": unit}]} for name, unit in (("ada", "1"), ("bob", "2"))]
    envelope = Client().post("/assignment/html", json.dumps(EXAM | {"students": students}), "application/json")

    assert post(events=part(CSV), context=json.dumps(EXAM)).json()["task_id"] == envelope.json()["task_id"]


def test_questions_come_as_a_table() -> None:
    post(events=part(CSV), questions=part("Unit;Points;Optional;Title\n1;2,5;yes;Loops\n", "q.csv"))

    [question] = decode_context(bytes(Upload.objects.get().context or b"")).questions
    assert (question.unit, question.points, question.optional, question.title) == ("1", 2.5, True, "Loops")


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"context": "{}"}, "events"),
        ({"events": CSV, "roster": "x"}, "roster"),
        ({"events": [CSV, CSV]}, "events"),
        ({"events": CSV, "context": "{}", "questions": "unit\n1\n"}, "questions"),
        ({"events": CSV, "context": "[]"}, "context"),
        ({"events": CSV, "context": '{"exam": {"kind": "quiz"}}'}, "exam.kind"),
        ({"events": CSV, "questions": "unit,points\n1,0\n1,2\n"}, "line 2: points"),
        ({"events": CSV, "questions": "unit\n1\n1\n"}, "line 3: unit"),
    ],
)
def test_a_fault_of_the_parts_is_named_and_nothing_is_stored(parts: dict[str, Any], place: str) -> None:
    answer = post(**parts)

    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [place]
    assert not Upload.objects.exists()


def test_what_is_no_multipart_is_a_400() -> None:
    answer = Client().post("/assignment/html", b"nonsense", "multipart/form-data")
    assert (answer.status_code, list(answer.json()["details"])) == (400, ["body"])
