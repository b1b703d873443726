"""What a class report says at its head, and what its teacher can say to everybody."""

from collections import Counter
from collections.abc import Sequence
from statistics import median_low

from feedback.analysis.cohort.attention import Outcome
from feedback.analysis.cohort.findings import InsightCount
from feedback.analysis.cohort.item_statistics import ENOUGH
from feedback.analysis.cohort.results import Item
from feedback.analysis.findings import Findings
from feedback.analysis.insights import RULES
from feedback.analysis.statements import Insight
from feedback.phrasing.i18n import N_, NN_, Speech
from feedback.phrasing.numbers import differ, duration, number, percent, share

_RULES = {rule.id: rule for rule in RULES}
# Below this many students a mean is about one of them.
SEVERAL = 8
_HARDEST = N_("{slot} was the hardest question: {mean} of {points} points on average, and {full} earned all of them.")
_HARDEST_OF_ONE = N_(
    "{slot} was the hardest question: a mean score of {mean}, and {full} of its students had all of it."
)
_UNSUBMITTED = NN_(
    "One of {all} students has work that was never submitted: {time} of it.",
    "{n} of {all} students have work that was never submitted: half of them {time} or more.",
)
_UNEQUAL = NN_(
    "The versions of {slot} were not equal: {low} to {high}.",
    "On {n} questions the versions were not equal, most of all on {slot}: {low} to {high}.",
)
_FOR_ALL = N_("“{title}” holds for {share} of the class. {step}")


def headline_of(items: Sequence[Item], outcomes: Sequence[Outcome], say: Speech) -> str:
    """What mattered most: the hardest question and versions that were not equal; without scores work not submitted.

    Empty where nothing of that holds.
    """
    if any(item.facility is not None for item in items):
        return " ".join(filter(None, (_hardest(items, say), _unequal(items, say))))
    return _unsubmitted(outcomes, say)


def _unsubmitted(outcomes: Sequence[Outcome], say: Speech) -> str:
    lost = [seconds for each in outcomes if (seconds := each.unsubmitted_seconds)]
    if not lost or len(outcomes) < SEVERAL:
        return ""
    words = {"all": number(len(outcomes), say), "time": duration(median_low(lost), say)}
    return say.count(*_UNSUBMITTED, len(lost), **words)


def _hardest(items: Sequence[Item], say: Speech) -> str:
    known = [(item.facility, item) for item in items if item.facility is not None and item.n >= SEVERAL]
    if len(known) < 2:
        return ""
    known.sort(key=lambda pair: pair[0])
    (lowest, hardest), (next_lowest, _) = known[:2]
    if not differ(lowest, next_lowest) or hardest.points is None:
        return ""
    mean, full = number(lowest * hardest.points, say), percent(hardest.full_share or 0.0, say)
    words = {"slot": hardest.name, "mean": mean, "points": number(hardest.points, say), "full": full}
    text = _HARDEST_OF_ONE if hardest.points == 1 else _HARDEST
    return say.text(text, **words)


def _unequal(items: Sequence[Item], say: Speech) -> str:
    unequal = [(known, item) for item in items if item.unequal and (known := version_range(item))]
    if not unequal:
        return ""
    (low, high), widest = max(unequal, key=lambda pair: pair[0][1] - pair[0][0])
    words = {"slot": widest.name, "low": number(low, say), "high": number(high, say)}
    return say.count(*_UNEQUAL, len(unequal), **words)


def version_range(item: Item) -> tuple[float, float] | None:
    """The lowest and the highest facility of the versions that enough students had; None where fewer than two did."""
    known = [version.facility for version in item.versions if version.facility is not None and version.n >= ENOUGH]
    return (min(known), max(known)) if len(known) > 1 else None


class InsightTally:
    """Counts in how many students' reports each insight stands, and keeps what those in `language` say to do.

    Without a language, those in the language of the first.
    """

    def __init__(self, language: str | None) -> None:
        self._language = language
        self._students: Counter[str] = Counter()
        self._any: dict[str, Insight] = {}
        self._first: dict[str, Insight] = {}
        self._personal = set[str]()

    def add(self, findings: Findings) -> None:
        """Count one student's insights, wherever in the report they stand."""
        self._language = self._language or findings.settings.language
        for insight in (*findings.insights, *findings.further_insights):
            self._students[insight.id] += 1
            self._any.setdefault(insight.id, insight)
            if findings.settings.language != self._language:
                continue
            first = self._first.get(insight.id)
            if first is None:
                first = self._first[insight.id] = insight
                if any(name in insight.try_next for each in findings.questions for name in (each.alias, each.label)):
                    self._personal.add(insight.id)
            if first.try_next != insight.try_next:
                self._personal.add(insight.id)

    def counts(self, say: Speech) -> tuple[InsightCount, ...]:
        """The most frequent first. A step that names a student's own question, or differs, is left out."""
        return tuple(self._count(name, students, say) for name, students in self._students.most_common())

    def _count(self, name: str, students: int, say: Speech) -> InsightCount:
        rule, insight = _RULES.get(name), self._any[name]
        return InsightCount(
            id=name,
            # Findings that another version stored may hold an insight that this one lacks: then as it was stored.
            title=say.gettext(rule.title) if rule else insight.title,
            students=students,
            kind=insight.kind,
            step="" if name in self._personal or name not in self._first else self._first[name].try_next,
        )


def for_everybody(counts: Sequence[InsightCount], students: int, say: Speech) -> str:
    """One paragraph of the suggestions that hold for over half of the students with events; empty without any.

    Only those with one step for all: where each student's own is another, there is nothing to say to everybody.
    """
    common = [
        each for each in counts if each.kind == "suggestion" and each.step and 2 * each.students > students >= SEVERAL
    ]
    told = (
        say.text(_FOR_ALL, title=each.title, share=share(each.students, students, say), step=each.step)
        for each in common
    )
    return " ".join(told)
