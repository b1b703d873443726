"""Answers computed from a whole class: one at a time in a process, so that a dozen of them cost what one does."""

import threading
from collections.abc import Iterator

import pytest
from django.test import Client

from feedback.access.budgets import Busy, Turns
from feedback.api import archive, layouts
from feedback.api.layouts import Layout
from feedback.contract.layout import CLASS_TABLES
from feedback.store.models import Task
from feedback.submissions import class_answers
from feedback.submissions.class_answers import computing
from tests.harness.in_process import Submit, class_of, work_off


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another thread computes an answer for another owner as long as the test goes on, and nobody waits for long."""
    monkeypatch.setattr(class_answers, "_turns", Turns(patience=0.01))
    monkeypatch.setattr(archive, "_PATIENCE_SECONDS", 0.01)
    begun, over = threading.Event(), threading.Event()

    def compute() -> None:
        with computing("another owner"):
            begun.set()
            over.wait(60)

    thread = threading.Thread(target=compute)
    thread.start()
    assert begun.wait(60)
    yield
    over.set()
    thread.join(60)


def test_one_is_computed_at_a_time_whoever_asks() -> None:
    inside, most = 0, 0

    def compute(owner: str) -> None:
        nonlocal inside, most
        for _ in range(20):
            with computing(owner):
                inside += 1
                most = max(most, inside)
                threading.Event().wait(0.001)
                inside -= 1

    threads = [threading.Thread(target=compute, args=[owner]) for owner in ("a", "a", "b", "")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (inside, most) == (0, 1)


@pytest.mark.usefixtures("elsewhere")
def test_the_tables_and_the_page_of_a_class_wait_for_their_turn_or_are_a_503(client: Client, submit: Submit) -> None:
    task = submit("html", class_of(3))
    work_off()
    page = task.replace("/assignment/html/", "/submissions/")
    for address in (*(f"{task}/{name}" for name in CLASS_TABLES), page, f"{page}/findings.csv"):
        answer = client.get(address)
        assert (answer.status_code, int(answer["Retry-After"]) > 0) == (503, True), address
    assert client.get(task).status_code == 200, "which is stored"
    assert client.get(f"{task}/reports").status_code == 200, "which is read"

    found = Task.objects.get()
    plan = layouts.plan(found, list(found.documents.order_by("position")), Layout.FILES)
    with pytest.raises(Busy):
        list(archive.parts_of(found, plan))


def test_a_turn_is_given_back_however_the_answer_ends() -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), computing("an owner"):
            raise ZeroDivisionError
