"""Students to render: an ordinary exam, and the ones that go wrong."""

import random
from datetime import timedelta

from feedback.events import Event, Student
from tests.harness.logs import START, at, save, student, submission

HOSTILE_TEXTS = (
    "<script>alert(1)</script>",
    '#eval("1")',
    "$x$ *bold* _it_ `raw` @ref <label> // comment /* */ \\ ~ [#panic()]",
    "</style><style>*{display:none}",
    "abc\u202edef",
    "\ufeffbom",
    "\ue000private",
    "\U0010fffe\ufdd0noncharacters",
    "\u0378unassigned",
    "a\nb\tc\x01d\x7f",
    "x" * 200,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 20,
    "e\u0301\u0302" * 60,
    "\u0301alone",
    "a\u200bb\u00adc\u2060d",
    "\u0628\u0301\u05d0\u0915\u094d",
    "{{ 7 * 7 }}{% raw %}",
    "%s %d {0} {name}",
    "' onmouseover='x' \" onload=\"x",
)


def exam(events: int = 150, questions: int = 8, seed: int = 7, *, scores: bool = True) -> Student:
    """A two-hour exam: bursts of saves on a question, a submission at the end of most, pauses between."""
    dice = random.Random(seed)  # noqa: S311 - a log, not a secret
    log: list[Event] = []
    seconds = 0.0
    while len(log) < events:
        unit = f"q{dice.randrange(questions) + 1}"
        for _ in range(dice.randrange(3, 12)):
            seconds += dice.expovariate(1 / 30)
            log.append(save(unit, seconds))
        if dice.random() < 0.8:
            seconds += 5
            log.append(submission(unit, seconds, dice.choice((0, 0.25, 0.5, 1)) if scores else None))
        seconds += dice.choice((20, 60, 240, 700))
    return student(*log[:events], student_id=f"exam-{seed}", namespace="Programming 1")


def on_units(*units: str | int | float) -> Student:
    """One submission on each unit, a minute apart."""
    return student(*(submission(unit, 60 * position, 0.5) for position, unit in enumerate(units)))


NO_EVENTS = student(student_id="no-events")
ONE_EVENT = student(save("q1", 0), student_id="one-event")
NO_TIMES = student(*(save(f"q{n % 4}") for n in range(20)), student_id="no-times")
SAME_TIME = student(*(save(f"q{n % 4}", 0) for n in range(20)), student_id="same-time")
MANY_QUESTIONS = exam(380, 40, seed=40)
FAR_OFF = student(
    *(save("q1", 30 * n) for n in range(20)),
    Event("q2", "submission", START - timedelta(days=9000)),
    student_id="far-off",
)
THE_ENDS_OF_TIME = student(
    Event("q1", "saved_code", START.replace(year=1, month=1, day=1, hour=0)),
    Event("q1", "saved_code", START.replace(year=9999, month=12, day=31, hour=23)),
    student_id="the-ends-of-time",
)
THE_FIRST_YEAR = student(Event("q1", "saved_code", START.replace(year=1)), student_id="the-first-year")
OVER_DAYS = student(*(save(f"q{n % 3}", 86_400 * n) for n in range(9)), student_id="over-days")
NO_QUESTION_SUBMITTED = student(
    *(save("q1", 20 * n) for n in range(30)), save("q2", 700), student_id="nothing-submitted"
)
OTHER_TYPES = student(
    *(Event("q1", kind, at(40 * n)) for n, kind in enumerate(("opened", "run", None, "saved_code", "submission"))),
    student_id="other-types",
)
UNUSUAL = (
    NO_EVENTS,
    ONE_EVENT,
    NO_TIMES,
    SAME_TIME,
    FAR_OFF,
    THE_ENDS_OF_TIME,
    THE_FIRST_YEAR,
    OVER_DAYS,
    NO_QUESTION_SUBMITTED,
    OTHER_TYPES,
)
