"""How a class did: its scores, its items by Moodle's quiz statistics, and the students to look at first."""

import msgspec

# Longer ones are keys that only a platform can read.
_READABLE = 40
_TELLING = 6


def named(slot: str, title: str | None) -> str:
    """A slot as a class report calls it: `q18 Trees`, or of a long key by title and end: `Trees …05d2af`."""
    if not title or title == slot:
        return slot
    return f"{title} …{slot[-_TELLING:]}" if len(slot) > _READABLE else f"{slot} {title}"


class TimeAndScore(msgspec.Struct, frozen=True, gc=False):
    """How time on the questions and score went together: Pearson's r with its 95 % interval, over `n` students."""

    n: int
    r: float
    r_low: float
    r_high: float


class ClassScores(msgspec.Struct, frozen=True, gc=False):
    """The scores of the `n` students with events. Points where all could earn the same, `possible`.

    Where they could not (optional questions), `possible` is None, and mean, deviation, median and the bins are shares
    of what each could earn. `histogram` counts the students in bins of `bin_width` from 0; the last holds the full
    score. `below_half` counts those who earned less than half. `time_and_score` is None for fewer than 20 students
    with a time, and where either is the same for all.
    """

    n: int
    mean: float
    standard_deviation: float | None
    median: float
    possible: float | None
    below_half: int
    bin_width: float
    histogram: tuple[int, ...]
    time_and_score: TimeAndScore | None = None


class Version(msgspec.Struct, frozen=True, gc=False):
    """One unit of a slot that has several; `differs` where it was easier or harder than the slot."""

    unit: str
    n: int
    facility: float | None = None
    facility_low: float | None = None
    facility_high: float | None = None
    differs: bool = False


class Item(msgspec.Struct, frozen=True, gc=False):
    """A slot of the exam over the `n` students with a scored submission there, by Moodle's names and formulas.

    `slot` is the group's name, else the unit. `facility` is the mean share of the points, with a 95 % t interval;
    `full_share` is the share of the students with all of them, `median_seconds` their median time on it.
    `discrimination_index` is the correlation with the points earned elsewhere, `discriminative_efficiency` the
    covariance as a part of the largest possible one. Without scores all are None but `n`.
    """

    slot: str
    n: int
    title: str | None = None
    points: float | None = 1.0
    facility: float | None = None
    facility_low: float | None = None
    facility_high: float | None = None
    standard_deviation: float | None = None
    full_share: float | None = None
    median_seconds: float | None = None
    discrimination_index: float | None = None
    discriminative_efficiency: float | None = None
    versions: tuple[Version, ...] = ()

    @property
    def name(self) -> str:
        """The slot with its title behind it: `q18 Trees`."""
        return named(self.slot, self.title)

    @property
    def unequal(self) -> bool:
        """Whether one of the versions was not as hard as the others."""
        return any(version.differs for version in self.versions)


class Attention(msgspec.Struct, frozen=True, gc=False):
    """A student to look at first, and why; `row` is the place among the class's rows, from 0."""

    row: int
    student_id: str
    namespace: str | None
    reason: str
    name: str | None = None
    score_earned: float | None = None
    score_possible: float | None = None
