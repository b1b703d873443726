"""Where an event stands along a drawing, from 0 to 1: by its time, by the sitting it is in, or by its place in the log.

An axis gives `share(mark)`, None for a mark that it has no place for; `ticks(wanted)`, the places and words of about so
many labels; and `cuts`, the places at which time was left out.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Protocol

from feedback.analysis.findings import Mark
from feedback.phrasing.i18n import Speech
from feedback.phrasing.numbers import number
from feedback.rendering.charts.ticks import clock_ticks, round_step

Tick = tuple[float, str]
# Of the width: what a break between two sittings takes, and the least that a sitting does.
_BREAK, _LEAST = 0.03, 0.06


class Axis(Protocol):
    """What a drawing of events needs to know of its axis."""

    cuts: Sequence[tuple[float, float]]

    def share(self, mark: Mark) -> float | None: ...

    def ticks(self, wanted: int) -> Sequence[Tick]: ...


class TimeAxis:
    """Time from the first moment to the last; where these are one, all stands in the middle."""

    cuts: Sequence[tuple[float, float]] = ()

    def __init__(self, first: datetime, last: datetime, zone: tzinfo, say: Speech) -> None:
        self.first, self.last, self._zone, self._say = first, last, zone, say
        since = last - first
        # By the very formula of `share`, so that the last mark stands at the end and not a rounding beyond it.
        self._span = since.days * 86_400 + since.seconds + since.microseconds * 1e-6

    def share(self, mark: Mark) -> float | None:
        """The share of the time that had gone by."""
        if mark.at is None:
            return None
        since = mark.at - self.first
        # Faster than total_seconds() and than comparing times, and there is a call for every mark.
        seconds = since.days * 86_400 + since.seconds + since.microseconds * 1e-6
        if not 0 <= seconds <= self._span:
            return None
        return seconds / self._span if self._span else 0.5

    def of(self, at: datetime) -> float:
        """The same for a moment."""
        return (at - self.first).total_seconds() / self._span if self._span else 0.5

    def ticks(self, wanted: int) -> Sequence[Tick]:
        """Round times of the zone's clock."""
        return [(self.of(at), text) for at, text in clock_ticks(self.first, self.last, self._zone, self._say, wanted)]


class SittingsAxis:
    """The sittings one after another, each as long as it lasted; the breaks between them are cut out.

    `days` are what stands where each of them begins, instead of a clock time.
    """

    def __init__(
        self, spans: Sequence[tuple[datetime, datetime]], zone: tzinfo, say: Speech, days: Sequence[str] = ()
    ) -> None:
        lengths = [max((last - first).total_seconds(), 1.0) for first, last in spans]
        least = _LEAST * sum(lengths)
        room = 1 - _BREAK * (len(spans) - 1)
        unit = room / sum(max(length, least) for length in lengths)
        self._days = days
        self._parts: list[tuple[TimeAxis, float, float]] = []
        left = 0.0
        for (first, last), length in zip(spans, lengths, strict=True):
            width = max(length, least) * unit
            self._parts.append((TimeAxis(first, last, zone, say), left, width))
            left += width + _BREAK
        self.cuts: Sequence[tuple[float, float]] = [(start - _BREAK, start) for _, start, _ in self._parts[1:]]

    def share(self, mark: Mark) -> float | None:
        """Within its sitting; None between two."""
        for part, left, width in self._parts:
            if (share := part.share(mark)) is not None:
                return left + share * width
        return None

    def ticks(self, wanted: int) -> Sequence[Tick]:
        """The day of each sitting, and round times of the clock in it."""
        return list(self._ticks(wanted))

    def _ticks(self, wanted: int) -> Iterator[Tick]:
        for n, (part, left, width) in enumerate(self._parts):
            if self._days:
                yield left, self._days[n]
            for share, text in part.ticks(max(round(wanted * width), 1)):
                yield left + share * width, text


class SequenceAxis:
    """The order of the events, where they have no times: each as far from the next."""

    cuts: Sequence[tuple[float, float]] = ()

    def __init__(self, marks: Sequence[Mark], say: Speech) -> None:
        self._say = say
        # By identity: two events may be equal.
        self._places = {id(mark): place for place, mark in enumerate(marks)}
        self._kept = marks

    def share(self, mark: Mark) -> float | None:
        """Its place among the events."""
        return self._along(self._places[id(mark)])

    def ticks(self, wanted: int) -> Sequence[Tick]:
        """The first event, and every so many."""
        count = len(self._kept)
        step = int(round_step(count / wanted))
        told = dict.fromkeys((1, *range(step, count + 1, step)))
        return [(self._along(n - 1), number(n, self._say)) for n in told]

    def _along(self, place: int) -> float:
        most = len(self._kept) - 1
        return place / most if most else 0.5
