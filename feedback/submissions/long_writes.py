"""Writes that take long: on SQLite, which has one writer, each is followed by as long a pause for the others.

Those of one owner come one after the other: else the owner's next would be the one that the pause lets in.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from feedback.access.budgets import Turns
from feedback.access.callers import Caller

# What takes no longer keeps nobody waiting who would notice.
_SHORT_SECONDS = 0.05
_turns = Turns()


@contextmanager
def long_write(caller: Caller, sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """A context for one transaction. Raises Busy where the owner's earlier ones do not end in time."""
    if connection.vendor != "sqlite":
        yield
        return
    with _turns.of(caller.owner) as turn:
        turn.begin()
        begun = time.monotonic()
        yield
        if (took := time.monotonic() - begun) > _SHORT_SECONDS:
            sleep(took)
