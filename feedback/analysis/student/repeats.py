"""Repeats: events that a log holds twice although they happened once.

An exact repeat has the unit, type, time and score of an earlier event, as a join of two tables makes them; a double
click is a submission at most a second after one of the same question with the same score. Neither is in any measure.
"""

from collections import Counter
from collections.abc import Hashable, Sequence

from feedback.analysis.times import SECOND
from feedback.events.kinds import Kind
from feedback.phrasing.numbers import same

MINUTE = 60 * SECOND
# From so many different events on, a log in which each stands equally often was written several times.
_DISTINCT = 4

# What makes an event the same as another: question, type, time and score.
Row = tuple[int, str | None, int | None, float | None]


def on_full_minutes(instants: Sequence[int | None]) -> bool:
    """Whether a log knows no seconds: several times, all on full minutes."""
    timed = [at for at in instants if at is not None]
    return len(timed) > 1 and all(at % MINUTE == 0 for at in timed)


def repeated(rows: Sequence[Row], kinds: Sequence[Kind]) -> tuple[bool, ...]:
    """Which rows, in time order, are repeats; rows without a time cannot be told to be the same.

    Where all times are on full minutes two equal rows may be two events, so repeats are kept, but for a log in which
    every row stands equally often.
    """
    if on_full_minutes([row[2] for row in rows]):
        return _equal_rows(rows) if _written_several_times(rows) else (False,) * len(rows)
    exact = _equal_rows(rows)
    clicks = _double_clicks(rows, kinds)
    return tuple(one or other for one, other in zip(exact, clicks, strict=True))


def _equal_rows(rows: Sequence[Row]) -> tuple[bool, ...]:
    seen = set[Hashable]()
    flags = []
    for row in rows:
        flags.append(row in seen)
        if row[2] is not None:
            seen.add(row)
    return tuple(flags)


def _written_several_times(rows: Sequence[Row]) -> bool:
    times = Counter(rows)
    often = set(times.values())
    return len(times) >= _DISTINCT and len(often) == 1 and often != {1}


def _double_clicks(rows: Sequence[Row], kinds: Sequence[Kind]) -> list[bool]:
    last: dict[int, Row] = {}
    flags = []
    for row, kind in zip(rows, kinds, strict=True):
        question, _, at, score = row
        if kind != "submission" or at is None:
            flags.append(False)
            continue
        before = last.get(question)
        flags.append(
            before is not None and before[2] is not None and at - before[2] <= SECOND and _same(before[3], score)
        )
        last[question] = row
    return flags


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return same(one, other)
