"""EMAIL_URL and the addresses of mails, read strictly: what would fail at the first mail stops the start."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from feedback.config import mail
from tests.harness.processes import manage


def test_a_mail_server_is_read_with_its_way_of_encryption() -> None:
    found = mail.server("submission://exams%40example.edu:p%40ss@mail.example.edu")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example.edu", 587)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("exams@example.edu", "p@ss")
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"] or False, found["EMAIL_TIMEOUT"]) == (True, False, 15)
    assert mail.server("smtp://h:465?ssl=true&timeout=3")["EMAIL_USE_SSL"] is True
    assert mail.server("smtp://h:465?ssl=true&timeout=3")["EMAIL_TIMEOUT"] == 3
    assert mail.server("smtp://127.0.0.1")["EMAIL_PORT"] == 25
    assert mail.server("") == {}


@pytest.mark.parametrize(
    "url",
    [
        *("mail.example.edu", "smtps://user:hush@host", "console://", "smtp://", "smtp://user:hush@host:port"),
        *("smtp://user:hush@host:99999", "smtp://user:hush@host?tsl=true", "smtp://user:hush@host?timeout=soon"),
        *("http://user:hush@host", "smtp://user:hush@host?tls", "smtp://user:hush@[::1"),
        *("smtp://user:hush@host?timeout=0", "smtp://user:hush@host?timeout=-5", "smtp://user:hush%C3%A9@host"),
    ],
)
def test_what_is_no_mail_server_is_refused_in_words_that_hold_no_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"EMAIL_URL is not understood .*write submission://") as refused:
        mail.server(url)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("value", ["exams@example.edu", "Exams <exams@example.edu>", "exams@localhost", ""])
def test_an_address_is_taken_with_and_without_a_name(value: str) -> None:
    assert mail.address("FEEDBACK_MAIL_FROM", value) == value


@pytest.mark.parametrize("value", ["exams", "Exams <exams>", "@example.edu", "a@b.example\nBcc: c@example.edu"])
def test_what_is_no_address_is_refused(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"FEEDBACK_MAIL_FROM=.* is not understood: set it to an address"):
        mail.address("FEEDBACK_MAIL_FROM", value)


def test_a_mail_server_without_a_sender_stops_the_start(tmp_path: Path) -> None:
    done = manage("check", FEEDBACK_HOME=str(tmp_path), EMAIL_URL="smtp://127.0.0.1")
    assert done.returncode == 1
    assert "EMAIL_URL is set, and FEEDBACK_MAIL_FROM is not" in done.stderr.strip().splitlines()[-1]
