"""The heartbeat of a worker: as long as it is at work on claimed reports, their lease is renewed.

A frozen process renews nothing, so its reports go to another when the lease has run out; a process that hangs
while its threads live is ended by Celery's hard time limit.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from feedback.queue import claims
from feedback.queue.claims import Claim

log = structlog.stdlib.get_logger(__name__)


@contextmanager
def keeping(claimed: Sequence[Claim]) -> Iterator[None]:
    """A context in which the lease of these claims does not run out, however long it lasts."""
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
