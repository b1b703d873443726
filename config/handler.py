"""How a request gets through Django."""

import asyncio

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponseBase

# More than there are connections to the database (settings): what needs none is not behind what waits for one.
SEATS = 64


class Handler(ASGIHandler):
    """Django's own, for an application whose middleware and views are all synchronous.

    They run in one step of one thread, where Django would go back to the event loop in between and on again:
    that took most of a short request's time. The connection to the database is given back at the end of that
    step; Django keeps it until the client has read the last byte, so that a few slow readers had them all.
    """

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._seats = asyncio.Semaphore(SEATS)

    async def run_get_response(self, request: HttpRequest) -> HttpResponseBase:
        async with self._seats:
            response = await sync_to_async(self._answer)(request)
        response._handler_class = self.__class__  # type: ignore[attr-defined] # as Django's own does
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.get_response(request)
        finally:
            close_old_connections()
