"""From a file that was sent to tasks: the same readers and the same intake as the API's."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.http import HttpRequest

from feedback.access.budgets import Busy
from feedback.access.callers import Caller
from feedback.analysis import known_names
from feedback.contract.formats import Format
from feedback.events import (
    NO_CONTEXT,
    Context,
    EventsError,
    InvalidEvents,
    MediaType,
    Question,
    Roster,
    StudentStream,
    TooLarge,
    read_students,
    spool,
)
from feedback.events.context_files import read_questions
from feedback.events.fault_lines import lines_of
from feedback.events.files import media_type_of, plain
from feedback.events.spool import content_of
from feedback.queue.render_job import Options
from feedback.store.models import Task
from feedback.submissions.intake import Order, submit_roster
from feedback.submissions.upload_limits import Reading, reading
from feedback.web.access import caller_of
from feedback.web.exam_draft import Draft
from feedback.web.noticed import UnknownTypes, about_reading, keep


def take(
    request: HttpRequest,
    file: "File[Any]",
    formats: Sequence[Format],
    options: Options,
    context: Context = NO_CONTEXT,
) -> Task:
    """Store a file's students in each format, or find them stored; the first task. `context` came beside the file.

    What the reader noticed is kept for the pages of the upload. Raises EventsError, Refused or Busy, with nothing
    stored.
    """
    caller, types = caller_of(request), UnknownTypes()
    with _students_of(file, caller, context) as students, Roster(types.among(students)) as roster:
        found = [submit_roster(roster, Order(format=one, options=options, caller=caller))[0] for one in formats]
        keep(request, found[0].upload_id, [*about_reading(roster), *types.words()])
    return found[0]


def questions_beside(request: HttpRequest, file: "File[Any]", draft: Draft) -> tuple[Question, ...]:
    """The questions of a table that came beside a form; where it has faults, none, and the draft has the faults.

    Raises TooLarge and Busy.
    """
    with reading(caller_of(request)) as one:
        chunks = one.counted(plain(iter(file.chunks()), one.effort))
        with spool(chunks, settings.FEEDBACK_MAX_BODY_BYTES) as content:
            try:
                return read_questions(content, known_names(), one.limits).questions
            except InvalidEvents as fault:
                draft.faults |= fault.details
                return ()


def lines_in(request: HttpRequest, file: "File[Any]", places: Collection[str]) -> dict[str, int]:
    """The lines of a JSON file on which places stand, as far as they can be known; other files' faults say them."""
    try:
        with reading(caller_of(request)) as one, _content_of(file, one) as (content, media_type):
            return lines_of(content_of(content), places) if media_type is MediaType.JSON else {}
    except (EventsError, Busy):
        return {}


def check_size(request: HttpRequest) -> None:
    """To be called before a form is looked at: a body cut off at the limit would read like a whole one.

    Raises TooLarge.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.FEEDBACK_MAX_BODY_BYTES:
        raise TooLarge(
            f"The file is larger than {settings.FEEDBACK_MAX_BODY_BYTES:,} bytes. Compress it with gzip, "
            "or upload the class in parts."
        )


@contextmanager
def _students_of(file: "File[Any]", caller: Caller, context: Context) -> Iterator[StudentStream]:
    with reading(caller) as one, _content_of(file, one) as (content, media_type):
        yield read_students(content, media_type, one.limits, known_names(), context)


@contextmanager
def _content_of(file: "File[Any]", one: Reading) -> Iterator[tuple[IO[bytes], MediaType]]:
    chunks = one.counted(plain(iter(file.chunks()), one.effort))
    with spool(chunks, settings.FEEDBACK_MAX_BODY_BYTES) as content:
        yield content, media_type_of(file.name or "", content)
