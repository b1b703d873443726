"""How a request gets through Django."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import IO

import structlog
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, parse_cookie
from django.urls import set_script_prefix

from feedback.access.budgets import Budget, Busy
from feedback.access.context import context_of
from feedback.access.middleware import HEADERS
from feedback.api.errors import RETRY_AFTER, bad_request, envelope
from feedback.server.body_guard import Receive, Scope, Send
from feedback.server.protocol import KEEP
from feedback.server.seats import Seats
from feedback.server.spools import at_rest

log = structlog.stdlib.get_logger(__name__)

# How many requests are worked on at a time, each in a thread; and how many more of those that need no database.
SEATS, SEATS_APART = 64, 16
# How many of them may be of one caller: fewer than there are connections to the database (db.connections).
SEATS_OF_ONE = 12
# How long a request waits for a seat. All who waited for one task may come at once, some 2 ms each (long_poll).
PATIENCE_SECONDS = 10.0
# Answers that are made while they are sent, archives: how many at a time, and how many of them of one caller.
STREAMS, STREAMS_OF_ONE = 32, 4
# A smaller answer is whole in the connection's buffer at once.
_LARGE_BYTES = 64 << 10

BUSY = "The service has more to do right now than it can take on. Nothing was stored; try again shortly."


class Handler(ASGIHandler):
    """Django's own, for an application whose middleware and views are all synchronous.

    They run in one step of one thread, where Django would go back to the event loop in between and on again:
    that took most of a short request's time. Nothing of a request is parsed in the event loop. The connection to
    the database is given back at the end of that step; Django keeps it until the client has read the last byte,
    so that a few slow readers had them all.

    A request has a seat for as long as its thread is at it, whether or not its client is still there; and
    what needs no database is not behind what waits for it. What large answers hold until they are read is
    bounded, in all and for each caller.
    """

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._seats, self._seats_apart = Seats(SEATS, SEATS_OF_ONE), Seats(SEATS_APART, SEATS_APART)
        self._streams = Budget("as many archives", STREAMS, STREAMS_OF_ONE / STREAMS)
        self._answers = Budget("as many bytes of answers", settings.FEEDBACK_ANSWER_BYTES, 0.25)
        threads = ThreadPoolExecutor(SEATS + SEATS_APART, thread_name_prefix="request")
        self._step = sync_to_async(self._in_thread, thread_sensitive=False, executor=threads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As Django's, but without a thread for each request."""
        await self.handle(scope, receive, send)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As Django's, but what that goes to a thread for before and after our step is part of the step."""
        try:
            body = await at_rest(receive)
        except RequestAborted:
            return
        with body:
            answering = asyncio.ensure_future(self._answer(scope, body, send))
            leaving = asyncio.ensure_future(receive())  # what can still come is that the client goes
            try:
                await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
            finally:
                answering.cancel()
                leaving.cancel()
                await asyncio.wait((answering, leaving))
            with suppress(asyncio.CancelledError):
                answering.result()

    async def _answer(self, scope: Scope, body: IO[bytes], send: Send) -> None:
        response = await self._seated(scope, body)
        try:
            with self._room_for(response, scope):
                await self.send_response(response, send)
        except Busy as fault:
            await self.send_response(_busy(str(fault)), send)
        finally:
            if response.streaming:
                await sync_to_async(response.close)()

    def _room_for(self, response: HttpResponseBase, scope: Scope) -> AbstractContextManager[object]:
        """What an answer takes until it has been read. Raises Busy."""
        owner = getattr(response, "owner", None) or f"address {(scope.get('client') or ('',))[0]}"
        if response.streaming:
            return self._streams.held(owner, 1)
        size = len(response.content)  # type: ignore[attr-defined] # of what is not streaming
        return self._answers.held(owner, size) if size > _LARGE_BYTES else nullcontext()

    async def _seated(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        apart = _needs_no_database(scope["path"])
        seats, whose = (self._seats_apart, []) if apart else (self._seats, _credentials(scope))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await seats.take(whose)
        except TimeoutError:
            log.warning("no seat came free for a request", seconds=PATIENCE_SECONDS)
            return _busy(BUSY)
        scope.get(KEEP, lambda: None)()
        step = asyncio.ensure_future(self._step(scope, body, apart))
        step.add_done_callback(lambda _: seats.give_back(whose))
        try:
            return await asyncio.shield(step)
        except asyncio.CancelledError:  # the client has left
            await asyncio.wait((step,))  # and its thread, which may be reading the body, has not
            raise

    async def send_response(self, response: HttpResponseBase, send: Send) -> None:
        if not response.streaming:
            await super().send_response(response, send)
            return
        async with ThreadSensitiveContext():  # a thread of its own: its parts are read from the database
            await super().send_response(response, send)

    def _in_thread(self, scope: Scope, body: IO[bytes], apart: bool) -> HttpResponseBase:
        """The one step. What is whole before it is sent is closed here, and keeps its content."""
        set_script_prefix(get_script_prefix(scope))
        try:
            request = ASGIRequest(scope, body)
        except (UnicodeDecodeError, LookupError, ValueError) as fault:
            return _malformed(fault)
        if apart:
            request.COOKIES = {}  # who that is would be looked up in the database
        try:
            signals.request_started.send(sender=self.__class__, scope=scope)
            response = self.get_response(request)
            response._handler_class = self.__class__  # type: ignore[attr-defined] # as Django's own does
            response.owner = _owner(request)  # type: ignore[attr-defined] # for _room_for
            if not response.streaming:
                response.close()
            return response
        finally:
            close_old_connections()


def _needs_no_database(path: str) -> bool:
    """Whether a request is for the process itself or for a file, which go on while the database hangs."""
    alone = [f"{settings.FEEDBACK_PATH_PREFIX}{path}" for path in ("/health/live", "/favicon.ico")]
    return path in alone or path.startswith(settings.STATIC_URL)


def _credentials(scope: Scope) -> list[bytes]:
    """What a caller proves itself with, a key and a session, known or not; nothing where it shows nothing.

    The proofs alone, as `api.authentication` and Django read them: one has one share, however its header is spelt
    and whatever else is sent with it. Both count, as the API asks for the key and the pages for the session.
    """
    scheme, _, key = _header(scope, b"authorization").strip().partition(" ")
    found = [f"key {key.strip()}"] if scheme.lower() == "bearer" else []
    mentions = [part for part in _header(scope, b"cookie").split(";") if settings.SESSION_COOKIE_NAME in part]
    session = parse_cookie(";".join(mentions)).get(settings.SESSION_COOKIE_NAME)
    return [proof.encode() for proof in (*found, *([f"session {session}"] if session else []))]


def _header(scope: Scope, name: bytes) -> str:
    """As Django joins what was sent of it."""
    return ",".join(value.decode("latin-1") for sent, value in scope["headers"] if sent == name)


def _owner(request: HttpRequest) -> str | None:
    caller = context_of(request).caller
    return caller.owner if caller else None


def _busy(why: str) -> HttpResponse:
    return JsonResponse(envelope(why), status=503, headers=RETRY_AFTER)


def _malformed(fault: Exception) -> HttpResponse:
    """For what is no request to Django; no line in the log, which a stranger could fill."""
    response = bad_request(HttpRequest(), fault)
    for name, value in HEADERS.items():
        response[name] = value
    return response
