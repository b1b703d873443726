"""Mail from a hand-out, with a real mail server: asked for over HTTP, sent once, and what came of each."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from pytest_django import Settings

from feedback.access.models import AuditEntry
from feedback.store.models import Task
from feedback.store.reaching import Mail, Mailing
from feedback.submissions.mail import outbox
from feedback.submissions.mail.shares import Shares
from tests.harness.in_process import Caller, Submit
from tests.harness.smtp import MailServer
from tests.harness.traces import traces_of
from tests.submissions.mail.conftest import ADDRESSES, WORDS, HandOut, deliver


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


def test_what_the_page_on_backups_says_keeps_a_restored_database_from_sending_again(
    handed_out: HandOut, server: MailServer
) -> None:
    handed_out.mail()
    assert outbox.claim(Shares()) is not None
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "back-up.md").read_text()
    [statement] = re.findall(r"<<'SQL'\n(.*?)SQL\n", page, re.DOTALL)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    deliver()

    assert set(handed_out.states().values()) == {"uncertain"}
    assert "backup was restored" in handed_out.error("student-0")
    assert not server.mailbox.messages


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
