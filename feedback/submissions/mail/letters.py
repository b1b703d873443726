"""Each student's letter: the words of a mailing, with what the hand-out and the roster say of this student."""

from typing import NamedTuple

from django.urls import reverse

from feedback.events import decode_context
from feedback.store.models import HandOut, Student, Upload, WithdrawnLink
from feedback.store.reaching import Mail, RosterEntry
from feedback.submissions import handouts, rosters
from feedback.submissions.mail.wording import Letter, Words, letter, own_words


class OfHandOut(NamedTuple):
    """What the letters of a hand-out share: its links, the exam's title, and how times are said: zone and language."""

    handout: HandOut
    exam: str | None
    zone: str
    language: str


class NoLetter(Exception):
    """A mail that was queued and has nothing to say any more; the words say why."""


def of_handout(handout: HandOut) -> OfHandOut:
    """One query."""
    upload = Upload.objects.only("context", "options", "namespace").get(pk=handout.upload_id)
    exam = decode_context(bytes(upload.context or b"")).exam
    title = exam.title or exam.course or upload.namespace or None
    language = upload.options.get("lang") or exam.language or "en"
    return OfHandOut(handout, title, str(upload.options["tz"]), str(language))


def letter_to(of: OfHandOut, words: Words, entry: RosterEntry) -> Letter:
    """To the student of a roster's entry, at the address that it has. At most two queries."""
    link = handouts.public_address(reverse("link", args=[handouts.token_of(of.handout.pk, entry.about_id)]))
    name = entry.name or _name_in_log(entry)
    return letter(words, entry.email, own_words(name, link, of.exam, of.handout.expires_at, of.zone, of.language))


def letter_of(mail: Mail) -> Letter:
    """What a claimed mail says by now. Raises NoLetter."""
    handout = HandOut.objects.filter(pk=mail.handout_id).first()
    if (
        handout is None
        or handout.is_over
        or WithdrawnLink.objects.filter(handout=handout, about=mail.about_id).exists()
    ):
        raise NoLetter("The link was closed before the mail was sent.")
    entry = RosterEntry.objects.filter(about=mail.about_id).exclude(email="").first()
    if entry is None:
        raise NoLetter("The roster has no address for this student any more.")
    mailing = mail.mailing
    return letter_to(of_handout(handout), Words(mailing.subject, mailing.body), entry)


def _name_in_log(entry: RosterEntry) -> str:
    student_id, payload = Student.objects.values_list("student_id", "payload").get(pk=entry.about_id)
    return rosters.name_in(bytes(payload)) or student_id
