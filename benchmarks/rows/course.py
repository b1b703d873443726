"""A whole course in one upload, beside two processes that do nothing but the work itself."""

import statistics
import time
from collections.abc import Iterator

from benchmarks import bare, cost, samples, service
from benchmarks.measure import Goal, Row, scaled
from tests.harness.stack import Stack

_REPEATS = 1
_GOALS = {"pdf": 0.85, "html": 0.5}


def rows() -> Iterator[Row]:
    number = scaled(1575)
    with service.services() as running:
        for format_, goal in _GOALS.items():
            yield _row(running, format_, number, Goal("≥", goal))


def _row(running: Stack, format_: str, number: int, goal: Goal) -> Row:
    warm = list(samples.students("exam", 10, "warm"))
    loops, ours, whole = [], [], []
    used: dict[str, float | str] = {}
    processor = 0.0
    for repeat in range(_REPEATS):
        class_ = list(samples.students("exam", number, f"course {format_} {repeat}"))
        seconds, processor = bare.loop(class_, warm, format_)
        loops.append(seconds)
        before = cost.by_program()
        stored, done = upload(running, format_, samples.as_list(class_))
        used = cost.spent(before, cost.by_program(), number)
        ours.append(stored)
        whole.append(done)
    loop, stored = statistics.median(loops), statistics.median(ours)
    return Row(
        f"a class of {number:,} to {format_.upper()}, POST to last report",
        "two processes in a bare loop (their speed = 1)",
        loop / stored,
        goal,
        {
            "bare loop s": round(loop, 2),
            "bare loop CPU ms/report": round(processor * 1000 / number, 2),
            "POST to last report s": round(stored, 2),
            "POST to class report s": round(statistics.median(whole), 2),
            "reports/s": round(number / stored),
            **used,
        },
    )


def upload(running: Stack, format_: str, body: bytes) -> tuple[float, float]:
    """Post a class; seconds from the POST until the last student's report, and the class report, were stored."""
    begun = time.time()
    address = service.post(running, format_, body)
    service.finish(running, address, every=0.5)
    return service.last_stored(running, address) - begun, time.time() - begun
