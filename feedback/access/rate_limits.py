"""How much a caller may do in a while, counted in Redis, or in the database where there is none.

A window is fixed: it begins at a multiple of its length. Where the counter cannot be reached, callers are let
through and the log says so: a limit protects the service from its callers, not the callers from a broken counter.
Tries of a password are not: without a counter there are none for a minute.
"""

import functools
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from feedback.access.models import Counter

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 0.25
# After a failure the counter is left alone for a while: waiting for it again and again would slow every request.
_PAUSE_SECONDS = 5.0
_CLOSED_SECONDS = 60


@dataclass(frozen=True)
class Limit:
    """At most `quota` in each window of `seconds`; no limit where it is 0. `name` is what clients are told."""

    name: str
    quota: int
    seconds: int


@dataclass(frozen=True)
class Taken:
    """What was counted, in which window, and where that leaves the caller."""

    limit: Limit
    meter: str
    period: int
    amount: int
    remaining: int
    seconds_left: int


class Exceeded(Exception):
    """A limit does not allow it. `taken` says when it will again; nothing was counted."""

    def __init__(self, taken: Taken) -> None:
        super().__init__(
            f"That is more than these credentials may ask for: {taken.limit.quota:,} {taken.limit.name} in "
            f"{taken.limit.seconds:,} seconds, of which {taken.remaining:,} are left. "
            f"Wait {taken.seconds_left:,} seconds, or ask the operator for more."
        )
        self.taken = taken


def requests() -> Limit:
    return Limit("requests", settings.FEEDBACK_REQUESTS_PER_MINUTE, 60)


def students() -> Limit:
    return Limit("students", settings.FEEDBACK_STUDENTS_PER_HOUR, 3600)


def are_counted(limit: Limit, meter: str) -> bool:
    """Whether anything is counted of this for whoever `meter` stands for."""
    return bool(meter and limit.quota)


def take(limit: Limit, meter: str, amount: int = 1, *, fail_closed: bool = False) -> Taken | None:
    """Count `amount` for whoever `meter` stands for. None where nothing is counted. Raises Exceeded.

    Where the counter cannot be reached nothing is counted, or with `fail_closed` nothing allowed.
    """
    if not are_counted(limit, meter):
        return None
    period, elapsed = divmod(_now(), limit.seconds)
    try:
        used = _add(_name(limit, meter), period, amount, limit.seconds)
    except (redis.RedisError, DatabaseError) as fault:
        if connection.in_atomic_block and connection.needs_rollback:
            raise  # the connection is gone, and what was to be stored around this with it
        if fail_closed:
            log.warning("%s cannot be counted, so it is refused for a minute: %s", meter, fault)
            raise Exceeded(Taken(limit, meter, period, 0, 0, _CLOSED_SECONDS)) from fault
        log.warning("%s is not counted, so it is let through: %s", meter, fault)
        return None
    left = limit.quota - used
    taken = Taken(limit, meter, period, amount, max(left, 0), limit.seconds - elapsed)
    if left < 0:
        give_back(taken)
        raise Exceeded(Taken(limit, meter, period, 0, max(left + amount, 0), taken.seconds_left))
    return taken


def give_back(taken: Taken | None) -> None:
    """Count it as if it had never been taken, in the window in which it was."""
    if taken is None:
        return
    try:
        _add(_name(taken.limit, taken.meter), taken.period, -taken.amount, taken.limit.seconds)
    except (redis.RedisError, DatabaseError) as fault:
        log.warning("%s is not given back what it did not use: %s", taken.meter, fault)


@contextmanager
def spending(limit: Limit, meter: str, amount: int) -> Iterator[None]:
    """Count `amount` for what is done inside, and give it back if that fails. Raises Exceeded."""
    taken = take(limit, meter, amount)
    try:
        yield
    except BaseException:
        give_back(taken)
        raise


def purge() -> int:
    """Forget the database's counters of windows that are over; returns how many."""
    return Counter.objects.filter(until__lt=_now()).delete()[0]


def policy() -> str:
    """The value of `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): all limits there are, or nothing."""
    return ", ".join(
        f'"{limit.name}";q={limit.quota};w={limit.seconds}' for limit in (requests(), students()) if limit.quota
    )


def standing(taken: Taken) -> str:
    """The value of `RateLimit`: what is left, and for how many seconds."""
    return f'"{taken.limit.name}";r={taken.remaining};t={taken.seconds_left}'


def _now() -> int:
    """Seconds since 1970: the clock that windows are cut from."""
    return int(time.time())


def _name(limit: Limit, meter: str) -> str:
    return f"feedback:limit:{limit.name}:{meter}"


def _add(name: str, period: int, amount: int, seconds: int) -> int:
    """Add to a counter and return what it stands at; atomic, so that no two callers share the last one left."""
    url = settings.CELERY_BROKER_URL
    if url.startswith(("redis://", "rediss://")):
        return _redis(url).add(f"{name}:{period}", amount, seconds)
    return _add_in_database(name, period, amount, (period + 1) * seconds)


class _Redis:
    """Counters in Redis, each gone soon after its window."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(
            url, socket_connect_timeout=_PATIENCE_SECONDS, socket_timeout=_PATIENCE_SECONDS
        )
        self._silent_until = 0.0

    def add(self, name: str, amount: int, seconds: int) -> int:
        if time.monotonic() < self._silent_until:
            raise redis.ConnectionError("Redis did not answer a moment ago")
        try:
            with self._client.pipeline(transaction=True) as pipeline:
                pipeline.incrby(name, amount)
                pipeline.expire(name, 2 * seconds)
                return int(pipeline.execute()[0])
        except redis.RedisError:
            self._silent_until = time.monotonic() + _PAUSE_SECONDS
            raise


@functools.cache
def _redis(url: str) -> _Redis:
    return _Redis(url)


def _add_in_database(name: str, period: int, amount: int, until: int) -> int:
    if amount < 0:  # what is given back counts for its own window only
        Counter.objects.filter(name=name, period=period).update(used=F("used") + amount)
        return 0
    # A savepoint: where this fails all are let through, and what is stored around it must not be lost with it.
    savepoint = transaction.atomic() if connection.in_atomic_block else nullcontext()
    with savepoint, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_counter AS counter (name, period, used, until) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (name) DO UPDATE SET period = excluded.period, until = excluded.until, used = excluded.used + "
            "CASE WHEN counter.period = excluded.period THEN counter.used ELSE 0 END RETURNING used",
            [name, period, amount, until],
        )
        return int(cursor.fetchone()[0])
