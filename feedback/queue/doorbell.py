"""Telling the workers that there may be work. A hint may be lost or doubled without harm: the rows are the truth."""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from kombu import Connection, Producer
from kombu.exceptions import ChannelError
from kombu.pools import producers

from feedback.celery import app
from feedback.store.models import Submission

log = structlog.stdlib.get_logger(__name__)

TASK = "feedback.submissions.tasks.produce"
# In the order in which a worker looks into them: the sweep is never behind work, and a class never keeps a
# single waiting.
UPKEEP, INTERACTIVE, BULK = "upkeep", "interactive", "bulk"
# Enough to set every worker of a small installation to one class at once; each hint then follows the work.
HINTS_PER_CLASS = 8
STUDENTS_PER_HINT = 16
# Hints that wait untaken set as many workers to work; all singles that are committed by then are theirs.
ENOUGH_FOR_SINGLES = 8
_PATIENCE_SECONDS = 0.4


def queue_of(submission: Submission) -> str:
    return BULK if submission.is_class else INTERACTIVE


def publish(submission: Submission, enough: int | None = None) -> bool:
    """Send hints for a submission; False (and a line in the log) where the broker cannot be reached.

    To be called outside of any transaction: a worker must find the rows committed. A new single needs no hint
    where `enough` wait that nobody has taken yet: who takes one makes all the singles of its owner that it finds,
    and asks, when these are done, whether anybody else's are due (tasks.produce).
    """
    if not submission.is_class:
        return send(submission.id, INTERACTIVE, enough)
    hints = min(HINTS_PER_CLASS, -(-submission.students // STUDENTS_PER_HINT))
    return all(send(submission.id, BULK) for _ in range(hints))


def send(submission_id: UUID, queue: str, enough: int | None = None) -> bool:
    """Send a hint, or none where `enough` are waiting; False where the broker cannot be reached."""
    with _trial() as allowed:
        if not allowed:
            return False
        try:
            with _producer() as producer:
                if enough is None or _length(producer.channel, queue) < enough:
                    app.send_task(TASK, args=[str(submission_id)], queue=queue, producer=producer)
        except Exception as fault:  # whatever it is that the broker has: what was accepted is safe without it
            log.warning("no hint sent, the sweep will", task_id=str(submission_id), fault=str(fault))
            _broker.suspect = True
            return False
        _broker.suspect = False
        return True


def waiting(queue: str) -> int | None:
    """How many messages are in a queue; None where the broker cannot be reached."""
    try:
        with _producer() as producer:
            return _length(producer.channel, queue)
    except Exception as fault:  # as above
        log.warning("the broker cannot be asked how much is waiting", fault=str(fault))
        return None


def drop(queue: str) -> None:
    """Forget every message in a queue."""
    try:
        with _producer() as producer:
            channel: Any = producer.channel  # typed as one that has no queues
            channel.queue_purge(queue)
    except Exception as fault:  # as above
        log.warning("the broker cannot be reached", fault=str(fault))


def _length(channel: Any, queue: str) -> int:
    if hasattr(channel, "conn_or_acquire"):  # Redis: one command, where asking in Kombu's general way takes eight
        return int(_client(channel).llen(queue))
    try:
        return int(channel.queue_declare(queue, passive=True).message_count)
    except ChannelError:
        return 0  # there is no such queue yet


def _client(channel: Any) -> Any:
    """A client of Redis for as long as the channel lives: making one takes longer than asking it something."""
    if channel not in _clients:
        with channel.conn_or_acquire() as client:
            _clients[channel] = client
    return _clients[channel]


_clients = WeakKeyDictionary[Any, Any]()


class _Broker:
    """What this process knows of the broker: after a failure one caller at a time tries, the others do without.

    A frozen broker would otherwise hold up every request for as long as our patience lasts, and with it the
    database connection that the request has.
    """

    suspect = False
    trial = threading.Lock()


_broker = _Broker()


@contextmanager
def _trial() -> Iterator[bool]:
    alone = _broker.suspect
    allowed = not alone or _broker.trial.acquire(blocking=False)
    try:
        yield allowed
    finally:
        if alone and allowed:
            _broker.trial.release()


@contextmanager
def _producer() -> Iterator[Producer]:
    with producers[_connection()].acquire(block=True, timeout=_PATIENCE_SECONDS) as producer:
        yield producer


@functools.cache
def _connection() -> Connection:
    """A connection of the publisher's own: a worker may wait for a slow broker, a request may not."""
    patience = {"socket_connect_timeout": _PATIENCE_SECONDS, "socket_timeout": _PATIENCE_SECONDS}
    once = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
    return app.connection_for_write(transport_options=patience | once)
