"""What the types of a context cannot say: rules over several fields, and names that only the analysis knows."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from feedback.events.context import Context, Exam, Question, ReportOptions
from feedback.events.faults import Faults, Place, describe
from feedback.events.model import Student


class Names(NamedTuple):
    """What the analysis knows by name, for a context to be checked with; `analysis.known_names()` gives it.

    `hide` are the sections and insights that can be left out, `thresholds` maps a threshold to its type, and
    `question_of` tells which question a unit names: equal for units that are one.
    """

    hide: Collection[str]
    thresholds: Mapping[str, Any]
    question_of: Callable[[str | int | float], Hashable]


# For readers whose caller knows no names: none is unknown then, and units are compared as they are.
ANY_NAMES = Names((), {}, lambda unit: unit)


def check_context(context: Context, names: Names, place: Place, faults: Faults) -> None:
    """Record every fault of a context whose fields are right, each taken by itself."""
    check_exam(context.exam, (*place, "exam"), faults)
    check_questions(list(enumerate(context.questions)), names, (*place, "questions"), faults)
    if names is not ANY_NAMES:
        _check_report(context.report, names, (*place, "report"), faults)


def check_exam(exam: Exam, place: Place, faults: Faults) -> None:
    if ends_too_early(exam.starts_at, exam.ends_at):
        faults.add((*place, "ends_at"), _TOO_EARLY)


def check_student(student: Student, place: Place, faults: Faults) -> None:
    if ends_too_early(student.starts_at, student.ends_at):
        faults.add((*place, "ends_at"), _TOO_EARLY)


_TOO_EARLY = "it is not after `starts_at`; a window ends after it starts"


def ends_too_early(starts_at: datetime | None, ends_at: datetime | None) -> bool:
    """Whether both are given and the end is not after the start; a time without a zone is UTC."""
    if starts_at is None or ends_at is None:
        return False
    return _aware(ends_at) <= _aware(starts_at)


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def check_questions(
    questions: Iterable[tuple[int | str, Question]], names: Names, place: Place, faults: Faults
) -> None:
    """`questions` are pairs of an index in the list at `place` and what stands there."""
    numbered = [((*place, index), question) for index, question in questions]
    by_unit = dict[Hashable, tuple[Place, Question]]()
    for here, question in numbered:
        first, _ = by_unit.setdefault(names.question_of(question.unit), (here, question))
        if first is not here:
            faults.add((*here, "unit"), f"the same unit as {describe(first)}; give each unit once")
    first_of = dict[str, tuple[Place, Question]]()
    for here, question in numbered:
        if question.group is not None:
            _check_member(here, question, *first_of.setdefault(question.group, (here, question)), faults)
    for group, (here, _) in first_of.items():
        there, owner = by_unit.get(names.question_of(group), (here, None))
        if owner is not None and owner.group != group:
            faults.add((*here, "group"), f"named as the unit of {describe(there)}; name the group differently")


def _check_member(here: Place, question: Question, first: Place, model: Question, faults: Faults) -> None:
    """Versions of one question count the same, whichever of them a student got."""
    for name, ours, theirs in (
        ("points", question.points or 1.0, model.points or 1.0),
        ("optional", question.optional, model.optional),
    ):
        if ours != theirs:
            faults.add((*here, name), f"not that of {describe(first)}, which is in the same group; give them the same")


def _check_report(report: ReportOptions, names: Names, place: Place, faults: Faults) -> None:
    for index, name in enumerate(report.hide):
        if name not in names.hide:
            known = ", ".join(names.hide)
            faults.add((*place, "hide", index), f"no section and no insight has this name; there are: {known}")
    for name, value in report.thresholds.items():
        if name not in names.thresholds:
            known = ", ".join(names.thresholds)
            faults.add((*place, "thresholds", name), f"no threshold has this name; there are: {known}")
            continue
        try:
            msgspec.convert(value, names.thresholds[name])
        except msgspec.ValidationError as fault:
            said = str(fault)
            faults.add((*place, "thresholds", name), f"{said[:1].lower()}{said[1:]}; got {value!r}")
