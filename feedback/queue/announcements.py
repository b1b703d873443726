"""The outbox: events are written in the transaction in which their tasks end, and delivered later.

Who delivers them is not this room's to know: it asks to be called when a transaction of this process has left some.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction

from feedback.queue.statements import among, change

# Called, without waiting for anything, after each commit of this process that left events. Others are found by looking.
listeners: list[Callable[[], object]] = []


def write(ended: Sequence[UUID]) -> None:
    """Write down the events of these headline documents, which have just been finished, for all who wait for them.

    In the open transaction that finishes them. What is not finished, or has been announced, writes nothing.
    """
    if not ended:
        return
    pause = settings.FEEDBACK_WEBHOOK_RETRY_SECONDS[0]
    if change("announce", ids=among(ended), pause=pause) > 0:
        for listener in listeners:
            transaction.on_commit(listener, robust=True)
