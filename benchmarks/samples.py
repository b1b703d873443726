"""Classes to measure with, made up from a seed: the shapes of two real courses, and not one real student.

`editor` is an on-line editor that saves every half minute: 147 events a student on six questions, grouped
by question, nearly all of them saves. `exam` is an exam that scores every submission: 68 events on seven
questions, a wide spread (8 to 380), and a change of question at nearly every event.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from feedback.events import Event, Student

_START = datetime(2024, 7, 22, 9, 0, tzinfo=UTC)
_encoder = msgspec.json.Encoder()


def editor(name: str, events: int, chance: random.Random) -> Student:
    """A student who writes code, question after question, and saves it all the time."""
    units = sorted(chance.sample(range(1, 18), 6))
    visits = chance.choices(units, k=max(6, events // 11))
    made, at = list[Event](), _START
    for number in range(events):
        unit = visits[number * len(visits) // events]
        at += timedelta(milliseconds=chance.randrange(4_000, 60_000))
        kind = "submission" if chance.random() < 0.05 else "saved_code"
        made.append(Event(str(unit), kind, at))
    made.sort(key=lambda event: int(str(event.unit)))
    return Student(name, made, "editor")


def exam(name: str, events: int, chance: random.Random) -> Student:
    """A student who submits, reads the score, and goes to another question."""
    units = [f"q{14 + number}_{chance.randrange(1, 20)}" for number in range(7)]
    best, made, at = dict[str, float](), list[Event](), _START
    for _ in range(events):
        unit = chance.choice(units)
        at += timedelta(milliseconds=chance.randrange(300, 180_000 * 68 // max(events, 68)))
        best[unit] = min(1.0, best.get(unit, 0.2) + chance.choice((0, 0, 0.1, 0.25)))
        made.append(Event(unit, "submission", at, round(best[unit], 9)))
    return Student(name, made, "exam")


SHAPES = {"editor": editor, "exam": exam}


def students(shape: str, number: int, seed: str, events: int | None = None) -> Iterator[Student]:
    """`number` different students; each has `events` events, or as many as the shape's students have."""
    for index in range(number):
        # A seed for each, so that the first thousand of two thousand are the same as of one thousand.
        chance = random.Random(f"{shape} {seed} {index}")
        count = events or _events(shape, chance)
        yield SHAPES[shape](f"{seed}-{index:05}", count, chance)


def _events(shape: str, chance: random.Random) -> int:
    if shape == "editor":
        return min(max(round(chance.gauss(147, 40)), 60), 240)
    return min(max(round(chance.lognormvariate(4.05, 0.58)), 8), 380)


def as_list(class_: Sequence[Student]) -> bytes:
    """The class as the JSON list that a client would send."""
    return _encoder.encode(class_)


def as_lines(class_: Iterator[Student]) -> Iterator[bytes]:
    """The class as NDJSON, a line at a time."""
    return (_encoder.encode(student) + b"\n" for student in class_)
