"""What the tests of the events room share: reading a body, and making students."""

import io
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import strategies as st

from feedback.events import Event, InvalidEvents, Limits, MediaType, Student, read_students
from feedback.events.faults import Details
from feedback.events.normal_form import settled, settled_score


def read(body: bytes, media_type: MediaType = MediaType.JSON, limits: Limits | None = None) -> list[Student]:
    return list(read_students(io.BytesIO(body), media_type, limits or Limits()))


def faults_of(body: bytes, media_type: MediaType = MediaType.JSON) -> Details:
    with pytest.raises(InvalidEvents) as refused:
        read(body, media_type)
    return refused.value.details


def student_with(**members: Any) -> bytes:
    return json.dumps({"student_id": "a", "events": []} | members).encode()


def event_with(**members: Any) -> bytes:
    """A student with one event."""
    return student_with(events=[{"unit": "1"} | members])


text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])).map(settled)


def texts(longest: int, shortest: int = 1) -> st.SearchStrategy[str]:
    """Texts in the form that they are kept in."""
    return text.filter(lambda one: shortest <= len(one) <= longest)


units = (
    texts(200)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,5})?", fullmatch=True)
)
_zones: st.SearchStrategy[Any] = st.none() | st.integers(-1439, 1439).map(
    lambda minutes: timezone(timedelta(minutes=minutes)) if minutes else UTC
)
# A day inside the years 1 to 9999, so that any offset stays there.
times = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 - a time without a zone is allowed
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001 - the same
    timezones=_zones,
)
events = st.builds(
    Event,
    unit=units,
    type=st.none() | st.sampled_from(["saved_code", "submission"]) | texts(200, 0),
    created_time=st.none() | times,
    score=st.none() | st.floats(0, 1).map(settled_score),
)
students = st.builds(
    Student,
    student_id=texts(200),
    events=st.lists(events, max_size=5),
    namespace=st.none() | texts(200, 0),
)
classes = st.lists(students, min_size=1, max_size=5, unique_by=lambda student: student.key)
