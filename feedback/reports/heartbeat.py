"""The heartbeat of a worker: as long as it is at work on claimed reports, their lease is renewed.

A frozen process renews nothing, so its reports go to another when the lease has run out; a process that hangs
while its threads live is ended by Celery's hard time limit.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connection

from feedback.reports import claims
from feedback.reports.claims import Claim

log = logging.getLogger(__name__)


@contextmanager
def keeping(claimed: Sequence[Claim]) -> Iterator[None]:
    """A context in which the lease of these claims does not run out, however long it lasts."""
    done = threading.Event()
    threading.Thread(target=_beat, args=(claimed, done), name="heartbeat", daemon=True).start()
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
            log.warning("a lease could not be renewed, another worker may take over: %s", fault)
        finally:
            connection.close()
