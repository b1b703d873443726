"""What a mail server may do in the middle of a conversation: each refusal is kept, and none is taken for another's."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from feedback.store.reaching import Mail, MailPace
from feedback.submissions.mail.mailer import Mailer
from tests.harness.in_process import Submit
from tests.harness.smtp import MailServer
from tests.harness.waiting import until
from tests.submissions.mail.conftest import HandOut, deliver

Mailed = Callable[..., HandOut]


@pytest.fixture
def mailed(client: Client, submit: Submit, server: MailServer) -> Mailed:  # noqa: ARG001 - must be running
    """A class with these addresses, whose mails are queued."""

    def hand_out(*addresses: str) -> HandOut:
        found = HandOut(client, submit, list(addresses))
        assert found.mail().json()["queued"] == len(addresses)
        return found

    return hand_out


def waits() -> bool:
    """Whether each queued mail was tried once, and waits a minute for the next try."""
    queued = Mail.objects.filter(state="queued")
    return all(mail.attempts == 1 and mail.due_at - mail.changed_at == timedelta(minutes=1) for mail in queued)


def test_a_refusal_is_kept_where_the_server_closes_the_connection_after_it(mailed: Mailed, server: MailServer) -> None:
    found = mailed("slam.ada@example.edu", "grace@example.edu", "slam.alan@example.edu")
    deliver()

    assert found.states() == {"student-0": "failed", "student-1": "sent", "student-2": "failed"}
    assert found.error("student-0") == found.error("student-2") == "550 5.7.1 not from here"
    assert server.mailbox.counts == {"grace@example.edu": 1}


def test_a_server_that_is_busy_is_asked_again_later_and_says_so_meanwhile(mailed: Mailed, server: MailServer) -> None:
    server.mailbox.busy = True
    found = mailed("ada@example.edu", "grace@example.edu")
    deliver()

    assert set(found.states().values()) == {"queued"}
    assert found.error("student-0") == "421 4.7.0 too many connections, closing"
    assert waits()
    server.mailbox.busy = False
    Mail.objects.update(due_at=Now())
    deliver()
    assert set(found.states().values()) == {"sent"}
    assert server.mailbox.counts == {"ada@example.edu": 1, "grace@example.edu": 1}


@pytest.mark.parametrize("before", [[], ["grace@example.edu"]])
def test_a_server_that_hangs_up_at_one_mail_is_asked_again_later(
    mailed: Mailed, server: MailServer, before: list[str]
) -> None:
    found = mailed(*before, "cut.ada@example.edu")
    last = f"student-{len(before)}"
    Mail.objects.filter(about__student_id=last).update(due_at=Now())
    deliver()

    assert found.states() == {"student-0": "sent", last: "queued"}  # the same student where none is before
    assert found.error(last) == "Connection unexpectedly closed"
    assert waits()
    assert len(server.mailbox.messages) == len(before)


@pytest.mark.parametrize(
    ("name", "state", "words"),
    [
        ("filtered", "failed", "554 5.7.1 rejected by the filter"),
        ("deferred", "queued", "451 4.7.1 the filter is away"),
    ],
)
def test_a_mail_that_is_refused_before_its_message_costs_the_next_nothing(
    mailed: Mailed, server: MailServer, name: str, state: str, words: str
) -> None:
    found = mailed(f"{name}.ada@example.edu", "grace@example.edu", f"{name}.alan@example.edu")
    deliver()

    assert found.states() == {"student-0": state, "student-1": "sent", "student-2": state}
    assert found.error("student-0") == found.error("student-2") == words
    assert server.mailbox.counts == {"grace@example.edu": 1}


@pytest.mark.parametrize(
    ("password", "trouble"), [("hush", "535 5.7.8 Authentication"), ("hüsh", "EMAIL_URL cannot be used")]
)
def test_a_login_that_fails_puts_all_off_leaves_no_connection_and_gives_no_password_away(
    mailed: Mailed, server: MailServer, settings: Settings, password: str, trouble: str
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "exams", password
    found = mailed("ada@example.edu", "grace@example.edu")
    one = Mailer()
    for failures in (1, 2):
        deliver(one)
        said = found.client.get(f"{found.address}/mail").json()["trouble"]
        assert said.startswith(trouble)
        assert password not in said
        assert MailPace.objects.get().failures == failures
        MailPace.objects.update(next_at=Now())
    assert set(Mail.objects.values_list("state", "attempts")) == {("queued", 0)}
    until(lambda: not server.mailbox.connections, "the end of the connections")
