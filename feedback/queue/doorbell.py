"""Waking workers. A ring says "there may be work" and nothing else: lost, doubled or late, it does no harm.

As any ring is as good as another, few of them wait: a worker that is woken finds all there is, and rings again while
work is left. Whether there is work, the table says; the sweep rings for what nobody rang for.
"""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from django.conf import settings
from kombu import Connection, Producer
from kombu.pools import producers

from feedback.celery import UPKEEP, WORK, app
from feedback.config import tracing
from feedback.queue.broker import REJECTED

log = structlog.stdlib.get_logger(__name__)

WAKE = "feedback.submissions.tasks.wake"
SWEEP_IF_OVERDUE = "feedback.submissions.tasks.sweep_if_overdue"
# How many rings may wait untaken: twice the worker processes that there are at least. Where two wait, every worker
# is busy, and the next that is done takes one and puts two in its place.
ENOUGH = 2
_PATIENCE_SECONDS = 0.4


def ring(times: int = 1) -> bool:
    """Wake that many workers, unless enough rings wait; False (and a line in the log) where the broker is away.

    To be called outside of any transaction: a worker must find the rows committed. Where there is no broker, workers
    look by themselves (poller.py).
    """
    if not settings.CELERY_BROKER_URL:
        return True
    with _trial() as allowed:
        if not allowed:
            return False
        try:
            with _producer() as producer:
                wanted = min(times, ENOUGH - _length(producer.channel, WORK))
                for _ in range(wanted):
                    with tracing.span("ring", "producer"):
                        app.send_task(WAKE, queue=WORK, producer=producer, headers=_trace())
                _trim(producer.channel)
        except Exception as fault:  # whatever it is that the broker has: what was accepted is safe without it
            log.warning("no worker was woken, the sweep will do it", fault=str(fault))
            _broker.suspect = True
            return False
        _broker.suspect = False
        return True


def _trace() -> dict[str, str]:
    return {tracing.TRACEPARENT: found} if (found := tracing.traceparent()) else {}


def ask_for_sweep() -> None:
    """Have a worker sweep if no sweep came for a while; where one is asked for already, that is enough."""
    try:
        with _producer() as producer:
            if not _length(producer.channel, UPKEEP):
                app.send_task(SWEEP_IF_OVERDUE, queue=UPKEEP, producer=producer)
    except Exception as fault:  # as above
        log.warning("no sweep was asked for", fault=str(fault))


def rejected() -> int | None:
    """How many messages were rejected as none of ours; None where the broker is away, or there is none."""
    if not settings.CELERY_BROKER_URL:
        return None
    try:
        with _producer() as producer:
            return int(_client(producer.channel).get(REJECTED) or 0)
    except Exception as fault:  # as above
        log.warning("the broker cannot be asked how much it rejected", fault=str(fault))
        return None


def waiting(queue: str = WORK) -> int | None:
    """How many messages are in a queue; None where the broker cannot be reached."""
    try:
        with _producer() as producer:
            return _length(producer.channel, queue)
    except Exception as fault:  # as above
        log.warning("the broker cannot be asked how much is waiting", fault=str(fault))
        return None


def drop(*queues: str) -> None:
    """Forget every message in these queues."""
    if not settings.CELERY_BROKER_URL:
        return
    try:
        with _producer() as producer:
            channel: Any = producer.channel  # typed as one that has no queues
            for queue in queues:
                channel.queue_purge(queue)
    except Exception as fault:  # as above
        log.warning("the broker cannot be reached", fault=str(fault))


def _length(channel: Any, queue: str) -> int:
    """One command, where asking in Kombu's general way takes eight."""
    return int(_client(channel).llen(queue))


def _trim(channel: Any) -> None:
    """Drop the rings beyond enough, which callers at the same moment have sent: new ones are put in on the left."""
    _client(channel).ltrim(WORK, -ENOUGH, -1)


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
