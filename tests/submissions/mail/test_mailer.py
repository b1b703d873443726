"""What a worker's thread does with the outbox of mails, with a real mail server: turns, faults, a stop."""

import threading
from collections import Counter

import pytest
from django.db import OperationalError
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from feedback.api import metrics
from feedback.queue import announcements
from feedback.store.models import Student
from feedback.store.reaching import Mail, MailPace
from feedback.submissions import senders
from feedback.submissions.mail import letters, outbox, turns
from feedback.submissions.mail.mailer import Mailer
from feedback.submissions.mail.server import Outcome, Result
from feedback.submissions.mail.shares import Shares
from feedback.submissions.mail.wording import Letter
from tests.harness.in_process import Submit
from tests.harness.smtp import MailServer
from tests.harness.waiting import until
from tests.submissions.mail.conftest import ADDRESSES, HandOut, deliver


def test_a_server_that_is_down_leaves_all_queued_and_says_so_until_it_is_back(
    handed_out: HandOut, server: MailServer
) -> None:
    server.stop()
    handed_out.mail()
    deliver()

    assert set(handed_out.states().values()) == {"queued"}
    assert "refused" in handed_out.client.get(f"{handed_out.address}/mail").json()["trouble"]
    assert Mail.objects.filter(attempts__gt=0).count() == 0, "no mail is claimed without a connection"
    assert MailPace.objects.get().failures == 1
    metrics.tables.forget()
    figures = handed_out.client.get("/metrics").text
    assert "feedback_mails_waiting 3.0" in figures
    assert "feedback_mail_server_failures 1.0" in figures
    server.start()
    MailPace.objects.update(next_at=Now())
    deliver()
    assert server.mailbox.counts == dict.fromkeys(ADDRESSES, 1)
    assert handed_out.client.get(f"{handed_out.address}/mail").json()["trouble"] is None


def test_workers_that_fail_side_by_side_are_one_failure_and_the_next_one_waits_longer(
    handed_out: HandOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_FIRST_REACH", 1_000.0)
    monkeypatch.setattr(turns, "_LONGEST_REACH", 3_000.0)
    handed_out.mail()
    taken = []
    for _ in range(3):  # while the first of them still waits for the server
        MailPace.objects.update(next_at=Now())
        taken.append(turns.take_turn())
    for turn in taken:
        assert turn is not None
        turns.put_off(turn, "timed out")
    assert MailPace.objects.get().failures == 1
    assert 0.0 < pause() <= 1_000.0
    MailPace.objects.update(next_at=Now())
    turn = turns.take_turn()
    assert turn is not None
    assert 1_000.0 < pause() <= 2_000.0, "the others wait while it tries"
    turns.reached(turn)
    assert pause() <= 0.001
    assert (MailPace.objects.get().failures, turns.trouble()) == (0, "")


def pause() -> float:
    """The seconds until the next turn."""
    found = turns.waiting()
    assert found is not None
    return found.seconds


@pytest.mark.parametrize(
    ("fault", "state", "words"),
    [
        (OperationalError("the database is away"), "queued", "The database was away"),
        (KeyError("a bug"), "failed", "The mail could not be written: the log says why."),
    ],
)
def test_a_mail_that_could_not_be_written_was_not_sent_and_does_not_say_that_it_may_have_been(
    handed_out: HandOut, server: MailServer, monkeypatch: pytest.MonkeyPatch, fault: Exception, state: str, words: str
) -> None:
    handed_out.mail()
    real, faults = letters.letter_of, [fault]

    def letter_of(mail: Mail) -> Letter:
        if faults:
            raise faults.pop()
        return real(mail)

    monkeypatch.setattr("feedback.submissions.mail.mailer.letter_of", letter_of)
    deliver()

    assert Counter(Mail.objects.values_list("state", flat=True)) == {state: 1, "sent": 2}
    assert Mail.objects.get(state=state).error.startswith(words)
    assert len(server.mailbox.messages) == 2


def test_an_answer_that_never_comes_leaves_a_mail_uncertain_and_it_is_not_sent_again(
    client: Client, submit: Submit, server: MailServer
) -> None:
    handed_out = HandOut(client, submit, ["lost@example.edu", "grace@example.edu"])
    handed_out.mail()
    deliver()

    assert handed_out.states() == {"student-0": "uncertain", "student-1": "sent"}
    assert handed_out.mail().json() == {"queued": 0, "already": 2, "without_address": 0}
    Mail.objects.update(due_at=Now())
    deliver()
    assert server.mailbox.counts == {"lost@example.edu": 1, "grace@example.edu": 1}


def test_a_worker_that_dies_between_claim_and_record_leaves_a_mail_uncertain(
    handed_out: HandOut, server: MailServer
) -> None:
    handed_out.mail()
    claimed = outbox.claim(Shares())
    assert claimed is not None
    assert handed_out.states()[Student.objects.get(pk=claimed.about_id).student_id] == "queued"
    deliver()
    assert len(server.mailbox.messages) == 2, "the others go on"
    Mail.objects.filter(pk=claimed.pk).update(due_at=Now())
    deliver()

    [uncertain] = Mail.objects.filter(state="uncertain")
    assert uncertain.pk == claimed.pk
    assert "worker that was sending it was lost" in uncertain.error
    assert len(server.mailbox.messages) == 2, "not sent by itself"


def test_a_worker_that_was_thought_lost_says_what_came_of_its_mail_after_all(handed_out: HandOut) -> None:
    handed_out.mail()
    claimed = outbox.claim(Shares())
    assert claimed is not None
    Mail.objects.filter(pk=claimed.pk).update(due_at=Now())
    outbox.give_up_lost()
    outbox.record(claimed, Result(Outcome.SENT))

    assert Mail.objects.get(pk=claimed.pk).state == "sent"


def test_a_connection_that_was_lost_before_the_message_costs_nothing(handed_out: HandOut, server: MailServer) -> None:
    handed_out.mail()
    one = Mailer()
    one.step()
    server.stop()
    server.start()  # the connection that the mailer keeps is gone
    deliver(one)

    assert server.mailbox.counts == dict.fromkeys(ADDRESSES, 1)
    assert set(Mail.objects.values_list("attempts", flat=True)) == {1}


def test_what_a_lost_database_kept_from_being_written_down_is_written_down_later(
    handed_out: HandOut, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_out.mail()
    real, one = outbox.record, Mailer()

    def fails(*_: object) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(outbox, "record", fails)
    with pytest.raises(OperationalError):
        one.step()
    assert len(server.mailbox.messages) == 1
    monkeypatch.setattr(outbox, "record", real)
    deliver(one)
    assert server.mailbox.counts == dict.fromkeys(ADDRESSES, 1)
    assert set(handed_out.states().values()) == {"sent"}


def test_mails_go_at_the_rate_that_is_set_of_all_workers_together(
    handed_out: HandOut, server: MailServer, settings: Settings
) -> None:
    settings.FEEDBACK_MAILS_PER_MINUTE = 1
    handed_out.mail()
    workers = [Mailer(), Mailer()]
    assert workers[0].step() == 0.0
    pauses = [worker.step() for worker in workers]

    assert len(server.mailbox.messages) == 1
    assert all(pause > 0.0 for pause in pauses)
    assert len(server.mailbox.connections) == 1, "the other has no turn, and so no connection"
    MailPace.objects.update(next_at=Now())
    assert workers[1].step() == 0.0
    assert len(server.mailbox.messages) == 2
    workers[0].step()
    until(lambda: len(server.mailbox.connections) == 1, "the end of the connection whose turn is over")
    for worker in workers:
        worker.finish(0)


@pytest.mark.django_db(transaction=True)
def test_a_thread_of_each_worker_process_sends_what_is_due(handed_out: HandOut, server: MailServer) -> None:
    handed_out.mail()
    for _ in range(3):
        senders.start()
    until(lambda: set(handed_out.states().values()) == {"sent"}, "mails that are sent")
    senders.stop()

    assert server.mailbox.counts == dict.fromkeys(ADDRESSES, 1)
    assert not any(thread.name in ("mail", "webhooks") for thread in threading.enumerate())


@pytest.mark.django_db(transaction=True)
def test_a_stop_waits_for_the_mail_under_way_and_all_is_told_to_end_before(
    handed_out: HandOut, server: MailServer, settings: Settings
) -> None:
    settings.EMAIL_TIMEOUT = settings.FEEDBACK_STOP_SECONDS = 600
    server.mailbox.held = True
    handed_out.mail()
    senders.start()
    until(lambda: bool(server.mailbox.messages), "a mail under way")
    stop = threading.Thread(target=senders.stop)
    stop.start()
    until(lambda: not announcements.listeners, "webhooks that have been told")
    server.mailbox.held = False
    stop.join()

    assert Counter(handed_out.states().values()) == {"sent": 1, "queued": 2}
    assert len(server.mailbox.messages) == 1
