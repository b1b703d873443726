"""The turns in which all workers together send mails, at the rate of FEEDBACK_MAILS_PER_MINUTE.

A worker takes a turn before it connects, so not all of them try a server that cannot be reached. All times are the
database's own, in the one row of `MailPace`.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from feedback.store.reaching import Mail, MailPace, MailState

log = structlog.stdlib.get_logger(__name__)

_ROW = 1
# After the server could not be reached: doubled each time, to the longest.
_FIRST_REACH, _LONGEST_REACH = 5.0, 300.0


class Turn(NamedTuple):
    """Leave to send one mail.

    `next_at` is when the next turn begins: while the row still says so, nobody else has had one. `failures` says how
    often in a row the server could not be reached before.
    """

    next_at: datetime
    failures: int


class Wait(NamedTuple):
    """In how many seconds a turn can be taken, and when that is."""

    seconds: float
    next_at: datetime | None


def waiting() -> Wait | None:
    """How long until a turn can be taken; None where nothing is queued that is due."""
    if not Mail.objects.filter(state=MailState.QUEUED, due_at__lte=Now()).exists():
        return None
    found = MailPace.objects.filter(pk=_ROW).annotate(now=Now()).values_list("next_at", "now").first()
    return Wait(max((found[0] - found[1]).total_seconds(), 0.0), found[0]) if found else Wait(0.0, None)


def take_turn() -> Turn | None:
    """The turn that is due; None where another worker has just taken it.

    While the server cannot be reached the next turn comes after the pause, whatever this one comes to.
    """
    with transaction.atomic():
        pace = _pace()
        if pace.next_at > pace.now:  # type: ignore[attr-defined] # annotated
            return None
        pause = max(_gap(), _reach_pause(pace.failures)) if pace.failures else _gap()
        return Turn(_move(pause), pace.failures)


def reached(turn: Turn) -> Turn:
    """Note that the server was reached in this turn; the turn as it then stands."""
    if not turn.failures:
        return turn
    with transaction.atomic():
        _pace()
        MailPace.objects.filter(pk=_ROW).update(failures=0, trouble="")
        return Turn(_move(_gap()), 0)


def put_off(turn: Turn, words: str) -> None:
    """Note that the server could not be reached in this turn: for a while nobody tries, each time for longer.

    Workers that fail side by side are one failure.
    """
    with transaction.atomic():
        pace = _pace()
        if pace.failures != turn.failures:
            return
        pause = _reach_pause(pace.failures)
        _move(pause)
        MailPace.objects.filter(pk=_ROW).update(failures=F("failures") + 1, trouble=words)
    log.warning("the mail server cannot be reached, mails wait", reason=words, seconds=pause.total_seconds())


def trouble() -> str:
    """Why no mail can be sent at the moment; "" where all is well."""
    return MailPace.objects.filter(pk=_ROW).values_list("trouble", flat=True).first() or ""


def failures() -> int:
    """How often in a row the server could not be reached."""
    return MailPace.objects.filter(pk=_ROW).values_list("failures", flat=True).first() or 0


def _pace() -> MailPace:
    """The one row of it, locked."""
    MailPace.objects.bulk_create([MailPace(pk=_ROW)], ignore_conflicts=True)
    return MailPace.objects.select_for_update().annotate(now=Now()).get(pk=_ROW)


def _move(pause: timedelta) -> datetime:
    """Have the next turn begin so long from now, under the row's lock; returns when that is."""
    MailPace.objects.filter(pk=_ROW).update(next_at=Now() + pause)
    return MailPace.objects.values_list("next_at", flat=True).get(pk=_ROW)


def _gap() -> timedelta:
    return timedelta(minutes=1) / settings.FEEDBACK_MAILS_PER_MINUTE


def _reach_pause(failures: int) -> timedelta:
    return timedelta(seconds=min(_FIRST_REACH * 2.0 ** min(failures, 10), _LONGEST_REACH))
