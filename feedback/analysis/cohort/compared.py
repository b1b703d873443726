"""A student's own numbers beside the class's."""

from typing import Literal

import msgspec


class ComparedMeasure(msgspec.Struct, frozen=True, gc=False):
    """A number of the student's own beside the class's: `students` is how many the class figures rest on.

    The median and the quartiles are None where fewer than `comparison_students` students have the number.
    """

    measure: str
    name: str
    unit: Literal["seconds", "count"]
    own: float | None
    students: int
    median: float | None
    q1: float | None
    q3: float | None


class ComparedQuestion(msgspec.Struct, frozen=True, gc=False):
    """One question beside the class: `alias` is the student's own (None where untouched), `class_label` the class's."""

    alias: str | None
    class_label: str
    unit: str
    students: int
    seconds: ComparedMeasure
    submissions: ComparedMeasure


class Comparison(msgspec.Struct, frozen=True, gc=False):
    """The class beside the student's own numbers: only where it was asked for, and the class is large enough.

    `never_touched` names the units that nearly all of the class worked on (`common_question_share`) and this
    student's log does not hold.
    """

    students: int
    measures: tuple[ComparedMeasure, ...]
    questions: tuple[ComparedQuestion, ...]
    never_touched: tuple[str, ...] = ()
