"""A mail's words: the teacher's, with a student's own where placeholders stand; the message as it is sent."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from email.utils import parseaddr
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.html import linebreaks, urlize

from feedback.events import Faults, InvalidEvents, settled
from feedback.events.strict_decoder import inspect
from feedback.phrasing.i18n import N_
from feedback.phrasing.phrases import Phrases
from feedback.store.reaching import LONGEST_BODY, LONGEST_SUBJECT

# What each stands for, as it is told to people.
PLACEHOLDERS = {
    "name": "the student's name",
    "link": "the address of the student's report",
    "exam": "the exam's title",
    "expires": "when the link closes",
}
_PLACEHOLDER = re.compile(r"\{([^{}\s]*)\}")
_KNOWN = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
_EXAM = N_("your exam")


class Words(msgspec.Struct, frozen=True):
    """Subject and body with their placeholders, checked."""

    subject: str
    body: str


class Letter(msgspec.Struct, frozen=True):
    """One student's: to which address, and what it says."""

    to: str
    subject: str
    text: str

    @property
    def html(self) -> str:
        """The text as a page: paragraphs, and addresses that can be followed."""
        return f"<!doctype html>\n<html><body>\n{linebreaks(urlize(self.text, autoescape=True))}\n</body></html>\n"


def checked(subject: str, body: str) -> Words:
    """The words of a mail. Raises InvalidEvents, which names every fault."""
    faults = Faults()
    subject, body = settled(subject), settled(body.replace("\r\n", "\n").replace("\r", "\n"))
    for place, text, longest in (("subject", subject, LONGEST_SUBJECT), ("body", body, LONGEST_BODY)):
        inspect(text, (place,), 0, faults)
        if not text:
            faults.add((place,), "it is empty; write what the students are to read")
        if len(text) > longest:
            faults.add((place,), f"{len(text):,} characters; at most {longest:,} are taken")
        if unknown := sorted(set(_PLACEHOLDER.findall(text)) - PLACEHOLDERS.keys()):
            shown = ", ".join(f"{{{name[:40]}}}" for name in unknown[:5])
            faults.add((place,), f"nothing stands for {shown}; known are {_KNOWN}")
    if _has_controls(subject):
        faults.add(("subject",), "it holds a line break or another control character; write it on one line")
    if _has_controls(body.replace("\n", "").replace("\t", "")):
        faults.add(("body",), "it holds a control character; remove it")
    if "{link}" in subject:
        faults.add(("subject",), "the link belongs in the body alone: servers write subjects into their logs")
    if body and "{link}" not in body:
        faults.add(("body",), "it lacks {link}: without it nobody finds the report")
    if faults:
        raise InvalidEvents("The mail cannot be sent as it is; `details` says why. Nothing was sent.", faults.details())
    return Words(subject, body)


def letter(words: Words, to: str, own: Mapping[str, str]) -> Letter:
    """One student's mail; `own` is what stands for each placeholder."""

    def filled(text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: own[found[1]], text)

    return Letter(to, filled(words.subject), filled(words.body))


def own_words(
    name: str, link: str, exam: str | None, expires_at: datetime, zone: str, language: str = "en"
) -> dict[str, str]:
    """What stands for the placeholders. `name` is a student's, or else the id; `zone` an IANA name.

    The date is as the reports write it, in their `language`.
    """
    words = Phrases(language, ZoneInfo(zone))
    expires = f"{words.moment(expires_at, with_day=True)} ({zone})"
    own = {"name": name, "link": link, "exam": exam or words.text(_EXAM), "expires": expires}
    return {placeholder: _on_one_line(text) for placeholder, text in own.items()}


def message_of(one: Letter, id_: UUID) -> EmailMultiAlternatives:
    """The message as it is sent. Its id is the mail's own, so that who has it twice can tell."""
    sender = settings.FEEDBACK_MAIL_FROM
    domain = parseaddr(sender)[1].rpartition("@")[2]
    made = EmailMultiAlternatives(
        one.subject,
        one.text,
        sender,
        [one.to],
        reply_to=[settings.FEEDBACK_MAIL_REPLY_TO] if settings.FEEDBACK_MAIL_REPLY_TO else None,
        # RFC 3834: no out-of-office note is to answer it.
        headers={"Auto-Submitted": "auto-generated", "Message-ID": f"<{id_}@{domain}>"},
    )
    made.attach_alternative(one.html, "text/html")
    return made


def _on_one_line(text: str) -> str:
    """What came with a log or a roster must not add a line, and so not a header."""
    return " ".join("".join(c if not _has_controls(c) else " " for c in text).split())


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text)
