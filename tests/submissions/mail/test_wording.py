"""A mail's words: placeholders, what is refused, and a message that no name and no title can add a header to."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from feedback.events import InvalidEvents
from feedback.submissions.mail.wording import Letter, Words, checked, letter, message_of, own_words

ID = UUID(int=7)
LINK = "https://feedback.example.edu/r/abc.def"


@pytest.fixture(autouse=True)
def sender(settings: Settings) -> None:
    settings.FEEDBACK_MAIL_FROM = "Exams <exams@example.edu>"
    settings.FEEDBACK_MAIL_REPLY_TO = "office@example.edu"


def own(name: str = "Ada", exam: str | None = "Midterm") -> dict[str, str]:
    return own_words(name, LINK, exam, datetime(2026, 12, 24, 22, 30, tzinfo=UTC), "Europe/Berlin")


def test_each_placeholder_stands_for_a_students_own() -> None:
    words = checked("{exam}: a report for {name}", "Dear {name},\r\n{link}\r\nuntil {expires} {a b}")
    made = letter(words, "ada@example.edu", own())

    assert made.subject == "Midterm: a report for Ada"
    assert made.text == f"Dear Ada,\n{LINK}\nuntil 24 December 2026 23:30 (Europe/Berlin) {{a b}}"


def test_dates_and_the_nameless_exam_are_said_in_the_language_of_the_reports() -> None:
    own = own_words("Ada", LINK, None, datetime(2026, 12, 24, 22, 30, tzinfo=UTC), "Europe/Berlin", "de")

    assert (own["exam"], own["expires"]) == ("deine Prüfung", "24. Dezember 2026 23:30 (Europe/Berlin)")


@pytest.mark.parametrize(
    ("subject", "body", "place", "said"),
    [
        ("", "{link}", "subject", "it is empty"),
        ("x", " \n ", "body", "it is empty"),
        ("x", "no link", "body", "it lacks {link}"),
        ("{link}", "{link}", "subject", "belongs in the body"),
        ("Dear {nmae}", "{link}", "subject", "nothing stands for {nmae}; known are {name}, {link}, {exam}, {expires}"),
        ("x", "{link} {student}", "body", "nothing stands for {student}"),
        ("a\nBcc: eve@example.org", "{link}", "subject", "line break"),
        ("a\rBcc: eve@example.org", "{link}", "subject", "line break"),
        ("a\u2028b", "{link}", "subject", "line break"),
        ("a\x00b", "{link}", "subject", "NUL"),
        ("x" * 201, "{link}", "subject", "at most 200"),
        ("x", "{link}" + "x" * 10_000, "body", "at most 10,000"),
        ("x", "{link}\x1b[31m", "body", "control character"),
    ],
)
def test_what_cannot_be_a_mail_is_refused_with_the_reason(subject: str, body: str, place: str, said: str) -> None:
    with pytest.raises(InvalidEvents, match="Nothing was sent") as refused:
        checked(subject, body)
    assert said in str(refused.value.details[place])


def test_the_message_is_text_and_a_page_from_and_to_whom_it_should_be() -> None:
    body = 'Dear {name},\n\n<b>"look"</b>:\n{link}'
    message = message_of(letter(Words("Über {exam}", body), "ada@example.edu", own("Ada & Eve")), ID)
    sent = message_from_bytes(message.message().as_bytes(), policy=policy.default)

    assert {name: sent[name] for name in ("From", "To", "Reply-To", "Subject", "Auto-Submitted", "Message-ID")} == {
        "From": "Exams <exams@example.edu>",
        "To": "ada@example.edu",
        "Reply-To": "office@example.edu",
        "Subject": "Über Midterm",
        "Auto-Submitted": "auto-generated",
        "Message-ID": f"<{ID}@example.edu>",
    }
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
    text, page = (part.get_content() for part in sent.iter_parts())
    assert text.strip() == f'Dear Ada & Eve,\n\n<b>"look"</b>:\n{LINK}'
    assert f'<a href="{LINK}">{LINK}</a>' in page
    assert "&lt;b&gt;" in page
    assert "Ada &amp; Eve" in page


@given(
    name=st.text(max_size=60).filter(lambda text: "\ud800" not in text),
    exam=st.none() | st.text(max_size=60),
)
def test_whatever_a_name_or_a_title_holds_the_headers_are_ours(name: str, exam: str | None) -> None:
    # Not by the fixture: hypothesis runs one test many times.
    made = letter(Words("{exam} of {name}", "{name} {link}"), "ada@example.edu", own(name, exam))
    sent = message_from_bytes(message_of(made, ID).message().as_bytes(), policy=policy.default)

    assert sorted(sent.keys()) == sorted(
        ["Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted"]
    )
    assert "\n" not in made.subject
    assert sent["To"] == "ada@example.edu"


def test_a_letters_page_shows_markup_as_text() -> None:
    assert "<script>" not in Letter("a@example.edu", "x", "<script>alert(1)</script>").html
