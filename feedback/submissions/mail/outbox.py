"""The outbox: who is to have a mail of a hand-out, which mail is due, and what came of it.

All times are the database's own. A worker that has a turn (`turns`) and a connection claims a mail of the owner
whose share it is (`shares`), with a lease and a fence: only behind its fence a worker writes down what came of a mail.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from feedback.access import audit
from feedback.access.audit import Action
from feedback.store import locks
from feedback.store.models import HandOut, Task
from feedback.store.reaching import Mail, Mailing, MailState, RosterEntry
from feedback.submissions import handouts, rosters
from feedback.submissions.errors import LinksClosed, NoMail
from feedback.submissions.handouts import Link
from feedback.submissions.mail import turns
from feedback.submissions.mail.letters import letter_to, of_handout
from feedback.submissions.mail.server import Outcome, Result
from feedback.submissions.mail.shares import Shares
from feedback.submissions.mail.wording import Letter, Words

log = structlog.stdlib.get_logger(__name__)

_SHOWN = 3
# After the server has said "not now" to a mail: doubled each time, to the longest.
_FIRST_PAUSE, _LONGEST_PAUSE = 60.0, 3_600.0
# What is put off so often, for some two hours, is given up.
_MOST_ATTEMPTS = 8
# From a mail to the owner of the upload that it tells of.
_OWNER = "handout__upload__owner"


class Asked(NamedTuple):
    """What mailing a hand-out comes to: how many are queued, had a mail before, and have no address."""

    queued: int
    already: int
    without_address: int


class Status(NamedTuple):
    """How a student's mail stands; `state` None where there is none."""

    link: Link
    state: MailState | None
    words: str
    at: datetime | None


class _Sorted(NamedTuple):
    """Who is to have a mail, in the order of the class, with their entries of the roster; and how many are not."""

    wanted: list[tuple[Link, RosterEntry]]
    again: set[UUID]  # those of them whose mail had failed
    already: int
    without_address: int

    @property
    def asked(self) -> Asked:
        return Asked(len(self.wanted), self.already, self.without_address)


def lacking() -> list[str]:
    """The settings without which no mail can be sent, as far as they are not set."""
    needed = {"FEEDBACK_PUBLIC_URL": settings.FEEDBACK_PUBLIC_URL, "EMAIL_URL": settings.FEEDBACK_SENDS_MAIL}
    return [name for name, value in needed.items() if not value]


def _check(handout: HandOut) -> None:
    """Raises NoMail and LinksClosed."""
    if missing := lacking():
        raise NoMail(missing)
    if handout.is_over:
        raise LinksClosed


def ask(handout: HandOut, task: Task, words: Words, by: str) -> Asked:
    """Queue a mail for every student whose link is open, who has an address, and whose mail is not on its way already.

    A mail that failed is tried again. Raises NoMail and LinksClosed.
    """
    _check(handout)
    with transaction.atomic():
        locks.uploads([task.upload_id])  # no student of it is erased meanwhile
        found = _sorted(handout, task)
        if found.wanted:
            mailing = Mailing.objects.create(handout=handout, subject=words.subject, body=words.body, made_by=by)
            rows = (
                Mail(handout=handout, mailing=mailing, about_id=link.student)
                for link, _ in found.wanted
                if link.student not in found.again
            )
            Mail.objects.bulk_create(rows, batch_size=500)
            again = Mail.objects.filter(handout=handout, about__in=found.again, state=MailState.FAILED)
            again.update(mailing=mailing, state=MailState.QUEUED, due_at=Now(), attempts=0, error="", changed_at=Now())
            audit.record(by, Action.HAND_OUT, f"mail of hand-out {handout.pk}", task.id)
    return found.asked


def preview(handout: HandOut, task: Task, words: Words) -> tuple[Asked, list[tuple[Link, Letter]]]:
    """The same without doing it, and the first mails as they would be sent. Raises NoMail and LinksClosed."""
    _check(handout)
    found = _sorted(handout, task)
    shared = of_handout(handout)
    return found.asked, [(link, letter_to(shared, words, entry)) for link, entry in found.wanted[:_SHOWN]]


def statuses(handout: HandOut, task: Task) -> Iterator[Status]:
    """How the mail of each student stands whose link is open or who had one, in the order of the class."""
    mails = {mail.about_id: mail for mail in Mail.objects.filter(handout=handout)}
    for link in handouts.links_of(handout, task):
        mail = mails.get(link.student)
        if mail is not None:
            yield Status(link, told(mail.state), mail.error, mail.changed_at)
        elif not link.withdrawn:
            yield Status(link, None, "", None)


def told(state: str) -> MailState:
    """A state as it is told: a mail that is being sent is still queued."""
    return MailState.QUEUED if state == MailState.SENDING else MailState(state)


def standing() -> tuple[int, int]:
    """How many mails are still to be sent, and how often in a row the server could not be reached."""
    unfinished = Mail.objects.filter(state__in=[MailState.QUEUED, MailState.SENDING]).count()
    return unfinished, turns.failures()


def _sorted(handout: HandOut, task: Task) -> _Sorted:
    states: Mapping[UUID, str] = dict(Mail.objects.filter(handout=handout).values_list("about", "state"))
    with_address = {student: entry for student, entry in rosters.entries_of(task.upload_id).items() if entry.email}
    wanted, again, already, without = list[tuple[Link, RosterEntry]](), set[UUID](), 0, 0
    for link in handouts.links_of(handout, task):
        state = states.get(link.student)
        if link.withdrawn:
            continue
        if state is not None and state != MailState.FAILED:
            already += 1
        elif link.student not in with_address:
            without += 1
        else:
            wanted.append((link, with_address[link.student]))
            if state is not None:
                again.add(link.student)
    return _Sorted(wanted, again, already, without)


# --- a worker's part ---


def claim(shares: Shares) -> Mail | None:
    """The next mail that is due, of the owner whose turn it is, with a lease; None where there is none."""
    due = Mail.objects.filter(state=MailState.QUEUED, due_at__lte=Now())
    owners = set(due.values_list(_OWNER, flat=True).distinct())
    for owner in shares.in_order(owners):
        if (mail := _claim(due.filter(**{_OWNER: owner}))) is not None:
            shares.give(owner)
            return mail
    return None


def _claim(due: QuerySet[Mail]) -> Mail | None:
    """The first of these, claimed; None where others have claimed them all."""
    with transaction.atomic():
        mail = due.order_by("due_at", "pk").select_for_update(skip_locked=True, of=("self",)).first()
        if mail is None:
            return None
        lease = Now() + timedelta(seconds=settings.FEEDBACK_LEASE_SECONDS)
        Mail.objects.filter(pk=mail.pk).update(
            state=MailState.SENDING, due_at=lease, attempts=F("attempts") + 1, fence=F("fence") + 1, changed_at=Now()
        )
    mail.attempts, mail.fence = mail.attempts + 1, mail.fence + 1
    return mail


def record(mail: Mail, result: Result) -> None:
    """Write down what came of a claimed mail; the worker that claimed it last has the say, also when it comes late."""
    held = Mail.objects.filter(pk=mail.pk, fence=mail.fence, state__in=[MailState.SENDING, MailState.UNCERTAIN])
    pause = min(_FIRST_PAUSE * 2.0 ** (mail.attempts - 1), _LONGEST_PAUSE)
    change: dict[str, Any]
    match result.outcome:
        case Outcome.SENT:
            change = {"state": MailState.SENT, "error": ""}
        case Outcome.UNKNOWN:
            change = {"state": MailState.UNCERTAIN, "error": result.words}
        case Outcome.LATER if mail.attempts < _MOST_ATTEMPTS:
            change = {
                "state": MailState.QUEUED,
                "error": result.words,
                "due_at": Now() + timedelta(seconds=pause),
            }
        case Outcome.NOT_SENT:
            change = {"state": MailState.QUEUED, "error": "", "due_at": Now(), "attempts": F("attempts") - 1}
        case _:
            change = {"state": MailState.FAILED, "error": result.words}
    held.update(changed_at=Now(), **change)
    log.info("a mail was tried", mail_id=str(mail.pk), outcome=result.outcome.name.lower(), attempt=mail.attempts)


def give_up_lost() -> int:
    """UNCERTAIN for every mail whose worker did not write down what came of it; returns how many."""
    lost = Mail.objects.filter(state=MailState.SENDING, due_at__lte=Now())
    if not lost.exists():
        return 0
    words = "The worker that was sending it was lost before it could write down what came of it."
    found = lost.update(state=MailState.UNCERTAIN, error=words, changed_at=Now())
    log.warning("mails are uncertain: their worker was lost", number=found)
    return found
