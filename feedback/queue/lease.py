"""Claims that a worker holds: their lease is renewed as long as it is at work, and what it leaves undone is given back.

A frozen process renews nothing, so its reports go to another when the lease has run out; a process that hangs
while its threads live is ended by Celery's hard time limit.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from feedback.queue import claims, defer_sigterm
from feedback.queue.claims import Claim

log = structlog.stdlib.get_logger(__name__)


class Batch:
    """What one claim took."""

    def __init__(self, claimed: Sequence[Claim] = ()) -> None:
        self.claimed = claimed
        self.left = deque(claimed)
        self.tasks = {claim.task_id for claim in claimed}
        self.students = {claim.student for claim in claimed if claim.student}

    def until(self, over: Callable[[], bool]) -> Iterator[Claim]:
        """One after the other until `over`, the first in any case."""
        while self.left and (len(self.left) == len(self.claimed) or not over()):
            yield self.left.popleft()


@contextmanager
def held(claim: Callable[[], list[Claim]]) -> Iterator[Batch]:
    """A context in which what `claim` takes is this worker's alone, however long it lasts.

    At its end what is left of the batch is released; all of it where the work is interrupted, by SIGTERM from the claim
    itself on.
    """
    batch = Batch()
    try:
        with defer_sigterm.postponed():
            batch = Batch(claim())
        with _renewing(batch.claimed):
            yield batch
    except BaseException:
        _release(batch.claimed)
        raise
    _release(batch.left)


@contextmanager
def _renewing(claimed: Sequence[Claim]) -> Iterator[None]:
    if not claimed:
        yield
        return
    done = threading.Event()
    beat = partial(copy_context().run, _beat, claimed, done)  # logs under the same ids
    threading.Thread(target=beat, name="heartbeat", daemon=True).start()
    try:
        yield
    finally:
        # Not waited for: a renewal that comes late finds the claim gone and changes nothing.
        done.set()


def _beat(claimed: Sequence[Claim], done: threading.Event) -> None:
    while not done.wait(settings.FEEDBACK_LEASE_SECONDS / 3):
        try:
            claims.renew(claimed)
        except DatabaseError as fault:
            log.warning("a lease could not be renewed, another worker may take over", fault=str(fault))
        finally:
            connection.close()


def _release(claimed: Sequence[Claim]) -> None:
    if not claimed:
        return
    if connection.errors_occurred and not connection.in_atomic_block and not connection.is_usable():
        connection.close()  # that one is lost; another may still be had
    try:
        claims.release(claimed)
    except DatabaseError as fault:
        log.warning("claims could not be released, so their leases must run out", fault=str(fault))
