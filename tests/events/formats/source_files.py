"""What the tests of the sources share: reading a file of another platform, and what the reading said."""

import io
from collections import Counter
from collections.abc import Sequence

import pytest

from feedback.events import (
    NO_CONTEXT,
    Context,
    InvalidEvents,
    Limits,
    SourceOptions,
    Student,
    StudentStream,
    origin_of,
    read_source,
)
from feedback.events.faults import Details


class Reading:
    """The students of a file, and what the reader said besides."""

    def __init__(
        self,
        body: bytes,
        source: str,
        options: SourceOptions | None = None,
        limits: Limits | None = None,
        context: Context = NO_CONTEXT,
    ) -> None:
        stream: StudentStream = read_source(
            io.BytesIO(body), source, options or SourceOptions(), limits or Limits(), context=context
        )
        self.students: list[Student] = list(stream)
        self.context = stream.context
        self.notes = {note.code: note.message for note in stream.notes}

    def events_of(self, student_id: str) -> list[tuple[object, str | None, str | None, float | None]]:
        """(unit, type, time in ISO, score) of each event of the only student with this id."""
        [student] = [one for one in self.students if one.student_id == student_id]
        return [
            (event.unit, event.type, event.created_time.isoformat() if event.created_time else None, event.score)
            for event in student.events
        ]

    def ids(self) -> list[str]:
        return [student.student_id for student in self.students]

    def kinds(self) -> Counter[str | None]:
        return Counter(event.type for student in self.students for event in student.events)


def source_options(zone: str | None = None, columns: Sequence[str] = (), roles: Sequence[str] = ()) -> SourceOptions:
    """As people write them."""
    return origin_of(None, zone, columns, roles).options


def refusal(body: bytes, source: str, options: SourceOptions | None = None) -> Details:
    with pytest.raises(InvalidEvents) as refused:
        Reading(body, source, options)
    return refused.value.details
