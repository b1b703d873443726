"""A mail server, and the service set up to use it."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from feedback.submissions.mail.mailer import LOOK_SECONDS, Mailer
from tests.harness.in_process import calling, post, submit
from tests.harness.smtp import MailServer, mail_server

__all__ = ["calling", "post", "submit"]

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
