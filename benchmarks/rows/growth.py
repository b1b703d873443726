"""Whether a class eight times as large takes eight times as long: from the POST to the class report."""

from collections.abc import Iterator
from statistics import mean

from benchmarks import samples, service
from benchmarks.measure import Goal, Row, scaled
from benchmarks.rows.course import upload
from tests.harness.stack import Stack

# The smallest twice, before and after the others: a neighbour, or tables that fill, would show between the two.
_SIZES = (1_000, 2_000, 4_000, 8_000, 1_000)


def rows() -> Iterator[Row]:
    each: dict[int, list[float]] = {}
    with service.services() as running:
        for turn, size in enumerate(_SIZES):
            each.setdefault(scaled(size), []).append(_a_student(running, scaled(size), turn))
    taken = {size: mean(times) for size, times in each.items()}
    smallest, *others = taken
    slowest = max(taken[size] for size in others) / taken[smallest]
    details: dict[str, float | str] = {f"{size:,} students ms each": round(ms, 3) for size, ms in taken.items()}
    details |= {f"{smallest:,} before and after": " and ".join(f"{ms:.3f}" for ms in each[smallest])}
    what = f"a class to HTML, {smallest:,} to {max(taken):,} students: time a student"
    yield Row(what, f"that of a class of {smallest:,}", slowest, Goal("≤", 1.15), details)


def _a_student(running: Stack, number: int, turn: int) -> float:
    """Milliseconds a student, the class report included."""
    class_ = list(samples.students("exam", number, f"growth {turn}"))
    return upload(running, "html", samples.as_list(class_))[1] * 1000 / number
