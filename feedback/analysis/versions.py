"""Slots: which units of an exam are versions of one question.

A sender names a version's slot as its `group`. Where none is given, units `A_x` are versions of `A` in a class in
which at least 20 students touched `A`, it has two versions or more, and at most 5 % of these students touched two.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from statistics import median

from feedback.analysis.units import Unit

STUDENTS, TWO_VERSIONS = 20, 0.05


class SlotsTally:
    """Gathers which units each student touched.

    Memory: a number for each student, and for each name before a last `_` its versions.
    """

    def __init__(self, groups: Mapping[Unit, str]) -> None:
        self._groups = groups
        self._touched = array("l")
        self._students = Counter[str]()
        self._several: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        self._versions: defaultdict[str, set[Unit]] = defaultdict(set)

    def add(self, units: Collection[Unit]) -> None:
        """Count the units of one student."""
        slots = {self._groups.get(unit, unit) for unit in units}
        versions = Counter[str]()
        for unit in units:
            if unit not in self._groups and (base := base_of(unit)):
                versions[base] += 1
                self._versions[base].add(unit)
        self._students.update(versions.keys())
        for base, count in versions.items():
            if count > 1:
                self._several[base].append((len(self._touched), count - 1))
        self._touched.append(len(slots))

    def versions(self) -> dict[Unit, str]:
        """The slot of each unit that was found to be a version; none where fewer than two students were gathered."""
        if len(self._touched) < 2:
            return {}
        return {unit: base for base in self._versions if self._is_slot(base) for unit in self._versions[base]}

    def median_touched(self) -> float | None:
        """The median number of slots over the students that touched any; None where none did."""
        touched = list(self._touched)
        for base, students in self._several.items():
            if self._is_slot(base):
                for student, more in students:
                    touched[student] -= more
        counts = [count for count in touched if count]
        return float(median(counts)) if counts else None

    def _is_slot(self, base: str) -> bool:
        students = self._students[base]
        return (
            len(self._touched) > 1
            and students >= STUDENTS
            and len(self._versions[base]) > 1
            and len(self._several[base]) <= TWO_VERSIONS * students
        )


def base_of(unit: Unit) -> str:
    """`q18` of `q18_3`; empty where the unit is no such name."""
    if unit.kind == "number":
        return ""
    base, _, version = unit.name.rpartition("_")
    return base if version else ""
