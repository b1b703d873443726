"""A made-up course of 14 weeks: a class whose students work in ways of their own, the same on every run.

`python -m tests.harness.courses` writes the class as JSON, with its context.
"""

import json
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from feedback.events import Event, Student
from feedback.events.context import Context, Exam, Question

BEGIN = datetime(2025, 3, 3, tzinfo=UTC)
WEEKS, QUESTIONS = 14, 28
DEADLINE = BEGIN + timedelta(weeks=WEEKS, hours=-1)
CONTEXT = Context(
    exam=Exam(title="Exercises", course="Programming 1", starts_at=BEGIN, ends_at=DEADLINE, kind="course"),
    questions=tuple(
        Question(f"ex{n}", title=f"Exercise {n}", points=2.0 if n % 4 == 0 else 1.0) for n in range(1, QUESTIONS + 1)
    ),
)


def course_student(name: str, days: list[int], seed: int, *, skill: float = 0.6, per_day: int = 3) -> Student:
    """A student who works on these days of the course (0 is the first), in the evening, on the questions in turn."""
    dice = random.Random(seed)  # noqa: S311 - a log, not a secret
    log: list[Event] = []
    next_question = 1
    weak: list[int] = []
    for day in days:
        at = BEGIN + timedelta(days=day, hours=17 + dice.randrange(4), minutes=dice.randrange(60))
        todo = weak[:1] + list(range(next_question, min(next_question + per_day, QUESTIONS + 1)))
        todo = todo or [dice.randrange(1, QUESTIONS + 1)]
        weak = weak[1:]
        next_question = min(next_question + per_day, QUESTIONS + 1)
        for question in todo:
            for _ in range(dice.randrange(2, 6)):
                at += timedelta(seconds=dice.randrange(60, 420))
                log.append(Event(f"ex{question}", "saved_code", at))
            score = min(round(dice.random() * 0.6 + skill * 0.7, 2), 1.0)
            at += timedelta(seconds=40)
            log.append(Event(f"ex{question}", "submission", at, score))
            if score < 0.7:
                weak.append(question)
    return Student(name, log, "programming-1")


def _regular(dice: random.Random) -> list[int]:
    return sorted({7 * week + day for week in range(WEEKS) for day in dice.sample(range(6), 2)})


def _crammer(dice: random.Random) -> list[int]:
    return sorted({*dice.sample(range(20), 1), *range(7 * WEEKS - 4, 7 * WEEKS - 1)})


def _quiet(dice: random.Random) -> list[int]:
    return sorted(dice.sample(range(35), 8))


def _late(dice: random.Random) -> list[int]:
    return sorted(dice.sample(range(56, 95), 11))


def _now_and_then(dice: random.Random) -> list[int]:
    return sorted(dice.sample(range(7 * WEEKS - 1), 12))


WAYS: tuple[Callable[[random.Random], list[int]], ...] = (_regular, _crammer, _quiet, _late, _now_and_then)


def course_class(students: int = 30) -> list[Student]:
    """The class: every way of working in turn."""
    made = []
    for n in range(students):
        way = WAYS[n % len(WAYS)]
        days = way(random.Random(n))  # noqa: S311 - as above
        name = f"{way.__name__.strip('_')}-{n}"
        made.append(course_student(name, days, n, skill=0.3 + 0.6 * (n % 7) / 6, per_day=2 + n % 3))
    return made


def _json(student: Student) -> dict[str, Any]:
    events = [
        {"unit": each.unit, "type": each.type, "created_time": each.created_time and each.created_time.isoformat()}
        | ({} if each.score is None else {"score": each.score})
        for each in student.events
    ]
    return {"student_id": student.student_id, "namespace": student.namespace, "events": events}


def as_json() -> dict[str, Any]:
    """The class with its context, as a client posts it."""
    exam = {
        "title": CONTEXT.exam.title,
        "course": CONTEXT.exam.course,
        "starts_at": BEGIN.isoformat(),
        "ends_at": DEADLINE.isoformat(),
        "kind": "course",
    }
    questions = [{"unit": each.unit, "title": each.title, "points": each.points} for each in CONTEXT.questions]
    return {"exam": exam, "questions": questions, "students": [_json(each) for each in course_class()]}


if __name__ == "__main__":
    json.dump(as_json(), sys.stdout, indent=1)
