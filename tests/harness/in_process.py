"""The service in one process: its real database and broker, requests through Django's client, no worker.

The tests do a worker's part themselves, by calling what the Celery task calls.
"""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from feedback.access import keys, rate_limits
from feedback.queue import claims
from feedback.queue.claims import Claim, Made, Share, Work
from feedback.queue.render_job import RenderJob
from feedback.queue.worker import Worker
from feedback.store import loading
from feedback.store.models import Document, Task
from tests.harness.students import Json as Json  # noqa: PLC0414 - what a test in the process needs, from here too
from tests.harness.students import class_of as class_of  # noqa: PLC0414 - likewise
from tests.harness.students import student as student  # noqa: PLC0414 - likewise

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer
else:
    from django.http import HttpResponse as Answer

Post = Callable[..., Answer]
Submit = Callable[..., str]


@pytest.fixture
def post(client: Client, db: None, broker: str) -> Post:  # noqa: ARG001 - must be running
    """`post("html", body, **headers)`: the body is sent as it is if bytes, else as JSON."""

    def send(format_: str, body: object, query: str = "", **headers: str) -> Answer:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        content_type = headers.pop("content_type", "application/json")
        return client.post(f"/assignment/{format_}{query}", data, content_type=content_type, headers=headers)

    return send


@pytest.fixture
def submit(post: Post) -> Submit:
    """POST and return the task's address."""

    def send(format_: str, body: object, query: str = "", **headers: str) -> str:
        response = post(format_, body, query, **headers)
        assert response.status_code == 202, response.content
        return str(response["Location"])

    return send


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is sent to the database from here on, also by the cursors that Django does not see."""
    sent: list[object] = []
    real = psycopg.Cursor.execute

    def execute(cursor: psycopg.Cursor[Any], query: Any, *arguments: Any, **options: Any) -> psycopg.Cursor[Any]:
        sent.append(query)
        return real(cursor, query, *arguments, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", execute)
    return sent


Caller = Callable[..., "Calling"]


class Calling:
    """A client that sends one key with everything it asks."""

    def __init__(self, key: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {key}"})

    def post(self, format_: str, body: object, **headers: str) -> Answer:
        return self.client.post(
            f"/assignment/{format_}", json.dumps(body), content_type="application/json", headers=headers
        )

    def submit(self, format_: str, body: object, **headers: str) -> str:
        response = self.post(format_, body, **headers)
        assert response.status_code == 202, response.content
        return str(response["Location"])

    def status(self, address: str) -> int:
        return self.client.get(address).status_code


@pytest.fixture
def calling(db: None, broker: str, settings: Settings) -> Caller:  # noqa: ARG001 - must be running
    """`calling("platform", ["cs101"], read_only=True)`: somebody with a new key of that name and scope."""
    settings.FEEDBACK_AUTH = "keys"

    def with_new_key(name: str, namespaces: Sequence[str] | None = None, *, read_only: bool = False) -> Calling:
        return Calling(keys.issue(name, namespaces, read_only=read_only)[1])

    return with_new_key


@pytest.fixture
def one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this test does is counted in one window of each limit, however long it takes and whenever it runs."""
    now = rate_limits._now()
    monkeypatch.setattr(rate_limits, "_now", lambda: now)


def work_off(worker: Worker | None = None) -> None:
    """Do what the workers would until no work is left; what backs off is due at once."""
    worker = worker or Worker(ring=int)
    while True:
        while worker.answer():
            pass
        if not Document.objects.filter(state="PENDING", due_at__gt=Now()).update(due_at=Now()):
            return


def task_of(address: str) -> UUID:
    return UUID(address.rsplit("/", 1)[1])


def let_leases_run_out() -> None:
    Document.objects.filter(state="RUNNING").update(due_at=Now() - timedelta(seconds=1))


def claim_task(task_id: UUID, most: int) -> list[Claim]:
    """The first due documents of the upload that the task is of, no matter how many are left for others."""
    upload = Task.objects.values_list("upload", flat=True).get(pk=task_id)
    return claims.claim(Work("", upload), Share(most, most))


def claim_singles(owner: str, most: int) -> list[Claim]:
    return claims.claim(Work(owner), Share(most, most))


def made_of(claim: Claim) -> Made:
    """The document of a claim, not stored."""
    logs = loading.logs([claim.student] if claim.student else [])
    return RenderJob(loading.tasks([claim.task_id]), logs).make(claim)


def findings_of_others(client: Client, address: str, who: str) -> list[bytes]:
    """The findings of the students of a class whose id is not this one."""
    others = client.get(f"{address}/reports").json()["students"]
    return [
        client.get(f"{address}/reports/{one['report_id']}/findings").content
        for one in others
        if one["student_id"] != who
    ]
