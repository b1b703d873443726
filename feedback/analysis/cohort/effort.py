"""The work of a class on each slot of the exam, and the orders in which students opened them."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from feedback.analysis.cohort.findings import OpeningOrder, SlotStatistics, Spread
from feedback.analysis.cohort.items import Key, SlotsWithQuestions, in_class_order
from feedback.analysis.cohort.spread import spread_of
from feedback.analysis.findings import Findings, Question, Slot

ORDERS_SHOWN = 5
# Orders of more slots than this are too many to be shared by several students, and too long to read.
ORDER_LENGTH = 40
# A bin of all histograms of time, in seconds: a round one of which at most `_BINS` hold nearly everybody.
_WIDTHS = (5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
_BINS = 12


class _Tally:
    """What one slot needs of the class: counts, and two numbers a student."""

    def __init__(self, slot: Slot) -> None:
        self.title = slot.title
        self.touched = self.submitted = self.unsubmitted = self.first = 0
        self.seconds, self.tries = array("d"), array("d")

    def add(self, slot: Slot, questions: Sequence[Question]) -> None:
        self.touched += 1
        self.submitted += any(question.submissions for question in questions)
        self.unsubmitted += any(question.saved_not_submitted for question in questions)
        if tries := sum([question.attempts for question in questions]):
            self.tries.append(tries)
        if slot.seconds is not None:
            self.seconds.append(slot.seconds)

    def statistics(self, name: str, seconds: Spread | None, width: float) -> SlotStatistics:
        if seconds is not None:
            seconds = msgspec.structs.replace(seconds, histogram=_on_scale(self.seconds, width))
        return SlotStatistics(
            slot=name,
            title=self.title,
            touched=self.touched,
            submitted=self.submitted,
            saved_not_submitted=self.unsubmitted,
            opened_first=self.first,
            seconds=seconds,
            tries=spread_of(self.tries, whole=True),
        )


def opening_order(findings: Findings) -> Sequence[str]:
    """The aliases in the order in which the student first opened them.

    None where a question has no time: nobody knows when it was opened, nor how many came before another.
    """
    if any(question.first_at is None for question in findings.questions):
        return ()
    return list(dict.fromkeys([run.question for run in findings.path]))


class EffortTally:
    """Gathers students one by one."""

    def __init__(self) -> None:
        self._tallies: dict[Key, _Tally] = {}
        self._orders: Counter[tuple[Key, ...]] = Counter()

    def add(self, slots: SlotsWithQuestions, opened: Sequence[str]) -> None:
        """Count one student's slots, and the order in which the questions in them were opened, by their aliases."""
        slot_of: dict[str, Key] = {}
        for key, slot, questions in slots:
            tally = self._tallies.get(key) or self._tallies.setdefault(key, _Tally(slot))
            tally.title = tally.title or slot.title
            if questions:
                tally.add(slot, questions)
            for alias in slot.aliases:
                slot_of[alias] = key
        order = tuple(dict.fromkeys([slot_of[alias] for alias in opened]))
        if order:
            self._tallies[order[0]].first += 1
        if 1 < len(order) <= ORDER_LENGTH:
            self._orders[order] += 1

    def statistics(self) -> tuple[tuple[SlotStatistics, ...], float | None]:
        """One entry for each slot, in the order of units, and the width of a bin of their times, in seconds."""
        spreads = {key: spread_of(tally.seconds) for key, tally in self._tallies.items()}
        known = [spread for spread in spreads.values() if spread is not None]
        width = _width(known)
        slots = tuple(self._tallies[key].statistics(key[1], spreads[key], width) for key in in_class_order(spreads))
        return slots, width if known else None

    def opening_orders(self) -> tuple[OpeningOrder, ...]:
        """The most frequent orders that at least two students share, the most frequent first."""
        places = {key: place for place, key in enumerate(in_class_order(self._tallies))}
        shared = [(students, order) for order, students in self._orders.items() if students > 1]
        shared.sort(key=lambda item: (-item[0], [places[key] for key in item[1]]))
        return tuple(OpeningOrder(tuple(name for _, name in order), n) for n, order in shared[:ORDERS_SHOWN])


def _width(spreads: Iterable[Spread]) -> float:
    """By the upper whiskers of box plots (Tukey 1977): what lies beyond one and a half interquartile ranges is rare."""
    top = max((min(each.maximum, each.q3 + 1.5 * (each.q3 - each.q1)) for each in spreads), default=0.0)
    return next((float(width) for width in _WIDTHS if width * _BINS >= top), top / _BINS)


def _on_scale(seconds: Sequence[float], width: float) -> tuple[int, ...]:
    counts = [0] * _BINS
    for value in seconds:
        counts[min(int(value / width), _BINS - 1)] += 1
    return tuple(counts)
