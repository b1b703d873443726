"""The questions of the exam as they are scored: units, and groups of units that are versions of one question."""

from collections.abc import Iterator, Sequence
from math import fsum

from feedback.analysis.exam import ExamContext
from feedback.analysis.facts import ClassFacts
from feedback.analysis.findings import Question, Slot
from feedback.analysis.student.log import Log
from feedback.analysis.student.names import own_label
from feedback.analysis.units import Unit
from feedback.events.context import Question as AboutQuestion
from feedback.phrasing.i18n import Speech

# Whether the name is of a group, and the name.
Key = tuple[bool, str]


def slots_of(
    questions: Sequence[Question], log: Log, exam: ExamContext, facts: ClassFacts, say: Speech
) -> tuple[Slot, ...]:
    """The slots the student touched, by their first alias, then those that only the context knows."""
    together: dict[Key, list[Question]] = {}
    for question in questions:
        key = (question.group is not None, question.unit if question.group is None else question.group)
        together.setdefault(key, []).append(question)
    touched = [_touched(key[1], alike, log, exam) for key, alike in together.items()]
    unseen: dict[Key, Slot] = {}
    for key, slot in _known(exam, facts, say):
        if key not in together:
            unseen.setdefault(key, slot)
    return (*touched, *unseen.values())


def earned(slots: Sequence[Slot]) -> float:
    """The points earned over the slots that count."""
    return fsum(slot.score_earned or 0.0 for slot in slots if slot.points is not None)


def possible(slots: Sequence[Slot], exam: ExamContext, facts: ClassFacts) -> float:
    """The points there were: over the exam's questions where they are known, optional ones only where touched.

    Without them a point for each slot, of which there are as many as the student touched, or as the median of the
    class where that is more.
    """
    if not exam.questions:
        return max(float(len(slots)), facts.median_slots or 0.0)
    counted = [slot for slot in slots if slot.points is not None and (slot.aliases or not slot.optional)]
    return fsum(slot.points or 0.0 for slot in counted)


def group_of(unit: Unit, about: AboutQuestion | None, facts: ClassFacts) -> str | None:
    """The slot a unit is a version of: as given, else as detected; None where it stands by itself."""
    if about is not None and about.group is not None:
        return about.group
    return facts.groups.get(unit.name) if unit.kind == "text" else None


def _touched(name: str, alike: Sequence[Question], log: Log, exam: ExamContext) -> Slot:
    first = alike[0]
    share = _share(alike, log, exam)
    about = exam.questions.get(Unit(first.unit_kind, first.unit))
    spent = [question.seconds for question in alike if question.seconds is not None]
    return Slot(
        slot=name,
        label=first.label,
        title=first.title,
        topic=first.topic,
        points=first.points,
        optional=about is not None and about.optional,
        aliases=tuple(question.alias for question in alike),
        share=share,
        score_earned=None if share is None else share * (1.0 if first.points is None else first.points),
        seconds=fsum(spent) if spent else None,
        minutes=sum(question.minutes or 0 for question in alike) if spent else None,
    )


def _share(alike: Sequence[Question], log: Log, exam: ExamContext) -> float | None:
    """The best scored submission of the slot, or its last."""
    scored = [question.progress for question in alike if question.progress is not None]
    if not scored:
        return None
    if not exam.by_last:
        return max(progress.best for progress in scored)
    numbers = {question.number for question in alike}
    return next(mark.score for mark in reversed(log.marks) if mark.question in numbers and mark.score is not None)


def _known(exam: ExamContext, facts: ClassFacts, say: Speech) -> Iterator[tuple[Key, Slot]]:
    """The slots of the exam's questions, as untouched."""
    for unit, about in exam.questions.items():
        group = group_of(unit, about, facts)
        own = own_label(unit, facts, say)
        label, title = (own, about.title) if own else (about.title or unit.name, None)
        slot = Slot(group or unit.name, label, title, about.topic, exam.points(unit), about.optional)
        yield (group is not None, unit.name if group is None else group), slot
