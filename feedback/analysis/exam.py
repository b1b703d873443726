"""The exam's context as the analysis looks at it: the questions by their units."""

from collections.abc import Mapping
from functools import cached_property

from feedback.analysis.units import Unit, unit_of
from feedback.events.context import Context, Question


class ExamContext:
    """A context with its questions by their units, which depend on whether the body has section numbers."""

    def __init__(self, context: Context, *, section_numbers: bool) -> None:
        self.given = context
        self.exam, self.report = context.exam, context.report
        self._section_numbers = section_numbers

    @cached_property
    def questions(self) -> Mapping[Unit, Question]:
        """What was said about each question, in the order given."""
        return {unit_of(each.unit, self._section_numbers): each for each in self.given.questions}

    def points(self, unit: Unit) -> float | None:
        """The points of a unit, 1 where none are given.

        None where the exam's questions are known and this one is not among them: it is shown, and not counted.
        """
        about = self.questions.get(unit)
        if about is None:
            return None if self.questions else 1.0
        return 1.0 if about.points is None else about.points

    @property
    def by_last(self) -> bool:
        """Whether the last submission of a question counts, and not the best."""
        return self.exam.counts == "last"
