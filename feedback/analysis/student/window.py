"""The time that was given for the exam, as the sender said it."""

from datetime import datetime, timedelta

from feedback.analysis.exam import ExamContext
from feedback.analysis.findings import Window
from feedback.analysis.student.log import Bounds, Log
from feedback.analysis.times import SECOND, in_utc, instant, moment
from feedback.events import Student


def bounds_of(student: Student, exam: ExamContext) -> Bounds | None:
    """When the exam began and ended for a student: the student's own times before the exam's, with extra minutes."""
    start, over = student.starts_at or exam.exam.starts_at, deadline_of(student, exam)
    if start is None:
        return None
    begun = instant(in_utc(start))
    if over is None:
        return Bounds(begun, None)
    return Bounds(begun, over) if over > begun else None


def deadline_of(student: Student, exam: ExamContext) -> int | None:
    """When a student's time was over, in microseconds: with extra minutes, and whether or not a beginning is known."""
    end = student.ends_at or exam.exam.ends_at
    return None if end is None else instant(_later(in_utc(end), student.extra_minutes or 0))


def _later(end: datetime, minutes: float) -> datetime:
    try:
        return end + timedelta(minutes=minutes)
    except OverflowError:  # the calendar ends with the year 9999
        return end


def window_of(given: Bounds | None, log: Log, student: Student) -> Window | None:
    """The window for the findings; None where none was given."""
    if given is None or given.end is None:
        return None
    used = log.bounds is not None
    inside = [at for at in log.timed if given.start <= at <= given.end]
    return Window(
        starts_at=moment(given.start),
        ends_at=moment(given.end),
        used=used,
        outside=log.outside,
        unused_seconds=(given.end - inside[-1]) / SECOND if used and inside else None,
        extra_minutes=float(student.extra_minutes or 0),
    )
