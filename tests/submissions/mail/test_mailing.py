"""Mail from a hand-out, with a real mail server: asked for over HTTP, sent once, and what came of each."""

import re
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from feedback.access.models import AuditEntry
from feedback.api import metrics
from feedback.queue import announcements
from feedback.store.models import Student, Task
from feedback.store.reaching import Mail, Mailing, MailPace
from feedback.submissions import senders
from feedback.submissions.mail import letters, outbox, turns
from feedback.submissions.mail.mailer import Mailer
from feedback.submissions.mail.server import Outcome, Result
from feedback.submissions.mail.wording import Letter
from tests.harness.in_process import Caller, Submit, class_of, work_off
from tests.harness.smtp import MailServer
from tests.harness.traces import traces_of
from tests.harness.waiting import until
from tests.submissions.mail.conftest import deliver

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer
else:
    from django.http import HttpResponse as Answer

WORDS = {"subject": "Your report: {exam}", "body": "Dear {name},\n\n{link}\n\nuntil {expires}"}
ADDRESSES = ["ada@example.edu", "grace@example.edu", "alan@example.edu"]


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


def test_each_student_gets_one_mail_with_the_link_to_their_own_report(
    client: Client, handed_out: HandOut, server: MailServer
) -> None:
    answer = handed_out.mail()
    assert (answer.status_code, answer.json()) == (202, {"queued": 3, "already": 0, "without_address": 0})
    assert set(handed_out.states().values()) == {"queued"}
    deliver()

    assert server.mailbox.counts == dict.fromkeys(ADDRESSES, 1)
    assert set(handed_out.states().values()) == {"sent"}
    for number, address in enumerate(ADDRESSES):
        message = server.mailbox[address]
        text, page = (part.get_content().replace("\r\n", "\n") for part in message.iter_parts())
        link = f"https://feedback.example.edu{handed_out.links[number]['page'].partition('.edu')[2]}"
        assert text.startswith(f"Dear Name {number},\n\n{link}\n\nuntil ")
        assert re.search(r"until \d+ [A-Z][a-z]+ 20\d\d", text)
        assert f'href="{link}"' in page
        assert f"Student ID: student-{number}" in client.get(link.removeprefix("https://feedback.example.edu")).text
        assert (message["Auto-Submitted"], message["Subject"]) == ("auto-generated", "Your report: course")
        assert message["From"] == "Exams <exams@example.edu>"


def test_however_often_it_is_asked_nobody_gets_a_second_mail(handed_out: HandOut, server: MailServer) -> None:
    handed_out.mail()
    assert handed_out.mail().json() == {"queued": 0, "already": 3, "without_address": 0}
    deliver()
    assert handed_out.mail(WORDS | {"subject": "Again"}).json()["already"] == 3
    deliver()

    assert server.mailbox.counts == dict.fromkeys(ADDRESSES, 1)
    assert Mailing.objects.count() == 1


def test_another_hand_out_is_another_mail(handed_out: HandOut, server: MailServer) -> None:
    handed_out.mail()
    handed_out.address = handed_out.client.post(f"{handed_out.task}/handouts")["Location"]
    assert handed_out.mail().json()["queued"] == 3
    deliver()
    assert server.mailbox.counts == dict.fromkeys(ADDRESSES, 2)


def test_a_preview_shows_the_first_three_and_sends_nothing(client: Client, submit: Submit, server: MailServer) -> None:
    handed_out = HandOut(client, submit, ["a@example.edu", "", "b@example.edu", "c@example.edu", "d@example.edu"])
    answer = handed_out.mail(query="?preview=true")

    assert answer.status_code == 200
    found = answer.json()
    assert (found["queued"], found["already"], found["without_address"]) == (4, 0, 1)
    assert [one["to"] for one in found["first"]] == ["a@example.edu", "b@example.edu", "c@example.edu"]
    assert found["first"][0]["subject"] == "Your report: course"
    assert found["first"][0]["text"].startswith("Dear Name 0,\n\nhttps://feedback.example.edu/r/")
    assert "<p>Dear Name 0,</p>" in found["first"][0]["html"]
    assert not Mail.objects.exists()
    deliver()
    assert not server.mailbox.messages


def test_who_has_no_address_is_counted_and_listed_and_mailed_once_the_roster_has_one(
    client: Client, submit: Submit, server: MailServer
) -> None:
    handed_out = HandOut(client, submit, ["a@example.edu", ""])
    assert handed_out.mail().json() == {"queued": 1, "already": 0, "without_address": 1}
    assert handed_out.states() == {"student-0": "queued", "student-1": None}
    roster = b"student_id,email\nstudent-0,a@example.edu\nstudent-1,b@example.edu\n"
    client.put(f"{handed_out.task}/roster", roster, content_type="text/csv")
    assert handed_out.mail().json() == {"queued": 1, "already": 1, "without_address": 0}
    deliver()
    assert server.mailbox.counts == {"a@example.edu": 1, "b@example.edu": 1}


def test_a_bounce_is_failed_with_the_servers_words_without_the_address_and_may_be_asked_for_again(
    client: Client, submit: Submit, server: MailServer
) -> None:
    handed_out = HandOut(client, submit, ["bounce.ada@example.edu", "grace@example.edu"])
    handed_out.mail()
    deliver()

    assert handed_out.states() == {"student-0": "failed", "student-1": "sent"}
    assert handed_out.error("student-0") == "550 5.1.1 <…>: Recipient address rejected: User unknown"
    assert traces_of("bounce.ada") == {("reports_rosterentry", "email")}
    client.put(f"{handed_out.task}/roster", b"student_id,email\nstudent-0,ada@example.edu\n", content_type="text/csv")
    assert handed_out.mail().json() == {"queued": 1, "already": 1, "without_address": 0}
    deliver()
    assert server.mailbox.counts == {"grace@example.edu": 1, "ada@example.edu": 1}
    assert set(handed_out.states().values()) == {"sent"}


def test_not_now_is_tried_again_later_and_given_up_with_the_words_in_the_end(
    client: Client, submit: Submit, server: MailServer
) -> None:
    handed_out = HandOut(client, submit, ["later.ada@example.edu", "grace@example.edu"])
    handed_out.mail()
    deliver()
    assert handed_out.states() == {"student-0": "queued", "student-1": "sent"}
    assert handed_out.error("student-0").startswith("450 4.2.0 Greylisted")
    [(due_at, changed_at)] = Mail.objects.filter(state="queued").values_list("due_at", "changed_at")
    assert due_at - changed_at == timedelta(seconds=60)

    for _ in range(outbox._MOST_ATTEMPTS):
        Mail.objects.update(due_at=Now())
        deliver()
    assert handed_out.states()["student-0"] == "failed"
    assert handed_out.error("student-0").startswith("450 4.2.0 Greylisted")
    assert server.mailbox.counts == {"grace@example.edu": 1}


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


def test_what_the_page_on_backups_says_keeps_a_restored_database_from_sending_again(
    handed_out: HandOut, server: MailServer
) -> None:
    handed_out.mail()
    assert outbox.claim() is not None
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "back-up.md").read_text()
    [statement] = re.findall(r"<<'SQL'\n(.*?)SQL\n", page, re.DOTALL)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    deliver()

    assert set(handed_out.states().values()) == {"uncertain"}
    assert "backup was restored" in handed_out.error("student-0")
    assert not server.mailbox.messages


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
    claimed = outbox.claim()
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
    claimed = outbox.claim()
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


def test_no_mail_leads_to_a_closed_link(handed_out: HandOut, server: MailServer) -> None:
    handed_out.mail()
    handed_out.client.delete(f"{handed_out.address}/links/{handed_out.links[0]['report_id']}")
    deliver()
    assert handed_out.states() == {"student-0": "failed", "student-1": "sent", "student-2": "sent"}
    assert "closed before the mail was sent" in handed_out.error("student-0")
    handed_out.client.delete(handed_out.address)
    answer = handed_out.mail()
    assert answer.status_code == 409
    assert "Make a new hand-out" in answer.json()["error"]
    assert len(server.mailbox.messages) == 2


def test_a_roster_that_was_forgotten_takes_the_addresses_from_what_is_queued(
    handed_out: HandOut, server: MailServer
) -> None:
    handed_out.mail()
    handed_out.client.delete(f"{handed_out.task}/roster")
    deliver()

    assert set(handed_out.states().values()) == {"failed"}
    assert not server.mailbox.messages
    assert [traces_of(words) for words in (*ADDRESSES, "Name 1")] == [set()] * 4


def test_an_erased_student_gets_no_mail(handed_out: HandOut, server: MailServer) -> None:
    handed_out.mail()
    handed_out.client.delete("/students?student_id=student-1")
    deliver()

    assert server.mailbox.counts == {"ada@example.edu": 1, "alan@example.edu": 1}
    assert traces_of("grace@") == set()


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


@pytest.mark.parametrize("setting", ["FEEDBACK_PUBLIC_URL", "FEEDBACK_SENDS_MAIL"])
def test_without_a_public_address_or_a_mail_server_the_answer_says_which_is_missing(
    handed_out: HandOut, settings: Settings, setting: str
) -> None:
    setattr(settings, setting, "" if setting == "FEEDBACK_PUBLIC_URL" else False)
    for answer in (handed_out.mail(), handed_out.mail(query="?preview=true")):
        assert answer.status_code == 409
        assert setting.replace("FEEDBACK_SENDS_MAIL", "EMAIL_URL") in answer.json()["error"]
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ({"subject": "x"}, "body"),
        ({"subject": "a\nBcc: eve@example.org", "body": "{link}"}, "subject"),
        ({"subject": "x", "body": "{link}", "to": "eve@example.org"}, "to"),
        ({"subject": 7, "body": "{link}"}, "subject"),
        ([], "body"),
    ],
)
def test_a_mail_that_makes_no_sense_is_a_400_and_nothing_is_queued(
    handed_out: HandOut, words: object, place: str
) -> None:
    answer = handed_out.mail(words)
    assert answer.status_code == 400
    assert place in answer.json()["details"]
    assert not Mail.objects.exists()


def test_only_who_may_write_mails_and_sees_how_mails_stand(
    calling: Caller,
    server: MailServer,  # noqa: ARG001 - must be running
) -> None:
    ours = calling("ours")
    handed_out = HandOut(ours.client, ours.submit, ADDRESSES)
    for stranger, status in ((calling("theirs"), 404), (calling("ours", read_only=True), 403)):
        asked = stranger.client.post(f"{handed_out.address}/mail", WORDS, content_type="application/json")
        assert (asked.status_code, stranger.client.get(f"{handed_out.address}/mail").status_code) == (status, status)
    assert not Mail.objects.exists()
    handed_out.mail()
    handed_out.mail()
    what = f"mail of hand-out {handed_out.address.rsplit('/', 1)[1]}"
    [entry] = AuditEntry.objects.filter(what=what)
    assert (entry.action, entry.task_id, entry.report_id) == ("hand out", Task.objects.get().pk, None)


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
