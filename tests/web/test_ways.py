"""Every way to hand out, on the pages: the roster as a form, mails, files for platforms and paper."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from feedback.store.models import Student
from feedback.store.reaching import Mail, MailPace, RosterEntry
from feedback.submissions.mail.wording import PLACEHOLDERS
from tests.harness.in_process import Caller, calling, class_of, work_off
from tests.web.conftest import Answer, Upload
from tests.web.test_people import Person, person

__all__ = ["calling", "person"]
WORKSHEET = (
    "Identifier,Full name,Email address,ID number\n"
    "Participant 11,<b>Ada</b> Lovelace,ada@example.edu,student-0\n"
    "Participant 12,Eve,eve@example.edu,nobody\n"
)
WORDS = {"subject": "Report: {exam}", "body": "Dear {name}, {link}\n\nYours"}


@pytest.fixture
def made(upload: Upload) -> str:
    """The page of a class of three with both formats made."""
    address = str(upload(class_of(3))["Location"])
    work_off()
    return address


@pytest.fixture
def mailing(settings: Settings) -> None:
    settings.FEEDBACK_SENDS_MAIL = True
    settings.FEEDBACK_PUBLIC_URL = "https://feedback.example.edu"


def send_roster(client: Client, made: str, text: str = WORKSHEET) -> Answer:
    return client.post(f"{made}/roster", {"roster": SimpleUploadedFile("worksheet.csv", text.encode())})


def test_one_button_leads_to_every_way(client: Client, made: str) -> None:
    assert f'class="button" href="{made}/handouts"' in client.get(made).text
    page = client.get(f"{made}/handouts").text
    for heading in ("Who the students are", "By link or mail", "In Moodle or Canvas", "On paper, or in files"):
        assert heading in page
    assert "layout=names" in page
    assert "layout=moodle" not in page
    assert "has not set FEEDBACK_PUBLIC_URL and EMAIL_URL" in page


def test_a_roster_is_taken_and_what_does_not_fit_is_named(client: Client, made: str) -> None:
    answer = send_roster(client, made)

    assert answer.status_code == 200
    assert "1 row fits" in answer.text
    for student_id in ("student-1", "student-2"):
        assert f"<bdi>{student_id}</bdi>" in answer.text
    assert "line 3, <bdi>Eve</bdi>: fits no student" in answer.text
    page = client.get(f"{made}/handouts").text
    assert "1 of 3 students are in the roster: 1 with an e-mail address, 1 with Moodle’s number." in page
    assert page.count("layout=moodle") == 2
    assert "Eve" not in page


def test_names_are_shown_as_text(client: Client, made: str) -> None:
    answer = send_roster(client, made, WORKSHEET.replace("nobody", "").replace("Eve", "<b>Eve</b>"))
    assert "&lt;b&gt;Eve" in answer.text
    assert "<b>Eve" not in answer.text


def test_a_roster_is_forgotten(client: Client, made: str) -> None:
    send_roster(client, made)
    answer = client.post(f"{made}/roster", {"forget": "yes"})

    assert (answer.status_code, answer["Location"]) == (303, f"{made}/handouts")
    assert not RosterEntry.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("student_id,email\nstudent-0,x\n", "line 2: email"),
        ("student_id\nnobody\n", "No row of the roster fits a student"),
        ("colour\nred\n", "no column says who a row is about"),
    ],
)
def test_what_is_wrong_with_a_roster_is_said_beside_the_form(client: Client, made: str, text: str, said: str) -> None:
    answer = send_roster(client, made, text)
    assert answer.status_code == 400
    assert said in answer.text
    assert not RosterEntry.objects.exists()


def test_no_file_is_said_so(client: Client, made: str) -> None:
    answer = client.post(f"{made}/roster")
    assert answer.status_code == 400
    assert "Choose a file first" in answer.text


@pytest.mark.usefixtures("mailing")
def test_a_mail_is_written_looked_at_and_sent_once(client: Client, made: str) -> None:
    send_roster(client, made)
    page = client.get(f"{made}/handouts").text
    assert "Make the links and write a mail" in page
    address = client.post(f"{made}/handouts", {"days": "7", "mail": "yes"})["Location"]
    assert address.endswith("/mail")
    form = client.get(address).text
    assert all(f"{{{name}}} is {meaning}" in form.replace("&#39;", "'") for name, meaning in PLACEHOLDERS.items())
    assert "{link}" in form

    shown = client.post(address, WORDS | {"preview": "yes"})
    assert shown.status_code == 200
    assert "1 mail would be sent" in shown.text
    assert "2 have no address" in shown.text
    assert "Dear &lt;b&gt;Ada&lt;/b&gt; Lovelace, https://feedback.example.edu/r/" in shown.text
    assert "U+000A" not in shown.text, "a line ends where it ends"
    assert not Mail.objects.exists()
    for _ in range(2):
        assert client.post(address, WORDS)["Location"] == address
    assert Mail.objects.count() == 1
    page = client.get(address).text
    assert "1 queued" in page
    assert f'<a href="{address}">1 queued</a>' in client.get(f"{made}/handouts").text


@pytest.mark.usefixtures("mailing")
def test_how_each_mail_stands_is_shown_with_the_servers_words(
    client: Client,
    made: str,
) -> None:
    rows = "".join(f"student-{number},{number}@example.edu\n" for number in range(3))
    send_roster(client, made, f"student_id,email\n{rows}")
    address = client.post(f"{made}/handouts", {"days": "7", "mail": "yes"})["Location"]
    client.post(address, WORDS)
    for number, (state, error) in enumerate([("sent", ""), ("failed", "550 <unknown>"), ("uncertain", "lost")]):
        about = Student.objects.get(student_id=f"student-{number}")
        Mail.objects.filter(about=about).update(state=state, error=error)
    page = client.get(address).text

    assert "1 sent, 1 failed, 1 uncertain" in page
    assert "1 sent, 1 failed, 1 uncertain" in client.get(f"{made}/handouts").text
    assert "550 &lt;unknown&gt;" in page
    assert "the service does not send it again" in page
    Mail.objects.update(state="queued")
    MailPace.objects.create(pk=1, trouble="Connection refused")
    assert "cannot be reached at the moment (Connection refused)" in client.get(address).text


@pytest.mark.usefixtures("mailing")
@pytest.mark.parametrize(
    ("words", "field"),
    [({"subject": "", "body": "{link}"}, "subject"), ({"subject": "x", "body": "{lnk}"}, "body")],
)
def test_a_fault_stands_beside_its_field_and_the_words_are_kept(
    client: Client,
    made: str,
    words: dict[str, str],
    field: str,
) -> None:
    address = client.post(f"{made}/handouts", {"days": "7", "mail": "yes"})["Location"]
    answer = client.post(address, words)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert words["body"] in answer.text


def test_a_closed_hand_out_and_a_service_without_mail_say_so(client: Client, made: str, settings: Settings) -> None:
    address = client.post(f"{made}/handouts", {"days": "7"})["Location"]
    assert client.post(f"{address}/mail", WORDS).status_code == 409
    assert "has not set FEEDBACK_PUBLIC_URL and EMAIL_URL" in client.get(f"{address}/mail").text
    settings.FEEDBACK_SENDS_MAIL, settings.FEEDBACK_PUBLIC_URL = True, "https://feedback.example.edu"
    client.post(f"{address}/withdraw")
    assert "These links are closed" in client.post(f"{address}/mail", WORDS).text


@pytest.mark.usefixtures("mailing")
def test_only_who_may_write_sees_names_and_mails(calling: Caller, person: Person) -> None:
    task_id = calling("platform").submit("html", class_of(2)).rsplit("/", 1)[1]
    work_off()
    page = f"/submissions/{task_id}"
    writer = person("writer", write=("course",))
    assert send_roster(writer, page).status_code == 200
    mail = writer.post(f"{page}/handouts", {"days": "7", "mail": "yes"})["Location"]
    assert writer.get(mail).status_code == 200
    for browser, status in ((person("reader", read=("course",)), 403), (person("stranger", write=("other",)), 404)):
        assert send_roster(browser, page).status_code == status
        assert browser.post(f"{page}/roster", {"forget": "yes"}).status_code == status
        assert browser.get(mail).status_code == status
        assert browser.post(mail, WORDS).status_code == status
    assert RosterEntry.objects.count() == 1
    assert not Mail.objects.exists()


@pytest.mark.usefixtures("mailing")
def test_no_page_of_handing_out_fetches_the_findings_of_the_class(client: Client, made: str) -> None:
    mail = client.post(f"{made}/handouts", {"days": "7", "mail": "yes"})["Location"]
    links = mail.removesuffix("/mail")
    with CaptureQueriesContext(connection) as queries:
        for address in (f"{made}/handouts", links, f"{links}/links.csv", mail, f"{made}/exam"):
            assert client.get(address).status_code == 200
        assert send_roster(client, made).status_code == 200
        assert client.post(f"{made}/retry").status_code == 303
    large = [one["sql"] for one in queries if re.match(r'SELECT [^(]*"reports_task"."findings"[^(]* FROM', one["sql"])]
    assert not large
