"""Whose turn it is: owners share the workers' time equally, however much each of them has submitted.

Hints come in the order in which they were sent, and those of singles first, so one owner's flood would hold up
everyone else's work. So a worker that takes a hint asks here first. Where other owners have work that is due,
it works for the one to whom it has given the least time, and sends the hint that it took back to the queue.
"""

import functools
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber

from feedback.queue import ready
from feedback.store.models import Report, Submission

# How long a look at who is waiting holds: a newcomer waits so long, and a slice of work, at most.
FRESH_SECONDS = 1.0
# And no shorter than this many times what the look took (60 ms with 30,000 reports waiting): it is to cost little.
_COST = 20
# More of one owner's submissions than a worker process gets done in that time are not looked up.
_AHEAD = 64


@dataclass(frozen=True)
class Turn:
    """What to work on now; `send_back` is the submission that was hinted at, where it has to wait."""

    submission_id: UUID
    owner: str | None = None
    send_back: Submission | None = None


class Turns:
    """One worker process's view of who is waiting, and how much of its time each of them has had."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[UUID]] = {}
        self._seconds: dict[str, float] = {}
        self._fresh_until = float("-inf")

    def choose(self, hinted: UUID) -> Turn:
        """Whose turn it is: the owner's of what was hinted at, or another's."""
        if time.monotonic() >= self._fresh_until:
            self._look()
        if len(self._waiting) < 2:
            return Turn(hinted)
        submission = Submission.objects.filter(pk=hinted).only("owner", "is_class", "students").first()
        mine = submission.owner if submission else None
        turn = min(self._waiting, key=lambda owner: (self._seconds[owner], owner != mine))
        if turn == mine:
            return Turn(hinted, mine)
        theirs = self._waiting[turn]
        chosen = theirs.popleft()
        if not theirs:
            del self._waiting[turn]
        return Turn(chosen, turn, submission)

    @contextmanager
    def timed(self, turn: Turn) -> Iterator[None]:
        """Counts the time inside for the owner, where there are others to share it with."""
        began = time.monotonic()
        try:
            yield
        finally:
            if turn.owner in self._seconds:
                self._seconds[turn.owner] += time.monotonic() - began

    def _look(self) -> None:
        began = time.monotonic()
        self._waiting = {}
        for owner, submission_id in _who_waits():
            self._waiting.setdefault(owner, deque()).append(submission_id)
        # Who comes anew begins where the one who had least stands: neither ahead of the others nor behind.
        least = min((seconds for owner, seconds in self._seconds.items() if owner in self._waiting), default=0.0)
        self._seconds = {owner: self._seconds.get(owner, least) for owner in self._waiting}
        self._fresh_until = time.monotonic() + max(FRESH_SECONDS, _COST * (time.monotonic() - began))


def _who_waits() -> Iterator[tuple[str, UUID]]:
    """(owner, submission) for work that is due, each owner's in order, and not too many of them."""
    with connection.cursor() as cursor:
        cursor.execute(*_who_waits_statement())
        found = cursor.fetchall()
    # As the database has it: text on SQLite.
    return ((owner, Submission._meta.pk.to_python(submission_id)) for owner, submission_id in found)


@functools.cache
def _who_waits_statement() -> tuple[str, tuple[Any, ...]]:
    """Put together once: that took Django nearly as long as PostgreSQL takes to answer."""
    work = ready.among(Report.objects.filter(submission=OuterRef("pk")))
    rank = Window(RowNumber(), partition_by=F("owner"), order_by=["is_class", "created_at"])
    found = Submission.objects.filter(Exists(work)).annotate(rank=rank).filter(rank__lte=_AHEAD)
    query = found.order_by("rank").values_list("owner", "pk").query
    statement, parameters = query.get_compiler(connection=connection).as_sql()
    return statement, tuple(parameters)
