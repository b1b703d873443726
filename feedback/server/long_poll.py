"""Answers that are held back until a task is done, where holding costs neither a thread nor a query for each."""

import asyncio
import resource
from collections import Counter
from collections.abc import Callable, Collection
from uuid import UUID

import psycopg_pool
import structlog
from asgiref.sync import sync_to_async
from django.db import Error as DatabaseError
from django.db import connection

from feedback.access.context import HOLD_KEY, Hold
from feedback.server.body_guard import (
    Application,
    Message,
    Receive,
    Scope,
    Send,
)
from feedback.store.models import HEADLINE, UNFINISHED, Document

log = structlog.stdlib.get_logger(__name__)

# Of one process; one owner has half of them. A client that comes then is answered at once, as without `wait`.
MOST = 2_000


class Waiting:
    """ASGI middleware: where a view says that its answer may wait (`api.waiting`), asks it again when it is time.

    The view is asked twice, at the beginning and at the end, so that what is answered is always what it answers
    then, to whoever is allowed to know it then. In between there is only a future.
    """

    def __init__(self, application: Application, watch: "Watch") -> None:
        self.application = application
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or b"wait=" not in scope["query_string"]:
            await self.application(scope, receive, send)
            return
        begun = asyncio.get_running_loop().time()
        answer = _Held(send)
        await self.application(scope | {HOLD_KEY: answer.hold}, receive, answer.send)
        if answer.hold.task_id is None:
            return
        try:
            here = await self._wait(answer.hold.task_id, answer.hold.owner, begun + answer.hold.seconds, receive)
        except asyncio.CancelledError:  # the server stops
            await answer.release()
            raise
        if here:
            await self.application(scope, _once_more(receive), send)

    async def _wait(self, task_id: UUID, owner: str, until: float, receive: Receive) -> bool:
        """Until the task is done or the time is over; whether the client is still there."""
        done = asyncio.ensure_future(self._watch.done(task_id, owner))
        gone = asyncio.ensure_future(_disconnect(receive))
        try:
            left = until - asyncio.get_running_loop().time()
            await asyncio.wait((done, gone), timeout=max(left, 0), return_when=asyncio.FIRST_COMPLETED)
            return not gone.done()
        finally:
            for each in (done, gone):
                each.cancel()
            await asyncio.gather(done, gone, return_exceptions=True)


class Watch:
    """Which tasks are done: one look at the database for all that anyone waits for, and none while nobody does.

    `look` gets ids and returns those of them that are not done. It is called in a thread, and again only after a
    pause of `every` seconds, or of nine times as long as it took: a slow database is not made slower.
    """

    def __init__(self, look: Callable[[Collection[UUID]], Collection[UUID]], every: float = 0.1) -> None:
        self._look = sync_to_async(look, thread_sensitive=False)
        self._every = every
        self._waiting: dict[UUID, set[asyncio.Future[None]]] = {}
        self._number, self._most = Counter[str](), _most()
        self._looking: asyncio.Task[None] | None = None

    async def done(self, task_id: UUID, owner: str = "") -> None:
        """Return when the task is done, or gone; at once where too many wait already, of all or of one owner."""
        if self._number.total() >= self._most or (owner and self._number[owner] >= self._most // 2):
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(task_id, set()).add(future)
        self._number[owner] += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on())
        try:
            await future
        finally:
            self._number[owner] -= 1
            if not self._number[owner]:
                del self._number[owner]
            self._waiting[task_id].discard(future)
            if not self._waiting[task_id]:
                del self._waiting[task_id]

    async def _look_on(self) -> None:
        pause = self._every
        while True:
            await asyncio.sleep(pause)
            asked = list(self._waiting)
            if not asked:
                return
            begun = asyncio.get_running_loop().time()
            try:
                unfinished = await self._look(asked)
            except (DatabaseError, psycopg_pool.PoolTimeout, OSError) as fault:
                # Whoever's time is over meanwhile is told so by the view.
                log.warning("nobody who waits hears of anything: the database cannot be asked", fault=str(fault))
                unfinished = asked
            for task_id in set(asked).difference(unfinished):
                for future in self._waiting.get(task_id, ()):
                    if not future.done():
                        future.set_result(None)
            pause = max(self._every, 9 * (asyncio.get_running_loop().time() - begun))


def _most() -> int:
    """How many may wait: each has a file descriptor, of which a half is left to everybody else."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if descriptors == resource.RLIM_INFINITY else min(MOST, descriptors // 2)


def unfinished(task_ids: Collection[UUID]) -> set[UUID]:
    """Those of the tasks that are not done. One query, on a connection that is given back."""
    headlines = Document.objects.filter(task__in=task_ids, position=HEADLINE, state__in=UNFINISHED)
    try:
        return set(headlines.values_list("task", flat=True))
    finally:
        connection.close()


class _Held:
    """The first answer: passed on as it comes, unless the view has said that it may wait."""

    def __init__(self, send: Send) -> None:
        self.hold = Hold()
        self._send = send
        self._messages: list[Message] = []

    async def send(self, message: Message) -> None:
        if self.hold.task_id is None:
            await self._send(message)
        else:
            self._messages.append(message)

    async def release(self) -> None:
        for message in self._messages:
            await self._send(message)


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _once_more(receive: Receive) -> Receive:
    """The same request for who reads it a second time; its body has been read, and a GET has none that counts."""
    begun = False

    async def again() -> Message:
        nonlocal begun
        if begun:
            return await receive()
        begun = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return again
