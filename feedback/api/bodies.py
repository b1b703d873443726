"""From a request to an order: the only place that distrusts input, beside the events room it relies on."""

import functools
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from email.message import Message
from typing import IO
from zoneinfo import available_timezones

import msgspec
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import QueryDict
from rest_framework.request import Request

from feedback.analysis import known_names
from feedback.api.authentication import caller_of
from feedback.api.errors import InvalidRequest
from feedback.api.multipart import MULTIPART, students_in_parts
from feedback.contract.formats import PAPERS, Format
from feedback.contract.languages import LANGUAGES
from feedback.events import (
    OWN,
    Limits,
    MediaType,
    Origin,
    StudentStream,
    TooLarge,
    UnsupportedInput,
    inflate,
    origin_of,
    settled,
    spool,
)
from feedback.events.origin import inflated
from feedback.events.spool import CHUNK_BYTES, too_large
from feedback.queue.render_job import options_of
from feedback.submissions.intake import Order
from feedback.submissions.upload_limits import Reading, reading

_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
_LONGEST_NAME = 200
# As browsers, spreadsheets and command lines call a CSV file.
_TABLES = (
    *("text/csv", "application/csv", "text/plain", "text/tab-separated-values"),
    *("application/vnd.ms-excel", "application/octet-stream"),
)
# A platform's own words are few; each costs a look at every event.
_MOST_OPTIONS = 200
_UTF8 = ("utf-8", "utf8", "us-ascii", "ascii")


def order_from(request: Request, format_: Format) -> Order:
    """Raises InvalidRequest."""
    asked, further = (_time_zone(request), _compare(request)), (_language(request), _paper(request))
    return Order(
        format=format_,
        options=options_of(*asked, *further),
        # Nothing is added where neither is asked for, so that keys of earlier versions find their tasks.
        asked=(*asked, *further) if any(further) else asked,
        caller=caller_of(request),
        idempotency_key=_idempotency_key(request),
    )


def _time_zone(request: Request) -> str | None:
    zone = request.query_params.get("tz")
    if zone is None or zone in _zones():
        return zone
    raise InvalidRequest("tz", "not a time zone of the IANA database; write one such as Asia/Kolkata, or leave it out")


@functools.cache
def _zones() -> frozenset[str]:
    """Those of the IANA database, which Python looks for on disk each time."""
    return frozenset(available_timezones())


def _compare(request: Request) -> str | None:
    compare = request.query_params.get("compare")
    if compare in (None, "class"):
        return compare
    raise InvalidRequest("compare", "expected `class`; leave it out for reports without a comparison")


def _language(request: Request) -> str | None:
    return _one_of(request, "lang", LANGUAGES, "the language of the exam's context, else English")


def _paper(request: Request) -> str | None:
    return _one_of(request, "paper", PAPERS, "the paper of the exam's context, else A4")


def _one_of(request: Request, name: str, known: Sequence[str], otherwise: str) -> str | None:
    value = request.query_params.get(name)
    if value is None or value in known:
        return value
    raise InvalidRequest(name, f"expected one of {', '.join(known)}; leave it out for {otherwise}")


def _idempotency_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if key and not _KEY.fullmatch(key):
        raise InvalidRequest("Idempotency-Key", "not 1 to 255 printable ASCII characters; a UUID will do")
    return key


def student_from(request: Request) -> tuple[str, str | None]:
    """(student id, namespace) of the query; the namespace is None where it names none. Raises InvalidRequest."""
    return _checked_student(request.query_params.get("student_id", ""), request.query_params.get("namespace"))


def _checked_student(student_id: str, namespace: str | None) -> tuple[str, str | None]:
    """In the form in which ids and namespaces of an upload are kept, however they were posted."""
    student_id, namespace = settled(student_id), None if namespace is None else settled(namespace)
    for name, value in (("student_id", student_id), ("namespace", namespace or "")):
        if len(value) > _LONGEST_NAME or "\0" in value:
            raise InvalidRequest(name, f"expected at most {_LONGEST_NAME} characters, NUL not among them")
    if not student_id:
        raise InvalidRequest(
            "student_id", "it is missing; name the student by it, and by namespace where only one is meant"
        )
    return student_id, namespace


def student_in_body(request: Request) -> tuple[str, str | None]:
    """The same of a body `{"student_id", "namespace"}`. Raises InvalidRequest."""
    try:
        body = msgspec.json.decode(request._request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise InvalidRequest("body", 'expected an object such as {"student_id": "ada", "namespace": "cs101"}')
    student_id, namespace = body.get("student_id", ""), body.get("namespace")
    for name, value in (("student_id", student_id), ("namespace", "" if namespace is None else namespace)):
        if not isinstance(value, str):
            raise InvalidRequest(name, "expected a text")
    return _checked_student(student_id, namespace)


@contextmanager
def students_of(request: Request) -> Iterator[StudentStream]:
    """The validated students of the body, in a context that holds the spooled body.

    Raises UnsupportedInput, TooLarge, InvalidEvents and Busy, some of them only at the end of the iteration.
    """
    in_parts = _content_type(request).get_content_type() == MULTIPART
    compressed, origin = _is_gzip(request), _origin(request)
    with reading(caller_of(request)) as one, _at_rest(request, one, compressed=compressed) as body:
        if in_parts:
            with students_in_parts(request, body, one.limits, origin) as students:
                yield students
            return
        with as_exported(body, origin, one) as (content, known):
            media_type = MediaType.JSON if known.source != OWN else _media_type(request)
            yield known.read(content, media_type, one.limits, known_names())


def _origin(request: Request) -> Origin:
    """What the query says of the log. Raises InvalidRequest and InvalidEvents."""
    query = request.query_params
    columns, roles = (_several(query, name) for name in ("column", "role"))
    return origin_of(query.get("source"), query.get("source_tz"), columns, roles, settings.FEEDBACK_MAX_BODY_BYTES)


def _several(query: QueryDict, name: str) -> list[str]:
    given = query.getlist(name)
    if len(given) > _MOST_OPTIONS:
        raise InvalidRequest(name, f"given {len(given):,} times; at most {_MOST_OPTIONS} are read")
    return given


@contextmanager
def as_exported(body: IO[bytes], origin: Origin, one: Reading) -> Iterator[tuple[IO[bytes], Origin]]:
    """The body, or what it holds where it is a platform's export as gzip, and its origin with the source known.

    Raises TooLarge, InvalidEvents and Busy.
    """
    inside = inflated(body, origin, settings.FEEDBACK_MAX_BODY_BYTES, one.limits)
    if inside is None:
        yield body, origin.known(body, one.effort)
        return
    content, known = inside
    with content:
        yield content, known


def json_of(request: Request) -> bytes:
    """A body that is one small object in JSON. Raises UnsupportedInput and TooLarge."""
    _require_json(request)
    try:
        return bytes(request._request.body)
    except RequestDataTooBig:
        most = f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes"
        raise TooLarge(
            f"The body is larger than {most}. Send the one object that is read here, and nothing else."
        ) from None


@contextmanager
def json_at_rest(request: Request) -> Iterator[tuple[IO[bytes], Limits]]:
    """A body that is one object in JSON of any size, rewound, with what it may hold and cost.

    Raises UnsupportedInput, TooLarge and Busy.
    """
    _require_json(request)
    with reading(caller_of(request)) as one, _at_rest(request, one, compressed=False) as body:
        yield body, one.limits


def _require_json(request: Request) -> None:
    if (media_type := _content_type(request).get_content_type()) != MediaType.JSON:
        why = "This is read as JSON alone. Send it as `Content-Type: application/json`."
        raise UnsupportedInput(why, {"Content-Type": [f"got {media_type[:100]!r}"]})


@contextmanager
def table_of(request: Request) -> Iterator[tuple[IO[bytes], Limits]]:
    """A body that is a table, rewound, with what it may hold and cost. Raises UnsupportedInput, TooLarge and Busy."""
    named = "Content-Type" in request.headers
    if named and (media_type := _content_type(request).get_content_type()) not in _TABLES:
        why = "A roster is read as CSV. Send it as `Content-Type: text/csv`, plain or compressed with gzip."
        raise UnsupportedInput(why, {"Content-Type": [f"got {media_type[:100]!r}"]})
    compressed = _is_gzip(request)
    with reading(caller_of(request)) as one, _at_rest(request, one, compressed=compressed) as body:
        yield body, one.limits


def _at_rest(request: Request, one: Reading, *, compressed: bool) -> AbstractContextManager[IO[bytes]]:
    """The body, inflated and rewound: the server's own file where that is it, else a copy. Raises TooLarge and Busy."""
    if hasattr(request._request, "_files"):  # the check of a session's token has read the form already
        return nullcontext(io.BytesIO())
    received = getattr(request._request, "_stream", None)
    if isinstance(received, io.BytesIO | io.BufferedRandom) and not compressed:
        if received.seek(0, io.SEEK_END) > settings.FEEDBACK_MAX_BODY_BYTES:
            raise too_large(settings.FEEDBACK_MAX_BODY_BYTES)
        return nullcontext(one.counted_file(received))
    # DRF's own `stream` is empty for a chunked request, which has no length.
    chunks = iter(lambda: request._request.read(CHUNK_BYTES), b"")
    plain = inflate(chunks, one.effort) if compressed else chunks
    return spool(one.counted(plain), settings.FEEDBACK_MAX_BODY_BYTES)


def _content_type(request: Request) -> Message:
    header = Message()
    header["Content-Type"] = request.headers.get("Content-Type") or MediaType.JSON
    return header


def _media_type(request: Request) -> MediaType:
    """The format of ours that the body's type names. Raises UnsupportedInput."""
    header = _content_type(request)
    charset = header.get_content_charset("utf-8")
    try:
        if charset not in _UTF8:
            raise ValueError
        return MediaType(header.get_content_type())
    except ValueError:
        raise UnsupportedInput(
            "The body's type is not read here. Send JSON as `Content-Type: application/json`, "
            "one student a line as `Content-Type: application/x-ndjson`, "
            "or one event a row as `Content-Type: text/csv`, in UTF-8; "
            "or, of the log of another platform, name it by `?source=`.",
            {"Content-Type": [f"got {request.headers.get('Content-Type', '')[:100]!r}"]},
        ) from None


def _is_gzip(request: Request) -> bool:
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise UnsupportedInput(
            "The body's encoding is not read here. Send it plain, or compressed with gzip.",
            {"Content-Encoding": [f"got {encoding[:100]!r}"]},
        )
    return encoding.endswith("gzip")
