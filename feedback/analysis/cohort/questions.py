"""Each question over the class."""

from array import array
from collections import defaultdict

from feedback.analysis.cohort.findings import QuestionStatistics
from feedback.analysis.cohort.spread import spread_of
from feedback.analysis.findings import Findings, Question
from feedback.analysis.scores import FULL_SCORE
from feedback.analysis.units import Unit, in_order


class _Tally:
    """What one question needs of the class: counts, and two numbers a student."""

    def __init__(self) -> None:
        self.touched = self.submitted = self.scored = self.solved = self.unsubmitted = self.events = 0
        self.seconds, self.submissions = array("d"), array("d")

    def add(self, question: Question) -> None:
        self.touched += 1
        self.events += question.events
        self.submitted += question.submissions > 0
        self.unsubmitted += question.saved_not_submitted
        self.submissions.append(question.submissions)
        if question.seconds is not None:
            self.seconds.append(question.seconds)
        if question.progress is not None:
            self.scored += 1
            self.solved += question.progress.best >= FULL_SCORE

    def statistics(self, number: int, unit: Unit) -> QuestionStatistics:
        return QuestionStatistics(
            label=f"C{number}",
            number=number,
            unit=unit.name,
            unit_kind=unit.kind,
            touched=self.touched,
            submitted=self.submitted,
            solved=self.solved if self.scored else None,
            saved_not_submitted=self.unsubmitted,
            events=self.events,
            seconds=spread_of(self.seconds),
            submissions=spread_of(self.submissions, whole=True),
        )


class QuestionsTally:
    """Gathers students one by one."""

    def __init__(self) -> None:
        self._tallies: defaultdict[Unit, _Tally] = defaultdict(_Tally)

    def add(self, findings: Findings) -> None:
        """Count one student's questions."""
        for question in findings.questions:
            self._tallies[Unit(question.unit_kind, question.unit)].add(question)

    def statistics(self) -> tuple[QuestionStatistics, ...]:
        """One entry for each unit anybody touched, in the order of units."""
        return tuple(
            self._tallies[unit].statistics(number, unit) for number, unit in enumerate(in_order(self._tallies), start=1)
        )
