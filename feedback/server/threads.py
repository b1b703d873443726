"""How a request gets through Django."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import structlog
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import set_script_prefix

from feedback.api.errors import RETRY_AFTER, envelope
from feedback.server.body_limits import Receive, Scope, Send

log = structlog.stdlib.get_logger(__name__)

# How many requests are worked on at a time, each in a thread; and how many more of those that need no database.
SEATS, SEATS_APART = 64, 16
# How long a request waits for a seat. All who waited for one task may come at once, some 2 ms each (long_poll).
PATIENCE_SECONDS = 10.0

BUSY = "The service has more to do right now than it can take on. Nothing was stored; try again shortly."


class Handler(ASGIHandler):
    """Django's own, for an application whose middleware and views are all synchronous.

    They run in one step of one thread, where Django would go back to the event loop in between and on again:
    that took most of a short request's time. The connection to the database is given back at the end of that
    step; Django keeps it until the client has read the last byte, so that a few slow readers had them all.

    A request has a seat for as long as its thread is at it, whether or not its client is still there; and
    what needs no database is not behind what waits for it.
    """

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._seats, self._seats_apart = asyncio.Semaphore(SEATS), asyncio.Semaphore(SEATS_APART)
        threads = ThreadPoolExecutor(SEATS + SEATS_APART, thread_name_prefix="request")
        self._step = sync_to_async(self._in_thread, thread_sensitive=False, executor=threads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As Django's, but without a thread for each request."""
        await self.handle(scope, receive, send)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As Django's, but what that goes to a thread for before and after our step is part of the step."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with body:
            set_script_prefix(get_script_prefix(scope))
            request, refusal = self.create_request(scope, body)
            if refusal is not None:
                await self.send_response(refusal, send)
            if request is None:
                return
            answering = asyncio.ensure_future(self._answer(request, scope, send))
            leaving = asyncio.ensure_future(receive())  # what can still come is that the client goes
            try:
                await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
            finally:
                answering.cancel()
                leaving.cancel()
                await asyncio.wait((answering, leaving))
            with suppress(asyncio.CancelledError):
                answering.result()

    async def _answer(self, request: HttpRequest, scope: Scope, send: Send) -> None:
        response = await self._seated(request, scope)
        try:
            await self.send_response(response, send)
        finally:
            if response.streaming:
                await sync_to_async(response.close)()

    async def _seated(self, request: HttpRequest, scope: Scope) -> HttpResponseBase:
        seats = self._seats
        if _needs_no_database(request.path_info):
            seats = self._seats_apart
            request.COOKIES = {}  # who that is would be looked up in the database
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await seats.acquire()
        except TimeoutError:
            log.warning("no seat came free for a request", seconds=PATIENCE_SECONDS)
            return _busy()
        step = asyncio.ensure_future(self._step(request, scope))
        step.add_done_callback(lambda _: seats.release())
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

    def _in_thread(self, request: HttpRequest, scope: Scope) -> HttpResponseBase:
        """The one step. What is whole before it is sent is closed here, and keeps its content."""
        try:
            signals.request_started.send(sender=self.__class__, scope=scope)
            response = self.get_response(request)
            response._handler_class = self.__class__  # type: ignore[attr-defined] # as Django's own does
            if not response.streaming:
                response.close()
            return response
        finally:
            close_old_connections()


def _needs_no_database(path: str) -> bool:
    return path in ("/health/live", "/favicon.ico") or path.startswith(settings.STATIC_URL)


def _busy() -> HttpResponse:
    return JsonResponse(envelope(BUSY), status=503, headers=RETRY_AFTER)
