"""The thread of each worker process that delivers webhooks, beside the reports that the process makes.

It claims and records; the POSTs are made in the event loop of a second thread, in a bounded number of slots. So an
endpoint that hangs holds some slots for some seconds, and neither a report nor another endpoint.
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any
from uuid import UUID

import structlog
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from feedback.queue import announcements
from feedback.store.webhooks import WebhookDelivery
from feedback.submissions.webhooks import messages, outbox, secrets
from feedback.submissions.webhooks.answers import Answer

log = structlog.stdlib.get_logger(__name__)

# Tries under way at a time in one process.
SLOTS = 32
# How often the outbox is looked into where nobody says that something is there: a lost worker's, a retry that is due.
LOOK_SECONDS = 2.0
_RECORD_SECONDS = 2.0
_Tried = tuple[WebhookDelivery, "Future[Answer]"]
_Post = Callable[[str, dict[str, str], bytes], Coroutine[Any, Any, Answer]]


class _Network:
    """The event loop in a thread of its own, and what sends in it; begun with the first delivery, as most have none."""

    def __init__(self) -> None:
        from feedback.submissions.webhooks import sending  # noqa: PLC0415 - 20 MB that only who delivers needs

        self.loop = asyncio.new_event_loop()
        self._resolvers = ThreadPoolExecutor(SLOTS, "resolver")
        self.post = sending.Sender(sending.CheckedNetwork(self._resolvers)).post
        self._thread = threading.Thread(target=self._run, name="webhooks' network", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Cancel what is under way, and end the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()

    def _run(self) -> None:
        self.loop.run_forever()
        self.loop.run_until_complete(_cancel(asyncio.all_tasks(self.loop)))
        self.loop.close()
        self._resolvers.shutdown(wait=False)


async def _cancel(under_way: Collection["asyncio.Task[Any]"]) -> None:
    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)


class Deliverer:
    """Delivers from `start` to `begin_stop`. `wake` may be called from any thread, at any time."""

    patience = 2.0

    def __init__(self) -> None:
        self._inbox: SimpleQueue[_Tried | None] = SimpleQueue()
        self._under_way = Counter[UUID]()
        self._stopping = False
        self._look_at = 0.0
        self._network: _Network | None = None
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        announcements.listeners.append(self.wake)
        self._thread.start()

    def wake(self) -> None:
        """Something may be due."""
        self._inbox.put(None)

    def begin_stop(self) -> None:
        """Begin nothing more."""
        announcements.listeners.remove(self.wake)
        self._stopping = True
        self.wake()

    def finish(self, seconds: float) -> None:
        """Record what ends in so many seconds; the rest is cancelled, and tried again when its lease has run out."""
        self._thread.join(seconds)
        if self._network:
            self._network.stop()
            self._thread.join(_RECORD_SECONDS)  # all has ended now, and some of it may not be recorded yet

    def _run(self) -> None:
        while not self._stopping or self._under_way.total():
            ended = self._news()
            self._under_way.subtract(delivery.endpoint_id for delivery, _ in ended)
            try:
                for delivery, tried in ended:
                    _record(delivery, tried)
                self._begin_what_is_due()
            except DatabaseError as fault:  # what was not written down is tried again when its lease has run out
                log.warning("no webhook is delivered until this is over", fault=str(fault))
            except Exception as fault:
                log.error("webhooks could not be delivered", exc_info=fault)
            finally:
                connection.close()

    def _news(self) -> list[_Tried]:
        """The tries that have ended; waits for one, until somebody wakes us, or until it is time to look."""
        news: list[_Tried | None] = []
        with suppress(Empty):
            news.append(self._inbox.get(timeout=max(self._look_at - time.monotonic(), 0.0)))
            while True:
                news.append(self._inbox.get_nowait())
        if news:
            self._look_at = 0.0  # a slot is free, or something is due
        return [one for one in news if one is not None]

    def _begin_what_is_due(self) -> None:
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_SECONDS
        if not self._stopping:
            for delivery in outbox.claim(SLOTS - self._under_way.total(), self._under_way):
                self._begin(delivery)

    def _begin(self, delivery: WebhookDelivery) -> None:
        self._network = self._network or _Network()
        tried = asyncio.run_coroutine_threadsafe(_try(delivery, self._network.post), self._network.loop)
        self._under_way[delivery.endpoint_id] += 1  # only now: what could not begin ends never
        tried.add_done_callback(lambda done: self._inbox.put((delivery, done)))


async def _try(delivery: WebhookDelivery, post: _Post) -> Answer:
    if delivery.endpoint.disabled_at is not None:
        return Answer(None, f"not called: {delivery.endpoint.disabled_because}", wants_no_more=True)
    content = messages.body(delivery)
    try:
        headers = messages.headers(delivery, content, timezone.now())
    except secrets.Unreadable as reason:
        return Answer(None, f"not called: {reason}")
    return await post(delivery.endpoint.url, headers, content)


def _record(delivery: WebhookDelivery, tried: "Future[Answer]") -> None:
    if tried.cancelled():  # by a stop: it is tried again when its lease has run out
        return
    if fault := tried.exception():
        log.error("a webhook could not be tried", message_id=delivery.message_id, exc_info=fault)
    outbox.record(delivery, Answer(None, "not called: the log says why") if fault else tried.result())
