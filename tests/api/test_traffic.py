"""Every request is counted and logged: by its route, and without what an address may give away."""

import io
import logging

import pytest
from django.db import OperationalError
from django.test import Client
from prometheus_client import CollectorRegistry, generate_latest

from feedback.api import traffic
from feedback.config.logs import ByRoute
from feedback.web.views import links
from tests.harness.in_process import Submit, student


def counted(method: str, route: str, status: int) -> float:
    registry = CollectorRegistry()
    traffic.register(registry)
    labels = {"method": method, "route": route, "status": str(status)}
    return registry.get_sample_value("feedback_http_requests_total", labels) or 0


@pytest.mark.parametrize(
    ("address", "route", "status"),
    [
        ("/assignment/html/00000000-0000-0000-0000-000000000001", "assignment/<format:format_>/<id:task_id>", 404),
        ("/nothing/here", "(none)", 404),
        ("/health/live", "health/live", 200),
        ("/favicon.ico", "static/", 200),
    ],
)
@pytest.mark.django_db
def test_a_request_is_counted_by_method_route_and_status(client: Client, address: str, route: str, status: int) -> None:
    before = counted("GET", route, status)
    assert client.get(address).status_code == status
    assert counted("GET", route, status) == before + 1


@pytest.mark.django_db
def test_a_method_that_a_client_made_up_makes_no_counter_of_its_own(client: Client) -> None:
    before = counted("other", "metrics", 405)
    client.generic("BREW", "/metrics")
    assert counted("other", "metrics", 405) == before + 1


def test_a_request_is_one_line_with_its_status_and_task(
    client: Client, submit: Submit, caplog: pytest.LogCaptureFixture
) -> None:
    address = submit("html", student())
    caplog.clear()
    with caplog.at_level(logging.INFO):
        client.get(address)
        client.get("/health/live")

    [line] = [record.msg for record in caplog.records if "request answered" in str(record.msg)]
    assert isinstance(line, dict)
    assert (line["status"], line["method"], line["task_id"]) == (202, "GET", address.rsplit("/", 1)[1])


def test_no_address_is_logged_or_counted_that_names_a_student_or_opens_a_report(
    client: Client, submit: Submit, caplog: pytest.LogCaptureFixture
) -> None:
    submit("html", student("ada-the-student"))
    with caplog.at_level(logging.DEBUG):
        assert client.delete("/students?student_id=ada-the-student").status_code == 204
        client.get("/r/a-secret-token")

    registry = CollectorRegistry()
    traffic.register(registry)
    said = str([record.msg for record in caplog.records]) + generate_latest(registry).decode()
    assert "students" in said
    assert "ada-the-student" not in said
    assert "a-secret-token" not in said


def what_is_logged(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """From here on, as an operator sees it."""
    [handler] = [one for one in logging.getLogger().handlers if any(isinstance(it, ByRoute) for it in one.filters)]
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    monkeypatch.setattr(handler, "stream", written)
    return written


def test_a_host_that_is_not_ours_is_a_400_and_one_short_line(
    client: Client,
    db: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = what_is_logged(monkeypatch)

    assert client.get("/tasks", headers={"Host": "x" * 30_000}).status_code == 400
    assert "Invalid HTTP_HOST header" in written.getvalue()
    assert "Traceback" not in written.getvalue()
    assert "x" * 300 not in written.getvalue()


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("/r/a-secret-token", "Service Unavailable: r/<str:token>"),
        ("/r/a-secret-token-é.pdf", "Service Unavailable: r/<str:token>.pdf"),
    ],
)
def test_a_fault_is_logged_with_its_traceback_and_the_route_alone(
    client: Client, monkeypatch: pytest.MonkeyPatch, address: str, line: str
) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("the database is away")

    written = what_is_logged(monkeypatch)
    monkeypatch.setattr(links, "open_link", gone)
    client.raise_request_exception = False

    assert client.get(address).status_code == 503
    assert line in written.getvalue()
    assert "the database is away" in written.getvalue()
    assert "a-secret-token" not in written.getvalue()
