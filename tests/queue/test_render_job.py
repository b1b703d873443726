"""What is computed while a teacher amends the exam: it is of the context before, and must not outlive it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from feedback.queue import render_job
from feedback.queue.worker import Worker
from feedback.store import loading
from feedback.store.models import Document, Student, Upload
from tests.harness.in_process import Submit, class_of, work_off

CONTEXT = {"exam": {"kind": "course"}, "questions": [{"unit": 1, "title": "Loops", "points": 3}]}
Found = tuple[bytes, list[bytes]]


def amend(client: Client, address: str) -> None:
    answer = client.put(f"{address}/context", json.dumps(CONTEXT), content_type="application/json")
    assert answer.status_code == 202, answer.content


def found() -> Found:
    """The class facts, and the findings of the students."""
    students = Student.objects.order_by("position").values_list("findings", flat=True)
    return bytes(Upload.objects.get().facts or b""), [bytes(one or b"") for one in students]


def found_anew() -> Found:
    """The same, computed with nobody in between."""
    Student.objects.update(findings=None)
    Upload.objects.update(facts=None)
    Document.objects.update(state="PENDING", attempts=0)
    work_off()
    return found()


def once_after(monkeypatch: pytest.MonkeyPatch, where: Any, names: tuple[str, ...], act: Callable[[], None]) -> None:
    """Have `act` happen once, after whichever of these functions is called first."""
    done: list[str] = []

    def wrapped(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            answer = real(*arguments)
            if not done:
                done.append(name)
                act()
            return answer

        return call

    for name in names:
        monkeypatch.setattr(where, name, wrapped(name, getattr(where, name)))


@pytest.mark.parametrize("query", ["", "?compare=class"])
def test_facts_of_the_context_before_are_not_stored_once_it_is_amended(
    client: Client, submit: Submit, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    address = submit("html", class_of(3), query)
    once_after(monkeypatch, render_job, ("_facts_of",), lambda: amend(client, address))
    Worker(ring=int).answer()

    assert Upload.objects.get().context
    work_off()
    stored = found()
    assert stored == found_anew()


def test_findings_of_the_context_before_are_not_stored_with_the_revision_after(
    client: Client, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = submit("html", class_of(3))
    once_after(monkeypatch, loading, ("tasks", "logs"), lambda: amend(client, address))
    work_off()

    stored = found()
    assert b"Loops" in stored[1][0]
    assert stored == found_anew()
    assert b"Loops" in client.get(address).content
