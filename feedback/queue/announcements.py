"""The outbox: events are written in the transaction in which their tasks end, and delivered later.

Who delivers them is not this room's to know: it asks to be called when a transaction of this process has left some.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from feedback.queue import statements

# Called, without waiting for anything, after each commit of this process that left events. Others are found by looking.
listeners: list[Callable[[], object]] = []
_SQL = statements.load(connection.vendor)["announce"]


def write(ended: Sequence[UUID]) -> None:
    """Write down the events of these headline documents, which have just been finished, for all who wait for them.

    In the open transaction that finishes them. What is not finished, or has been announced, writes nothing.
    """
    if not ended:
        return
    pause = settings.FEEDBACK_WEBHOOK_RETRY_SECONDS[0]
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"ids": statements.among(ended, connection.vendor), "pause": pause})
        written = cursor.rowcount
    if written > 0:
        for listener in listeners:
            transaction.on_commit(listener, robust=True)
