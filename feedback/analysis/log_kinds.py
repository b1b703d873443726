"""Which kind of log a body is: of saves, of submissions, or of page visits.

The thresholds were tried on three real exams and three contests: both exams with an event for each page visit are
found, and nothing else is.
"""

from collections.abc import Sequence
from itertools import pairwise

from feedback.events.context import LogKind
from feedback.events.kinds import Kind
from feedback.phrasing.numbers import same

OTHER_QUESTION, AGAIN, SAME_SCORE, SAVES = 0.95, 0.30, 0.50, 0.01


class LogKindTally:
    """Gathers the events of a body student by student; a handful of counts, however large the body is."""

    def __init__(self) -> None:
        self._events = self._saves = self._submissions = 0
        self._neighbours = self._changes = self._again = self._same = 0

    def add(self, questions: Sequence[object], kinds: Sequence[Kind], scores: Sequence[float | None]) -> None:
        """Count one student's events, which come in time order."""
        self._events += len(kinds)
        self._saves += kinds.count("save")
        submitted = [i for i, kind in enumerate(kinds) if kind == "submission"]
        self._submissions += len(submitted)
        self._neighbours += max(len(submitted) - 1, 0)
        self._changes += sum(questions[i] != questions[j] for i, j in pairwise(submitted))
        last: dict[object, float | None] = {}
        for i in submitted:
            question, score = questions[i], scores[i]
            if question in last:
                before = last[question]
                self._again += 1
                self._same += score is not None and before is not None and same(score, before)
            last[question] = score

    def log_kind(self) -> LogKind:
        """What the events gathered make the log."""
        visits = (
            self._neighbours > 0
            and self._changes >= OTHER_QUESTION * self._neighbours
            and self._again >= AGAIN * self._submissions
            and self._same >= SAME_SCORE * self._again
            and self._saves < SAVES * self._events
        )
        if visits:
            return "visits"
        return "saves" if self._saves else "submissions"
