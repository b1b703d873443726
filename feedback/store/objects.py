"""The object store that documents may be kept in: bytes by key, in a bucket that speaks S3.

The client is obstore (docs/how-to/object-store.md says why). It works in threads of its own, which a fork does not
copy: a process opens the store at its first use, and one that was forked after that is refused instead of left to hang.
"""

import asyncio
import math
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, TypeVar

import obstore
import structlog
from django.conf import settings
from obstore.exceptions import BaseError
from obstore.store import S3Store

log = structlog.stdlib.get_logger(__name__)
Item = TypeVar("Item")
Answer = TypeVar("Answer")

# Requests under way at a time, of one process: most of each is spent waiting.
_AT_ONCE = 16
_CONNECT, _REQUEST, _RETRIES = timedelta(seconds=3), timedelta(seconds=10), timedelta(seconds=8)
# Below this name there is nothing, so that asking for it costs the store as little however much it holds.
_NOBODYS = "nothing"
# After a failure the process asks no more for so long: what waits for a store that hangs would pile up.
_PAUSE_SECONDS = 1.0


class StoreLost(OSError):
    """The store does not answer, or refuses this service. Nothing is wrong with the document that was asked for."""


class Found(NamedTuple):
    """One object of a listing."""

    key: str
    modified_at: datetime


class ObjectStore:
    """A bucket, or a part of it below a prefix. Every method raises StoreLost."""

    def __init__(self, url: str, options: Mapping[str, str]) -> None:
        """`url` is `s3://bucket/prefix`; what `options` (of obstore's S3Config) lack is found in the environment."""
        plain = options.get("endpoint", "").startswith("http://")
        self._store = S3Store.from_url(
            url,
            config=dict(options),  # type: ignore[arg-type] # a TypedDict, of whose keys these are some
            client_options={"allow_http": plain, "connect_timeout": _CONNECT, "timeout": _REQUEST},
            retry_config={"max_retries": 2, "retry_timeout": _RETRIES},
        )
        self._failed_at: float | None = None
        self._answered_at = -math.inf
        self._probing = threading.Lock()

    @property
    def suspect(self) -> bool:
        """Whether the store did not answer, and has not answered since."""
        return self._failed_at is not None

    def put(self, objects: Sequence[tuple[str, bytes]]) -> None:
        """Write objects, several at a time; all of them are there when this returns."""

        async def put(one: tuple[str, bytes]) -> object:
            return await obstore.put_async(self._store, *one)

        self._each(put, objects)

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The content of objects by their keys, without those that are not there."""

        async def get(key: str) -> tuple[str, bytes | None]:
            try:
                found = await obstore.get_async(self._store, key)
                return key, bytes(await found.bytes_async())
            except FileNotFoundError:
                return key, None

        return {key: content for key, content in self._each(get, keys) if content is not None}

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects, a thousand in a request; those that are not there are no fault."""
        if keys:
            with self._asking():
                obstore.delete(self._store, keys)

    def page(self, after: str) -> list[Found]:
        """The first thousand objects, or fewer, whose keys are behind this one, in the order of their keys."""
        with self._asking():
            found = next(iter(obstore.list(self._store, offset=after or None, chunk_size=1000)), [])
            return [Found(one["path"], one["last_modified"]) for one in found]

    def reach(self) -> None:
        """Ask the store for as little as possible: whether it is there, and lets this service in."""
        with self._asking():
            next(iter(obstore.list(self._store, prefix=_NOBODYS, chunk_size=1)), None)

    def _each(self, ask: Callable[[Item], Awaitable[Answer]], items: Sequence[Item]) -> list[Answer]:
        async def all_of_them() -> list[Answer]:
            room = asyncio.Semaphore(_AT_ONCE)

            async def one(item: Item) -> Answer:
                async with room:
                    return await ask(item)

            return await asyncio.gather(*map(one, items))

        if not items:
            return []
        with self._asking():
            # In a loop of its own, which a signal can interrupt: a worker is told to end while it waits here.
            return asyncio.run(all_of_them())

    @contextmanager
    def _asking(self) -> Iterator[None]:
        with self._probe() if self.suspect else nullcontext():
            began = time.monotonic()
            try:
                yield
            except (BaseError, OSError) as fault:
                # A request that waited in vain while later ones were answered says nothing of the store as it is now.
                if self._answered_at < began:
                    self._failed_at = time.monotonic()
                raise StoreLost(f"The document store cannot be used: {_first_line(fault)}") from fault
            self._failed_at, self._answered_at = None, time.monotonic()

    @contextmanager
    def _probe(self) -> Iterator[None]:
        """A store that did not answer is asked by one thread at a time: where it hangs, that one waits for all."""
        rests = self._failed_at is not None and time.monotonic() < self._failed_at + _PAUSE_SECONDS
        if rests or not self._probing.acquire(blocking=False):
            raise StoreLost("The document store did not answer a moment ago.")
        try:
            yield
        finally:
            self._probing.release()


def _first_line(fault: Exception) -> str:
    """Without what the client adds for its own developers; keys and secrets are in neither."""
    return str(fault).partition("\n")[0].strip()


def store() -> ObjectStore | None:
    """The store that FEEDBACK_DOCUMENTS_URL names; None where it names none."""
    url = settings.FEEDBACK_DOCUMENTS_URL
    return _opened(url, tuple(settings.FEEDBACK_DOCUMENTS_OPTIONS.items())) if url else None


@lru_cache(maxsize=4)
def _open(url: str, options: tuple[tuple[str, str], ...]) -> tuple[int, ObjectStore]:
    return os.getpid(), ObjectStore(url, dict(options))


def _opened(url: str, options: tuple[tuple[str, str], ...]) -> ObjectStore:
    process, opened = _open(url, options)
    if process != os.getpid():
        raise RuntimeError("The document store was opened before this process was forked: open it afterwards.")
    return opened
