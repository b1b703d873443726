"""Health that means something, and the metrics: both read from the tables."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.admin import AdminSite
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.db.models.functions import Now
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from feedback.api import health, kept, metrics
from feedback.queue import claims, stall
from feedback.store.models import Document, Task
from feedback.submissions import tallies
from tests.harness.in_process import Submit, claim_task, class_of, student, work_off


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    health.migrated.forget()
    health.working.forget()


def grow_due(seconds: float) -> None:
    health.working.forget()
    Document.objects.update(due_at=Now() - timedelta(seconds=seconds))


def test_a_service_whose_work_is_done_is_ready(client: Client, submit: Submit) -> None:
    submit("html", student())
    submit("pdf", class_of(2))
    assert client.get("/health/ready").status_code == 200
    work_off()
    grow_due(10_000)
    assert client.get("/health/ready").json() == {"status": "ready"}


@pytest.mark.parametrize(("body", "queue"), [(student(), "interactive"), (class_of(2), "bulk")])
def test_work_that_nobody_does_makes_it_not_ready_though_it_accepts(
    client: Client, submit: Submit, settings: Settings, body: object, queue: str
) -> None:
    submit("html", body)
    grow_due(settings.FEEDBACK_STALL_SECONDS + 1)
    response = client.get("/health/ready")

    assert response.status_code == 503
    assert f"queue `{queue}` is not being done" in response.json()["error"]
    assert int(response["Retry-After"]) >= 1
    assert client.get("/health/accepting").status_code == 200
    assert client.get("/health/live").status_code == 200


def test_a_long_queue_that_is_being_worked_on_is_ready(client: Client, submit: Submit, settings: Settings) -> None:
    task = submit("html", class_of(20)).rsplit("/", 1)[1]
    grow_due(settings.FEEDBACK_STALL_SECONDS + 1)
    held = claim_task(Task.objects.get(id=task).id, 16)
    assert client.get("/health/ready").status_code == 200, "someone is at it"

    claims.fail([(claim, "no") for claim in held])
    grow_due(settings.FEEDBACK_STALL_SECONDS + 1)
    assert client.get("/health/ready").status_code == 200, "something was finished a moment ago"

    Document.objects.filter(finished_at__isnull=False).update(finished_at=Now() - timedelta(hours=1))
    health.working.forget()
    assert client.get("/health/ready").status_code == 503


def test_one_queue_that_moves_does_not_hide_another_that_stands(
    client: Client, submit: Submit, settings: Settings
) -> None:
    submit("html", class_of(2))
    work_off()
    submit("html", student())
    grow_due(settings.FEEDBACK_STALL_SECONDS + 1)

    assert client.get("/health/ready").status_code == 503


def test_a_worker_that_was_lost_is_not_at_work(submit: Submit) -> None:
    task = submit("html", student()).rsplit("/", 1)[1]
    claim_task(Task.objects.get(id=task).id, 16)
    assert [queue.running for queue in stall.queues()] == [1, 0]
    grow_due(1)
    assert [(queue.running, queue.ready) for queue in stall.queues()] == [(0, 1), (0, 0)]


@pytest.mark.django_db
def test_a_database_that_is_gone_makes_it_not_ready_and_not_dead(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise OperationalError

    assert client.get("/health/ready").status_code == 200
    monkeypatch.setattr(CursorWrapper, "execute", gone)

    assert client.get("/health/ready").status_code == 503
    assert "database cannot be reached" in client.get("/health/accepting").json()["error"]
    assert client.get("/health/live").status_code == 200


def test_a_good_answer_holds_for_a_while_and_a_bad_one_does_not(
    client: Client,
    submit: Submit,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    submit("html", student())
    assert client.get("/health/ready").status_code == 200
    Document.objects.update(due_at=Now() - timedelta(seconds=settings.FEEDBACK_STALL_SECONDS + 1))
    with django_assert_num_queries(1):
        assert client.get("/health/ready").status_code == 200

    monkeypatch.setattr(kept, "FRESH_SECONDS", 0)
    health.working.forget()
    assert client.get("/health/ready").status_code == 503
    work_off()
    assert client.get("/health/ready").status_code == 200


Sample = Callable[..., float]


@pytest.fixture
def metric(client: Client) -> Sample:
    """`metric("name", label="value")` as it is scraped once; nothing is remembered from the test before."""
    metrics.tables.forget()
    found: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}

    def read(name: str, **labels: str) -> float:
        if not found:
            for family in text_string_to_metric_families(client.get("/metrics").text):
                found.update({(one.name, frozenset(one.labels.items())): one.value for one in family.samples})
        return found[name, frozenset(labels.items())]

    return read


def test_the_metrics_count_what_is_in_the_tables(submit: Submit, metric: Sample) -> None:
    submit("pdf", class_of(3))
    work_off()
    task = submit("html", student()).rsplit("/", 1)[1]
    for _ in range(2):
        claim_task(Task.objects.get(id=task).id, 16)
        Document.objects.filter(task_id=task).update(due_at=Now() - timedelta(seconds=90))

    tallies.tally(timedelta())
    assert metric("feedback_reports_finished_total", state="SUCCESS", format="pdf") == 4
    assert metric("feedback_reports", state="RUNNING", format="html") == 1
    assert metric("feedback_unfinished_reports", attempts="2") == 1
    assert metric("feedback_claims_total") == 4
    assert metric("feedback_lease_expiries_total") == 0
    assert metric("feedback_due_reports", queue="interactive") == 1
    assert 90 <= metric("feedback_oldest_due_seconds", queue="interactive") < 120
    assert metric("feedback_oldest_due_seconds", queue="bulk") == 0
    made = {"format": "pdf", "kind": "student", "quantile": "1.0"}
    assert 0 < metric("feedback_render_seconds", **made) <= metric("feedback_delivery_seconds", **made)


@pytest.mark.usefixtures("metric")
def test_no_label_of_the_metrics_says_who_anyone_is(client: Client, submit: Submit) -> None:
    submit("html", student("ada-the-student"))
    work_off()

    text = client.get("/metrics").text
    assert "ada-the-student" not in text
    assert "course" not in text


@pytest.mark.usefixtures("metric")
def test_metrics_are_for_callers_with_a_key(client: Client, db: None, settings: Settings) -> None:  # noqa: ARG001
    settings.FEEDBACK_AUTH = "keys"

    assert client.get("/metrics").status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize(("accept", "kind"), [("text/html", "text/html"), ("application/json", "application/json")])
def test_a_page_without_a_database_is_a_503_and_no_fault_of_ours(
    client: Client, monkeypatch: pytest.MonkeyPatch, accept: str, kind: str
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise OperationalError("the connection was lost")

    client.raise_request_exception = False
    monkeypatch.setattr(AdminSite, "each_context", gone)
    response = client.get("/admin/login/", headers={"Accept": accept})

    assert response.status_code == 503
    assert response["Content-Type"].startswith(kind)
    assert int(response["Retry-After"]) >= 1
    assert "the connection was lost" not in response.text
