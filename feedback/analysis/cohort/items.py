"""Items: the slots of an exam over the class, gathered from the students' findings."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum
from statistics import median

from feedback.analysis.cohort import item_statistics
from feedback.analysis.cohort.results import Item, Version
from feedback.analysis.findings import Findings, Question, Slot
from feedback.analysis.units import Unit, in_order, unit_of
from feedback.phrasing.numbers import TOLERANCE

# Whether the name is of a group, and the name, as in `student.slots`.
Key = tuple[bool, str]
SlotsWithQuestions = list[tuple[Key, Slot, list[Question]]]


def slots_with_questions(findings: Findings) -> SlotsWithQuestions:
    """The slots of a student, each with what tells it apart in the class and with the student's questions in it."""
    questions = {question.alias: question for question in findings.questions}
    told = []
    for slot in findings.slots:
        own = [questions[alias] for alias in slot.aliases]
        told.append(((bool(own) and own[0].group is not None, slot.slot), slot, own))
    return told


def in_class_order(keys: Iterable[Key]) -> list[Key]:
    """Slots in the order of units; of two with one name the unit comes first."""
    distinct = set(keys)
    places = {unit: place for place, unit in enumerate(in_order(unit_of(name) for _, name in distinct))}
    return sorted(distinct, key=lambda key: (places[unit_of(key[1])], key))


class _Tally:
    """Parallel numbers of the students with a scored submission on one slot, and each version's shares."""

    def __init__(self, slot: Slot) -> None:
        self.title, self.points = slot.title, slot.points
        self.shares, self.rests, self.seconds = array("d"), array("d"), array("d")
        self.versions: defaultdict[Unit, array[float]] = defaultdict(lambda: array("d"))

    def item(self, name: str) -> Item:
        found = item_statistics.facility(self.shares)
        if found.mean is None:
            return Item(name, 0, self.title, self.points)
        return Item(
            slot=name,
            n=found.n,
            title=self.title,
            points=self.points,
            facility=found.mean,
            facility_low=found.low,
            facility_high=found.high,
            standard_deviation=found.deviation,
            full_share=sum(share >= 1 - TOLERANCE for share in self.shares) / found.n,
            median_seconds=median(self.seconds) if self.seconds else None,
            discrimination_index=item_statistics.discrimination_index(self.shares, self.rests),
            discriminative_efficiency=item_statistics.discriminative_efficiency(self.shares, self.rests),
            versions=tuple(_versions(self.versions, found.mean)),
        )


class ItemsTally:
    """Gathers students one by one.

    Memory: three numbers for each student and slot, and one for each version.
    """

    def __init__(self) -> None:
        self._tallies: dict[Key, _Tally] = {}

    def add(self, findings: Findings, slots: SlotsWithQuestions) -> None:
        """Count one student's scored slots. The rest of a slot is what the student earned in all others that count."""
        earned = fsum([slot.score_earned or 0.0 for slot in findings.slots if slot.points is not None])
        by_last = findings.exam.counts == "last"
        for key, slot, questions in slots:
            tally = self._tallies.get(key) or self._tallies.setdefault(key, _Tally(slot))
            # A student who did not open a question may know it by its title alone, as its label.
            tally.title = tally.title or slot.title
            if slot.share is None:
                continue
            tally.shares.append(slot.share)
            tally.rests.append(earned - ((slot.score_earned or 0.0) if slot.points is not None else 0.0))
            if slot.seconds is not None:
                tally.seconds.append(slot.seconds)
            for question in questions:
                if question.progress is not None:
                    unit = Unit(question.unit_kind, question.unit)
                    tally.versions[unit].append(question.progress.last if by_last else question.progress.best)

    def items(self) -> tuple[Item, ...]:
        """One item for each slot, in the order of units."""
        return tuple(self._tallies[key].item(key[1]) for key in in_class_order(self._tallies))


def _versions(shares: Mapping[Unit, Sequence[float]], item: float) -> Iterator[Version]:
    if len(shares) < 2:
        return
    differs = item_statistics.unequal({unit.name: shares[unit] for unit in shares}, item)
    for unit in in_order(shares):
        found = item_statistics.facility(shares[unit])
        yield Version(unit.name, found.n, found.mean, found.low, found.high, differs[unit.name])
