"""A mail server, the service set up to use it, and a class whose reports are handed out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from pytest_django import Settings

from feedback.submissions.mail.mailer import LOOK_SECONDS, Mailer
from tests.harness.in_process import Submit, calling, class_of, post, submit, work_off
from tests.harness.smtp import MailServer, mail_server

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer
else:
    from django.http import HttpResponse as Answer

__all__ = ["calling", "post", "submit"]

WORDS = {"subject": "Your report: {exam}", "body": "Dear {name},\n\n{link}\n\nuntil {expires}"}
ADDRESSES = ["ada@example.edu", "grace@example.edu", "alan@example.edu"]
_ENOUGH_STEPS = 1_000


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 60
        settings.FEEDBACK_SENDS_MAIL = True
        settings.FEEDBACK_PUBLIC_URL = "https://feedback.example.edu"
        settings.FEEDBACK_MAIL_FROM = "Exams <exams@example.edu>"
        settings.FEEDBACK_MAILS_PER_MINUTE = 60_000
        yield running


def deliver(mailer: Mailer | None = None) -> None:
    """Do what a worker's thread would until nothing is due."""
    one = mailer or Mailer()
    for _ in range(_ENOUGH_STEPS):
        if one.step() >= LOOK_SECONDS:
            return
    pytest.fail("the mails go round in circles: something is due at every step")


class HandOut:
    """A class that was handed out, whose roster has these addresses in turn; "" for none."""

    def __init__(self, client: Client, submit: Submit, addresses: list[str]) -> None:
        self.client = client
        self.task = submit("html", class_of(len(addresses)))
        work_off()
        rows = (f"student-{number},Name {number},{address}" for number, address in enumerate(addresses))
        roster = "student_id,name,email\n" + "\n".join(rows) + "\n"
        assert client.put(f"{self.task}/roster", roster.encode(), content_type="text/csv").status_code == 200
        made = client.post(f"{self.task}/handouts")
        self.address, self.links = made["Location"], made.json()["links"]

    def mail(self, words: Any = WORDS, query: str = "") -> Answer:
        return self.client.post(f"{self.address}/mail{query}", words, content_type="application/json")

    def states(self) -> dict[str, str | None]:
        found = self.client.get(f"{self.address}/mail").json()["mails"]
        return {one["student_id"]: one["state"] for one in found}

    def error(self, student_id: str) -> str:
        found = self.client.get(f"{self.address}/mail").json()["mails"]
        return str(next(one["error"] for one in found if one["student_id"] == student_id))


@pytest.fixture
def handed_out(client: Client, submit: Submit, server: MailServer) -> HandOut:  # noqa: ARG001 - must be running
    return HandOut(client, submit, ADDRESSES)
