"""When a class was at work: events, submissions and students in bins of time."""

from array import array
from bisect import bisect, bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import pairwise

from feedback.analysis.cohort.bins import bins_of
from feedback.analysis.cohort.findings import Activity
from feedback.analysis.findings import Kind
from feedback.analysis.outliers import near_range
from feedback.analysis.times import SECOND, instant, moment

_MINUTE = 60 * SECOND


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

    def activity(self, far_off_hours: float, zone: tzinfo = UTC) -> Activity | None:
        """In bins that are round on the zone's clock, without far-off events; None where nothing has a time."""
        minutes = sorted(self._minutes)
        if not minutes:
            return None
        low, high = near_range([minute * _MINUTE for minute in minutes], far_off_hours)
        near = minutes[bisect_left(minutes, low / _MINUTE) : bisect_right(minutes, high / _MINUTE)]
        bins = bins_of(near[0], near[-1], zone)
        inside = range(bins.starts[0], bins.end)
        bin_of = {minute: bisect(bins.starts, minute) - 1 for minute in self._events if minute in inside}
        count = len(bins.starts)
        return Activity(
            starts=tuple(moment(start * _MINUTE) for start in bins.starts),
            end_at=_end(bins.end),
            bin_seconds=bins.width * 60.0,
            events=_binned(self._events, bin_of, count),
            submissions=_binned(self._submissions, bin_of, count),
            students=self._students(bin_of, count),
            outside=sum(events for minute, events in self._events.items() if minute not in inside),
        )

    def _students(self, bin_of: Mapping[int, int], count: int) -> tuple[int, ...]:
        counts = [0] * count
        for first, end in pairwise(self._ends):
            for position in {bin_of[minute] for minute in self._minutes[first:end] if minute in bin_of}:
                counts[position] += 1
        return tuple(counts)


def _binned(counts: Counter[int], bin_of: Mapping[int, int], count: int) -> tuple[int, ...]:
    binned = [0] * count
    for minute, amount in counts.items():
        if minute in bin_of:
            binned[bin_of[minute]] += amount
    return tuple(binned)


def _end(minute: int) -> datetime:
    """When the last bin ends; it may reach beyond the calendar."""
    return moment(min(minute * _MINUTE, instant(datetime.max.replace(tzinfo=UTC))))
