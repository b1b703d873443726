"""Which endings of a task are events: written with the ending, once, for whom it concerns, and gone with the task."""

import pytest
from django.db import transaction
from django.test import Client

from feedback.queue import announcements, claims, reaper, unclaimed
from feedback.queue.claims import Share, Work
from feedback.queue.worker import Worker
from feedback.store.models import Document, Task
from feedback.store.webhooks import WebhookDelivery, WebhookEndpoint
from feedback.submissions import erasure
from tests.harness.in_process import Caller, Submit, class_of, made_of, student, work_off


def endpoint(owner: str = "") -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(owner=owner, url="https://hooks.example/x", secret=b"never used here")


def events() -> list[tuple[str, int]]:
    """(type, failed) of all events, in their order."""
    return [(one.type, one.failed) for one in WebhookDelivery.objects.order_by("happened_at", "pk")]


def test_a_single_that_is_made_is_an_event(submit: Submit) -> None:
    endpoint()
    submit("html", student("ada"))
    assert events() == []
    work_off()

    assert events() == [("task.completed", 0)]
    found, document = WebhookDelivery.objects.get(), Document.objects.get()
    assert (found.task_id, found.happened_at, found.fence) == (document.task_id, document.finished_at, document.fence)
    assert (found.progress, found.attempts, found.claims, found.students) == ("waiting", 0, 0, 1)


def test_a_class_is_one_event_that_says_how_many_failed(submit: Submit) -> None:
    endpoint()
    submit("html", class_of(4))
    Document.objects.filter(position=2).update(state="FAILURE", error="it could not be made", attempts=3)
    work_off()

    assert events() == [("task.completed", 1)]


def test_a_batch_of_singles_is_an_event_each(submit: Submit) -> None:
    endpoint()
    for name in ("ada", "grace", "mary"):
        submit("pdf", student(name))
    work_off()

    assert events() == [("task.completed", 0)] * 3
    assert WebhookDelivery.objects.values("task").distinct().count() == 3


def test_a_class_of_which_nothing_could_be_made_has_failed(submit: Submit) -> None:
    endpoint()
    submit("html", class_of(2))
    Document.objects.filter(position__gt=0).update(state="FAILURE", error="it could not be made", attempts=3)
    work_off()

    assert events() == [("task.failed", 2)]


def test_what_is_given_up_has_failed(submit: Submit) -> None:
    endpoint()
    submit("html", student("ada"))
    Document.objects.update(state="RUNNING", attempts=3, fence=3, due_at="2020-01-01T00:00Z")

    assert reaper.give_up_exhausted() == 1
    assert events() == [("task.failed", 1)]
    assert reaper.give_up_exhausted() == 0
    assert len(events()) == 1


def test_a_task_that_is_made_again_after_a_failure_is_another_event(submit: Submit) -> None:
    endpoint()
    submit("html", student("ada"))
    Document.objects.update(state="RUNNING", attempts=3, fence=3, due_at="2020-01-01T00:00Z")
    reaper.give_up_exhausted()
    submit("html", student("ada"))
    work_off()

    assert events() == [("task.failed", 1), ("task.completed", 0)]
    assert WebhookDelivery.objects.values("id").distinct().count() == 2


def test_a_class_whose_failures_are_retried_is_another_event(submit: Submit) -> None:
    endpoint()
    submit("html", class_of(3))
    Document.objects.filter(position=2).update(state="FAILURE", error="it could not be made", attempts=3)
    work_off()
    unclaimed.retry(Task.objects.get().id)
    work_off()

    assert events() == [("task.completed", 1), ("task.completed", 0)]


@pytest.mark.parametrize("body", [student("ada"), class_of(2)], ids=["single", "class"])
def test_an_amendment_is_none(client: Client, submit: Submit, body: object) -> None:
    endpoint()
    address = submit("html", body)
    work_off()
    for title in ("Midterm", "Final"):
        amended = client.put(f"{address}/context", {"exam": {"title": title}}, content_type="application/json")
        assert amended.status_code == 202
        work_off()

    assert events() == [("task.completed", 0)]
    assert set(Document.objects.values_list("state", flat=True)) == {"SUCCESS"}


def test_a_task_that_is_amended_before_it_was_made_is_still_an_event(client: Client, submit: Submit) -> None:
    endpoint()
    address = submit("html", class_of(2))
    client.put(f"{address}/context", {"exam": {"title": "Midterm"}}, content_type="application/json")
    work_off()

    assert events() == [("task.completed", 0)]


def test_a_failure_that_is_amended_into_a_success_is_an_event(client: Client, submit: Submit) -> None:
    endpoint()
    address = submit("html", student("ada"))
    Document.objects.update(state="RUNNING", attempts=3, fence=3, due_at="2020-01-01T00:00Z")
    reaper.give_up_exhausted()
    client.put(f"{address}/context", {"exam": {"title": "Midterm"}}, content_type="application/json")
    work_off()

    assert events() == [("task.failed", 1), ("task.completed", 0)]


def test_a_class_report_that_is_made_again_without_an_erased_student_is_none(client: Client, submit: Submit) -> None:
    endpoint()
    submit("html", class_of(3))
    work_off()
    assert client.delete("/students?student_id=student-1").status_code == 204
    work_off()

    assert set(Document.objects.values_list("state", flat=True)) == {"SUCCESS"}
    assert events() == [("task.completed", 0)]


def test_an_erased_task_takes_its_events_along(client: Client, submit: Submit) -> None:
    endpoint()
    address = submit("html", student("ada"))
    work_off()
    assert client.delete(address).status_code == 204

    assert events() == []


def test_a_task_that_is_erased_while_it_is_made_is_none(submit: Submit) -> None:
    endpoint()
    submit("html", student("ada"))
    [claim] = claims.claim(Work("", None), Share(1, 1))
    made = made_of(claim)
    erasure.erase(Task.objects.all(), by="the test")

    assert claims.store([made]) == 0
    assert events() == []


def test_a_write_that_is_refused_announces_nothing(submit: Submit) -> None:
    endpoint()
    submit("html", student("ada"))
    [claim] = claims.claim(Work("", None), Share(1, 1))
    made = made_of(claim)
    Document.objects.update(fence=claim.fence + 1)

    assert claims.store([made]) == 0
    assert events() == []


def test_an_event_and_the_ending_it_is_of_are_undone_together(submit: Submit) -> None:
    endpoint()
    submit("html", student("ada"))
    [claim] = claims.claim(Work("", None), Share(1, 1))
    with transaction.atomic():
        claims.store([made_of(claim)])
        assert len(events()) == 1
        transaction.set_rollback(True)

    assert Document.objects.get().state == "RUNNING"
    assert events() == []


def test_each_enabled_endpoint_of_the_owner_is_told_and_no_other(calling: Caller) -> None:
    first, second, others, nobodys, off = (
        endpoint(owner) for owner in ("key:platform", "key:platform", "key:other", "", "key:platform")
    )
    WebhookEndpoint.objects.filter(pk=off.pk).update(disabled_at="2026-01-01T00:00Z")
    calling("platform").submit("html", student("ada"))
    work_off()

    told = set(WebhookDelivery.objects.values_list("endpoint", flat=True))
    assert told == {first.pk, second.pk}
    assert told.isdisjoint({others.pk, nobodys.pk, off.pk})


@pytest.mark.django_db(transaction=True)
def test_who_delivers_is_called_after_the_commit_and_only_where_there_is_something(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[bool] = []
    monkeypatch.setattr(announcements, "listeners", [lambda: called.append(WebhookDelivery.objects.exists())])
    submit("html", student("ada"))
    work_off()
    assert called == []

    endpoint()
    submit("html", student("grace"))
    work_off(Worker(ring=int))
    assert called == [True]


def test_nothing_of_a_student_is_in_the_outbox(submit: Submit) -> None:
    endpoint()
    submit("html", student("lovelace-1815"))
    work_off()

    assert "lovelace" not in str(list(WebhookDelivery.objects.values()))
