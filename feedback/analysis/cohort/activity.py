"""When a class was at work: events, submissions and students in equal bins of time."""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from feedback.analysis.cohort.findings import Activity
from feedback.analysis.findings import Kind
from feedback.analysis.outliers import near_range
from feedback.analysis.times import SECOND, moment

MAX_BINS = 120
_MINUTE = 60 * SECOND
_DAY = 24 * 60
_NICE_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, _DAY)


class ActivityTally:
    """Gathers students one by one; keeps a number for each minute in which a student was at work."""

    def __init__(self) -> None:
        self._events: Counter[int] = Counter()
        self._submissions: Counter[int] = Counter()
        self._minutes = array("q")
        self._ends = array("q", [0])

    def add(self, kinds: Sequence[Kind], instants: Sequence[int]) -> None:
        """Count one student's timed events: what each is, and when, in microseconds and in order."""
        minutes = [at // _MINUTE for at in instants]
        self._events.update(minutes)
        self._submissions.update(minute for minute, kind in zip(minutes, kinds, strict=True) if kind == "submission")
        self._minutes.extend(dict.fromkeys(minutes))
        self._ends.append(len(self._minutes))

    def activity(self, far_off_hours: float) -> Activity | None:
        """At most `MAX_BINS` bins of a round width, without far-off events; None where nothing has a time."""
        minutes = sorted(self._minutes)
        if not minutes:
            return None
        low, high = near_range([minute * _MINUTE for minute in minutes], far_off_hours)
        near = minutes[bisect_left(minutes, low / _MINUTE) : bisect_right(minutes, high / _MINUTE)]
        width = _width(near[0], near[-1])
        # Beyond a day's width a round start could lie before the year 1.
        start = near[0] // width * width if width <= _DAY else near[0]
        bins = (near[-1] - start) // width + 1
        inside = range(start, start + bins * width)
        return Activity(
            start_at=moment(start * _MINUTE),
            bin_seconds=width * 60.0,
            events=_binned(self._events, inside, width, bins),
            submissions=_binned(self._submissions, inside, width, bins),
            students=self._students(inside, width, bins),
            outside=sum(count for minute, count in self._events.items() if minute not in inside),
        )

    def _students(self, inside: range, width: int, bins: int) -> tuple[int, ...]:
        counts = [0] * bins
        for first, end in pairwise(self._ends):
            mine = {(minute - inside.start) // width for minute in self._minutes[first:end] if minute in inside}
            for position in mine:
                counts[position] += 1
        return tuple(counts)


def _width(first: int, last: int) -> int:
    """The narrowest round number of minutes that needs at most `MAX_BINS` bins."""
    for width in _NICE_MINUTES:
        if last // width - first // width < MAX_BINS:
            return width
    width = _DAY
    while (last - first) // width >= MAX_BINS:
        width *= 2
    return width


def _binned(counts: Counter[int], inside: range, width: int, bins: int) -> tuple[int, ...]:
    binned = [0] * bins
    for minute, count in counts.items():
        if minute in inside:
            binned[(minute - inside.start) // width] += count
    return tuple(binned)
