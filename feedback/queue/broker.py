"""The transport to Redis: a message that is none of ours is rejected and counted before anything in it is unpacked.

Anything may write into a Redis by mistake or by malice. A body or a header of a type that Celery does not expect ends
the worker, which finds the message again at its next start; Celery unpacks a compressed body whatever its size, and
takes every header as an attribute of the request. So a message has fields that ours have, each of its type, no other.
"""

import binascii
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
import structlog
from django.conf import settings
from kombu.transport import redis
from redis import RedisError

from feedback.celery import UPKEEP, WORK

log = structlog.stdlib.get_logger(__name__)

# Where the rejected are counted, in Redis: one number, and nothing of what was in them.
REJECTED = "feedback.rejected"
# Ours have about 1,000 bytes.
_MOST_BYTES = 8 << 10
# A wake-up that failed comes again within a minute; one for next year would only take memory.
_MOST_AHEAD = timedelta(minutes=10)
# Some moments of the year 1 have no time in UTC.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LOGGED = 1_000  # one line for the first and for each so many

Nothing = Annotated[list[Any], msgspec.Meta(max_length=0)]


class _Strict(msgspec.Struct, forbid_unknown_fields=True):
    pass


class _Headers(_Strict):
    task: Annotated[str, msgspec.Meta(pattern=r"^feedback\.submissions\.tasks\.(wake|sweep|sweep_if_overdue)\Z")]
    id: str
    root_id: str | None = None
    parent_id: str | None = None
    lang: Literal["py"] = "py"
    eta: datetime | None = None
    expires: None = None
    compression: None = None
    retries: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 0
    timelimit: tuple[int | None, int | None] | None = None
    shadow: None = None
    group: None = None
    group_index: None = None
    argsrepr: str = ""
    kwargsrepr: str = ""
    origin: str | None = None
    ignore_result: bool | None = None
    replaced_task_nesting: Literal[0] = 0
    stamped_headers: Nothing | None = None
    stamps: dict[str, None] | None = None
    redelivered: bool = False  # kombu's
    celery_beat_task: bool = False
    traceparent: str = ""  # doorbell's


class _DeliveryInfo(_Strict):
    """Where kombu puts a message back that was not acknowledged."""

    routing_key: str
    exchange: Literal[""]
    redelivered: bool = False


class _Properties(_Strict):
    delivery_tag: str
    delivery_info: _DeliveryInfo
    body_encoding: Literal["base64"]
    delivery_mode: Literal[1, 2] = 2
    priority: Annotated[int, msgspec.Meta(ge=0, le=9)] | None = None
    correlation_id: str | None = None
    reply_to: str | None = None
    origin: str | None = None  # of what is sent again after a failure


class _Message(msgspec.Struct, rename="kebab"):
    body: str
    content_encoding: Literal["utf-8"]
    content_type: Literal["application/json"]
    headers: _Headers
    properties: _Properties


class _Embed(_Strict):
    """Other tasks that would be sent. Each is named: a worker would look for one that is left out in the headers."""

    callbacks: None
    errbacks: None
    chain: None
    chord: None


class _NoArguments(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    args: Nothing
    kwargs: dict[str, None]
    embed: _Embed


def is_ours(message: bytes) -> bool:
    """Whether a message has the shape and the size of one of ours."""
    if len(message) > _MOST_BYTES:
        return False
    try:
        found = msgspec.json.decode(message, type=_Message)
        body = msgspec.json.decode(b64decode(found.body, validate=True), type=_NoArguments)
    except (msgspec.MsgspecError, binascii.Error, UnicodeDecodeError, RecursionError):
        return False
    headers, key = found.headers, found.properties.delivery_info.routing_key
    on_time = headers.eta is None or _EARLIEST < _at(headers.eta) < datetime.now(UTC) + _MOST_AHEAD
    in_place = key in (WORK, UPKEEP) and headers.timelimit in _limits()
    return on_time and in_place and not body.kwargs and not headers.stamps


def _limits() -> tuple[tuple[int | None, int | None] | None, ...]:
    """A worker writes the time limits into what it sends, others do not; others' limits would fail reports."""
    return None, (None, None), (settings.CELERY_TASK_TIME_LIMIT, settings.CELERY_TASK_SOFT_TIME_LIMIT)


def _at(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Channel(redis.Channel):
    """As kombu's, with a client that lets no foreign message of our queues through."""

    _rejected = 0

    def _get_client(self) -> Any:
        channel = self
        kombus: Any = super()._get_client()  # type: ignore[misc] # its stubs lack it

        class Client(kombus):  # type: ignore[misc] # a class known at run time alone
            def parse_response(self, connection: Any, command_name: Any, **options: Any) -> Any:
                reply = super().parse_response(connection, command_name, **options)
                return None if command_name == "BRPOP" and reply and channel.rejects(*reply) else reply

        return Client

    def rejects(self, key: bytes, message: bytes) -> bool:
        """Whether a message is of our queues and not one of ours; it has left the queue and is counted."""
        queue = key.split(str(self.sep).encode(), 1)[0].decode(errors="replace")
        if queue not in (WORK, UPKEEP) or is_ours(message):
            return False
        if self._rejected % _LOGGED == 0:
            log.warning("a message that is none of ours was rejected", queue=queue, bytes=len(message))
        self._rejected += 1
        try:
            with self.conn_or_acquire() as client:
                client.incr(REJECTED)
        except RedisError as fault:
            log.warning("a rejected message could not be counted", fault=str(fault))
        return True


class Transport(redis.Transport):
    """What `redis://` and `rediss://` mean here."""

    Channel = Channel
