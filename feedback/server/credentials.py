"""Who sends a large body, asked before any of it is read."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections

from feedback.api.authentication import known_caller
from feedback.server.body_guard import Scope

_threads = ThreadPoolExecutor(4, thread_name_prefix="credentials")


def _owner_of(scope: Scope) -> str | None:
    try:
        caller = known_caller(ASGIRequest(scope, BytesIO()))
    except UnicodeDecodeError:
        return None  # of the query: the view will say so
    finally:
        close_old_connections()
    return caller.owner if caller is not None and caller.writes else None


async def owner_of(scope: Scope) -> str | None:
    """The owner of what the sender may submit; None for somebody unknown or who may only read."""
    owner: str | None = await sync_to_async(_owner_of, thread_sensitive=False, executor=_threads)(scope)
    return owner
