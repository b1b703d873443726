"""A POST of several parts: `events`, and beside them the exam's context or its questions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.base import ContentFile, File
from django.core.files.uploadhandler import load_handler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from rest_framework.request import Request

from feedback.analysis import known_names
from feedback.events import NO_CONTEXT, Context, InvalidEvents, Limits, MediaType, Origin, StudentStream, TooLarge
from feedback.events.context_files import read_context, read_questions
from feedback.events.files import media_type_of, plain
from feedback.events.spool import spool

MULTIPART = "multipart/form-data"
_CONTEXTS = {"context": read_context, "questions": read_questions}
_NAMES = ("events", *_CONTEXTS)


@contextmanager
def students_in_parts(request: Request, body: IO[bytes], limits: Limits, origin: Origin) -> Iterator[StudentStream]:
    """The students of the part `events`, with the context of the other part. `body` is the whole, rewound.

    Raises InvalidEvents where a part is unknown, missing or there twice, Busy, and as the readers do.
    """
    parts = _parts(request, body)
    try:
        events = parts.pop("events", None)
        if events is None:
            raise _refused("events", "it is missing; send the events as a part of this name")
        with _at_rest(events, limits) as content:
            media_type = _media_type(events, content)
            context = _context(parts, limits)
            yield origin.read(content, media_type, limits, known_names(), context)
    finally:
        for part in (*parts.values(), *([events] if events else [])):
            part.close()


def _context(parts: dict[str, "File[Any]"], limits: Limits) -> Context:
    if len(parts) > 1:
        raise _refused("questions", "send `context` or `questions`, not both; a context may have questions")
    for name, part in parts.items():
        with _at_rest(part, limits) as content:
            return _CONTEXTS[name](content, known_names(), limits)
    return NO_CONTEXT


def _at_rest(part: "File[Any]", limits: Limits) -> IO[bytes]:
    return spool(limits.counted(plain(iter(part.chunks()), limits.effort)), settings.FEEDBACK_MAX_BODY_BYTES)


def _media_type(part: "File[Any]", content: IO[bytes]) -> MediaType:
    """As the part says; where it says nothing that is read here, by its name or a look at it."""
    said = getattr(part, "content_type", None) or ""
    return MediaType(said) if said in list(MediaType) else media_type_of(part.name or "", content)


def _parts(request: Request, body: IO[bytes]) -> dict[str, "File[Any]"]:
    """Each part by its name. Raises InvalidEvents and TooLarge."""
    try:
        fields, files = _parsed(request, body)
    except MultiPartParserError as fault:
        raise _refused("body", f"not multipart/form-data: {fault}") from None
    except RequestDataTooBig:
        raise TooLarge("A part without a file name is too large. Send it as a file (curl -F name=@file).") from None
    except (TooManyFieldsSent, TooManyFilesSent):
        raise _refused("body", f"too many parts; send {', '.join(_NAMES)}") from None
    parts: dict[str, File[Any]] = {}
    received = [(name, ContentFile(text.encode())) for name, texts in fields.lists() for text in texts]
    for name, found in (*received, *((name, file) for name, several in files.lists() for file in several)):
        if name not in _NAMES:
            raise _refused(name, f"no part of this name is read; send {', '.join(_NAMES)}")
        if name in parts:
            raise _refused(name, "two parts have this name; send one")
        parts[name] = found
    return parts


def _parsed(request: Request, body: IO[bytes]) -> tuple[Any, Any]:
    raw = request._request
    if hasattr(raw, "_files"):  # the check of a session's token has read the form already
        return raw.POST, raw.FILES
    size = body.seek(0, 2)
    body.seek(0)
    meta = {"CONTENT_TYPE": raw.META.get("CONTENT_TYPE", ""), "CONTENT_LENGTH": size}
    handlers = [load_handler(handler, raw) for handler in settings.FILE_UPLOAD_HANDLERS]
    return MultiPartParser(meta, body, handlers).parse()  # type: ignore[arg-type] # it never passes None to read


def _refused(part: str, why: str) -> InvalidEvents:
    name = part[:100]
    return InvalidEvents(f"The parts of the body cannot be taken ({name}): {why}. Nothing was stored.", {name: [why]})
