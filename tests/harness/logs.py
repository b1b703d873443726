"""Logs written short, and logs drawn at random."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from feedback.events import Event, Student

START = datetime(2024, 7, 21, 9, 0, tzinfo=UTC)
Unit = str | int | float


def at(seconds: float) -> datetime:
    """A moment so many seconds after nine o'clock."""
    return START + timedelta(seconds=seconds)


def save(unit: Unit, seconds: float | None = None) -> Event:
    return Event(unit, "saved_code", None if seconds is None else at(seconds))


def submission(unit: Unit, seconds: float | None = None, score: float | None = None) -> Event:
    return Event(unit, "submission", None if seconds is None else at(seconds), score)


def student(*events: Event, student_id: str = "ada", namespace: str | None = None) -> Student:
    return Student(student_id, list(events), namespace)


def steps(unit: Unit, first: float, last: float, every: float = 60) -> list[Event]:
    """Saves on one question from one second to another, at equal intervals."""
    return [save(unit, first + i * every) for i in range(int((last - first) / every) + 1)]


UNITS: Sequence[Unit] = (1, "1", "01", 2, 2.5, "10", 17.0, "-3", "a2", "a10", "1e3", " 17", "١٧", "Ω", 10**30, 1e23)
TYPES = ("saved_code", "Save", "submission", "SUBMIT", "opened", "", None)
ZONES = (UTC, None, timezone(timedelta(hours=5, minutes=45)), timezone(-timedelta(hours=11)))

units = st.sampled_from(UNITS)
types = st.sampled_from(TYPES)
scores = st.none() | st.sampled_from((0.0, 0.25, 0.5, 1.0)) | st.floats(0, 1)


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """Mostly one afternoon, now and then another age; with zones of all kinds."""
    seconds = draw(st.integers(0, 7200) | st.floats(0, 7200))
    start = draw(
        st.sampled_from((START, START, START, START, datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)))
    )
    zone = draw(st.sampled_from(ZONES))
    moment = start + timedelta(seconds=seconds)
    return moment.replace(tzinfo=None) if zone is None else moment.astimezone(zone)


events = st.builds(Event, units, types, st.none() | moments(), scores)
timed_events = st.builds(Event, units, types, moments(), scores)
students = st.builds(
    Student, st.text(min_size=1, max_size=5), st.lists(events, max_size=40), st.none() | st.text(max_size=5)
)
