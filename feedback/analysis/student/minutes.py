"""Minutes as a report prints them: whole, and adding up to the total printed below them.

The total is rounded first; what the parts' whole minutes leave goes to the parts with the largest remainders (the
method of Hamilton). So the sentences, the table and its last row name the same numbers.
"""

from collections.abc import Sequence

import msgspec

from feedback.analysis.findings import Question
from feedback.analysis.times import SECOND
from feedback.phrasing.numbers import whole

MINUTE = 60


def clock_minutes(first: int, last: int) -> int:
    """The minutes between two instants (microseconds) as clocks show them, which have no seconds."""
    return last // (MINUTE * SECOND) - first // (MINUTE * SECOND)


def total_minutes(seconds: float, window_seconds: float | None, by_clock: int | None) -> int:
    """The whole minutes of the time on all questions: those of the clock, where it is all of the time there was."""
    if by_clock is not None and window_seconds is not None and abs(seconds - window_seconds) < 1:
        return by_clock
    return whole(seconds / MINUTE)


def shared(seconds: Sequence[float | None], total: int) -> list[int | None]:
    """Whole minutes for each time, adding up to `total`; None where there is no time."""
    parts = [(index, each / MINUTE) for index, each in enumerate(seconds) if each is not None]
    minutes: list[int | None] = [None if each is None else int(each / MINUTE) for each in seconds]
    left = total - sum(int(exact) for _, exact in parts)
    by_remainder = sorted(parts, key=lambda part: int(part[1]) - part[1])
    if left < 0:  # the clock shows less than the seconds come to
        by_remainder = [part for part in reversed(by_remainder) if part[1] >= 1]
    step = 1 if left > 0 else -1
    for index, _ in by_remainder[: abs(left)]:
        minutes[index] = (minutes[index] or 0) + step
    return minutes


def with_minutes(questions: Sequence[Question], total: int) -> tuple[Question, ...]:
    """The questions with the minutes that are printed."""
    minutes = shared([question.seconds for question in questions], total)
    return tuple(
        msgspec.structs.replace(question, minutes=each) for question, each in zip(questions, minutes, strict=True)
    )
