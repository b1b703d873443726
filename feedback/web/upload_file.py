"""From a file that was sent to tasks: the same readers and the same intake as the API's."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

import msgspec
from django.conf import settings
from django.core.files import File
from django.http import HttpRequest

from feedback.access.budgets import Busy
from feedback.analysis import known_names
from feedback.contract.formats import Format
from feedback.events import (
    NO_CONTEXT,
    OWN,
    Context,
    EventsError,
    InvalidEvents,
    MediaType,
    Origin,
    Question,
    Roster,
    StudentStream,
    TooLarge,
    spool,
)
from feedback.events.context_files import read_questions
from feedback.events.fault_lines import lines_of
from feedback.events.files import media_type_of, plain
from feedback.events.formats.columns import has_own_header
from feedback.events.formats.look import Look
from feedback.events.pseudonyms import Pseudonyms
from feedback.events.sources import recognised
from feedback.events.spool import CHUNK_BYTES, content_of
from feedback.queue.render_job import Options
from feedback.store.models import Task
from feedback.submissions import shapes
from feedback.submissions.intake import Order, submit_roster
from feedback.submissions.upload_limits import Reading, reading
from feedback.web.access import caller_of
from feedback.web.choices import Choices, recalled
from feedback.web.exam_draft import Draft
from feedback.web.noticed import about_reading, about_types, keep
from feedback.web.preview import REFUSED, TABLE, Preview, Tally, must_be_seen, preview_of, preview_of_refused


class Wishes(msgspec.Struct, frozen=True):
    """What is to be made of a file: formats and options, with what is said of the exam, and perhaps pseudonyms.

    `seen` is what a preview gave, "" before there was one.
    """

    formats: Sequence[Format]
    options: Options
    context: Context = NO_CONTEXT
    pseudonyms: Pseudonyms | None = None
    seen: str = ""


class Sent:
    """A file at rest while it is looked at and read. `source` is what it seems to be, `shape` what files like it share.

    A table that has not the columns of ours seems to be a spreadsheet of somebody's own.
    """

    def __init__(self, content: IO[bytes], media_type: MediaType, one: Reading, named: str) -> None:
        """`named` is the source that was chosen, "" for none. Raises InvalidEvents and TooLarge."""
        self.content, self.media_type, self.one = content, media_type, one
        look = Look(content, one.effort)
        self.source = _seen_as(look, named)
        if self.source == OWN and len(look.headings) > 1 and not has_own_header(look.headings):
            self.source = TABLE
        self.shape = shapes.shape_of(self.source, look.headings)

    def students(self, origin: Origin, context: Context) -> StudentStream:
        """Raises InvalidEvents for options that the source does not take."""
        return origin.read(self.content, self.media_type, self.one.limits, known_names(), context)

    def seen(self, roster: Roster, choices: Choices) -> str:
        """Stands for the file, and for what of its reading a preview shows: in another way it has to be seen anew.

        The kinds of words and the zone are chosen under what is seen, and change nothing of it.
        """
        used = sorted(roster.columns.used.items()) if roster.columns else []
        digest = hashlib.sha256(msgspec.json.encode([roster.source, used, choices.roles]))
        self.content.seek(0)
        while chunk := self.content.read(CHUNK_BYTES):
            self.one.effort.spend(1 + (len(chunk) >> 10))
            digest.update(chunk)
        self.content.seek(0)
        return digest.hexdigest()


def _seen_as(look: Look, named: str) -> str:
    """The source of a file; of an archive of which that cannot be said, the one that was chosen."""
    try:
        return recognised(look)
    except InvalidEvents:
        if not named:
            raise
        return named


def take(request: HttpRequest, file: "File[Any]", choices: Choices, wishes: Wishes) -> Task | Preview:
    """Store a file's students in each format, or find them stored: the first task. Or what it holds, to be seen first.

    A file that waits for its preview to be confirmed is kept in the browser, which sends it again: so nothing that
    nobody has confirmed lies in a database, in its backups or on a disk, to be bounded, expired and erased. The price
    is a second transfer; with scripts the field keeps the file by itself, without them it has to be chosen again.

    What the reader noticed is kept for the pages of the upload, and what was chosen for the next file of the same
    shape. Raises EventsError, Refused or Busy, with nothing stored.
    """
    with reading(caller_of(request)) as one, _content_of(file, one) as (content, media_type):
        sent = Sent(content, media_type, one, choices.source)
        known = shapes.recall(caller_of(request).owner, sent.shape) if wishes.seen in ("", REFUSED) else {}
        chosen = _chosen(known, choices, wishes.seen) if known else choices
        origin = chosen.origin(sent.source)
        stream, tally = sent.students(origin, wishes.context), Tally()
        try:
            students = chosen.among(tally.among(stream))
            with Roster(wishes.pseudonyms.among(students) if wishes.pseudonyms else students) as roster:
                if wishes.pseudonyms is not None or must_be_seen(roster, tally):
                    seen = sent.seen(roster, chosen)
                    if seen != wishes.seen:
                        return preview_of(roster, tally, seen, chosen, recalled=bool(known))
                return _stored(request, roster, tally, sent, chosen, wishes)
        except InvalidEvents as fault:
            preview = preview_of_refused(origin, stream.columns, chosen)
            if preview is None:
                raise
            raise Unread(preview, fault) from None


def _chosen(known: Mapping[str, Any], choices: Choices, seen: str) -> Choices:
    """What was chosen for an earlier file; of a table that was refused, the columns that the person chose since."""
    before = recalled(known, choices.source)
    return msgspec.structs.replace(before, columns=choices.columns) if seen == REFUSED else before


class Unread(Exception):
    """A table that cannot be read as it is, but may be once its columns are named."""

    def __init__(self, preview: Preview, fault: InvalidEvents) -> None:
        super().__init__(fault.error)
        self.preview, self.fault = preview, fault


def _stored(request: HttpRequest, roster: Roster, tally: Tally, sent: Sent, choices: Choices, wishes: Wishes) -> Task:
    caller = caller_of(request)
    orders = [Order(format=one, options=wishes.options, caller=caller) for one in wishes.formats]
    found = [submit_roster(roster, order)[0] for order in orders]
    unknown = tally.unknown()
    still = [word for word in unknown if not choices.kind_of(word)]
    keep(request, found[0].upload_id, [*about_reading(roster), *about_types(still)])
    if wishes.seen:
        before = recalled(shapes.recall(caller.owner, sent.shape))
        shapes.remember(caller.owner, sent.shape, choices.besides(before, unknown).kept())
    return found[0]


def who_is_who(request: HttpRequest, file: "File[Any]", choices: Choices, pseudonyms: Pseudonyms) -> Pseudonyms:
    """The pseudonyms, with a row for each student of a file. Nothing is stored. Raises EventsError and Busy."""
    with reading(caller_of(request)) as one, _content_of(file, one) as (content, media_type):
        sent = Sent(content, media_type, one, choices.source)
        with Roster(pseudonyms.among(sent.students(choices.origin(sent.source), NO_CONTEXT))):
            return pseudonyms


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
def _content_of(file: "File[Any]", one: Reading) -> Iterator[tuple[IO[bytes], MediaType]]:
    chunks = one.counted(plain(iter(file.chunks()), one.effort))
    with spool(chunks, settings.FEEDBACK_MAX_BODY_BYTES) as content:
        yield content, media_type_of(file.name or "", content)
