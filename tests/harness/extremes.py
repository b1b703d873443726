"""Logs at the edges of what platforms send, each with its context: every one gets a page that makes sense."""

from datetime import UTC, timedelta, timezone

from feedback.events import Event, Student
from feedback.events.context import NO_CONTEXT, Context, Exam, Question
from tests.harness.exams import exam
from tests.harness.logs import START, save, student, submission

HOUR = 3600
TWO_HOURS = Context(exam=Exam(title="Midterm", starts_at=START, ends_at=START + timedelta(hours=2)))
PROBLEMS = 218

NO_TIMES = student(
    *(e for n in range(60) for e in (save(f"q{n % 6}"), submission(f"q{n % 6}", None, min(1.0, n / 50)))),
    student_id="no-times",
)
NO_SCORES = exam(200, 8, seed=3, scores=False)
NO_SAVES = student(*(submission(f"q{n % 7}", 90 * n, min(1.0, (n % 5) / 4)) for n in range(70)), student_id="no-saves")
ONE_EVENT = student(submission("q1", 0, 0.5), student_id="one-event")
THREE_THOUSAND = exam(3000, 12, seed=5)
TWO_HUNDRED = student(
    *(submission(f"q{n % 200}", 40 * n, min(1.0, ((n * 7) % 11) / 10)) for n in range(900)), student_id="two-hundred"
)
CONTEST = student(*(submission(f"p{n % 12}", 300 * n, 1.0 if n % 3 else 0.0) for n in range(40)), student_id="contest")
OF_CONTEST = Context(
    exam=Exam(title="Open contest", kind="exam", log_kind="submissions"),
    questions=tuple(Question(f"p{n}", title=f"Problem number {n}") for n in range(PROBLEMS)),
)
SCORES_ON_SAVES = student(
    *(Event(f"q{n % 4}", "saved_code", START + timedelta(seconds=60 * n), n / 40) for n in range(40)),
    student_id="scores-on-saves",
)
VIEWS = student(
    *(Event(f"q{n % 5}", "page_viewed", START + timedelta(seconds=75 * n)) for n in range(45)), student_id="views"
)
TWO_SITTINGS = student(
    *exam(80, 5, seed=8).events,
    *(
        Event(e.unit, e.type, e.created_time and e.created_time + timedelta(hours=26), e.score)
        for e in exam(60, 5, seed=9).events
    ),
    student_id="two-sittings",
)
RETAKES = student(
    *(
        submission(f"q{n % 6}", 7 * 24 * HOUR * retake + 120 * n, min(1.0, 0.3 + 0.3 * retake + 0.02 * n))
        for retake in range(3)
        for n in range(18)
    ),
    student_id="retakes",
)
SET_BACK = student(*(save(f"q{n % 3}", 60 * n if n < 30 else 60 * n - HOUR) for n in range(60)), student_id="set-back")
SET_FORWARD = student(
    *(save(f"q{n % 3}", 60 * n if n < 30 else 60 * n + 3 * HOUR) for n in range(60)), student_id="set-forward"
)
MIDNIGHT = student(
    *(
        Event(e.unit, e.type, e.created_time and e.created_time + timedelta(hours=14, minutes=10), e.score)
        for e in exam(90, 5, seed=11).events
    ),
    student_id="midnight",
)
_EAST = timezone(timedelta(hours=5, minutes=30))
TWO_ZONES = student(
    *(
        Event(f"q{n % 3}", "submission", (START + timedelta(minutes=n)).astimezone(_EAST if n % 2 else UTC), n / 40)
        for n in range(40)
    ),
    student_id="two-zones",
)
A_LONG_COURSE = student(
    *(
        submission(f"q{(n // 9) % 60}", 24 * HOUR * 2 * n + 300 * k, min(1.0, (n % 9 + k) / 9))
        for n in range(400)
        for k in range(3)
    ),
    student_id="a-long-course",
)
_EXAM = Context(exam=Exam(kind="exam"))

EXTREMES: dict[str, tuple[Student, Context]] = {
    "no times": (NO_TIMES, NO_CONTEXT),
    "no scores": (NO_SCORES, NO_CONTEXT),
    "no saves": (NO_SAVES, TWO_HOURS),
    "one event": (ONE_EVENT, NO_CONTEXT),
    "3,000 events": (THREE_THOUSAND, _EXAM),
    "200 questions": (TWO_HUNDRED, NO_CONTEXT),
    "contest": (CONTEST, OF_CONTEST),
    "scores on saves": (SCORES_ON_SAVES, NO_CONTEXT),
    "views": (VIEWS, NO_CONTEXT),
    "two sittings": (TWO_SITTINGS, _EXAM),
    "retakes": (RETAKES, _EXAM),
    "set back": (SET_BACK, NO_CONTEXT),
    "set forward": (SET_FORWARD, NO_CONTEXT),
    "midnight": (MIDNIGHT, NO_CONTEXT),
    "two zones": (TWO_ZONES, NO_CONTEXT),
    "a long course": (A_LONG_COURSE, NO_CONTEXT),
}
