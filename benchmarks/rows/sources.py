"""The exports of other platforms, read beside our own CSV of the same events: time, and memory in its own process."""

import io
import multiprocessing
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import cost, samples
from benchmarks.exports import EXPORTS, own_csv
from benchmarks.measure import Goal, Row, in_milliseconds, race, scaled
from feedback.events import Limits, MediaType, SourceOptions, read_source, read_students

_STUDENTS, _ROUNDS = 200, 5
_TIME, _MEMORY = Goal("≤", 3), Goal("≤", 1.5)
_MB = 1 << 20


def rows() -> Iterator[Row]:
    for name in EXPORTS:
        yield _time(name)
        yield _memory(name)


def _time(name: str) -> Row:
    number = scaled(_STUDENTS)
    classes = [list(samples.students("exam", number, f"{name} {repeat}")) for repeat in range(_ROUNDS + 1)]

    def ours(class_: object) -> int:
        return _read_csv(bodies[id(class_)][0])

    def theirs(class_: object) -> int:
        return _read(name, bodies[id(class_)][1])

    bodies = {id(class_): (own_csv(class_), EXPORTS[name](class_)) for class_ in classes}
    taken = race({"our CSV": ours, name: theirs}, classes)
    details = in_milliseconds(taken) | {
        "events": sum(len(student.events) for student in classes[-1]),
        "bytes": len(bodies[id(classes[-1])][1]),
    }
    share = taken[name] / taken["our CSV"]
    return Row(f"read {name}, {number:,} students", "our CSV of the same events", share, _TIME, details)


def _read_csv(body: bytes) -> int:
    return sum(1 for _ in read_students(io.BytesIO(body), MediaType.CSV, Limits()))


def _read(name: str, body: bytes) -> int:
    return sum(1 for _ in read_source(io.BytesIO(body), name, SourceOptions(), Limits()))


def _memory(name: str) -> Row:
    class_ = list(samples.students("exam", scaled(_STUDENTS * 5), f"{name} memory"))
    ours, theirs = _peak("", own_csv(class_)), _peak(name, EXPORTS[name](class_))
    details: dict[str, float | str] = {"our CSV MB": round(ours / _MB, 1), f"{name} MB": round(theirs / _MB, 1)}
    return Row(f"memory to read {name}", "our CSV of the same events", theirs / max(ours, 1), _MEMORY, details)


def _peak(name: str, body: bytes) -> int:
    """The bytes that a process of its own grows by until it has read a file; our CSV where there is no name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        path.write_bytes(body)
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as pool:
            return pool.apply(_grown, (name, str(path)))


def _grown(name: str, path: str) -> int:
    before = cost.anonymous(os.getpid())
    with Path(path).open("rb") as file:
        stream = (
            read_source(file, name, SourceOptions(), Limits()) if name else read_students(file, MediaType.CSV, Limits())
        )
        students = list(stream)
        return cost.anonymous(os.getpid()) - before if students else 0
