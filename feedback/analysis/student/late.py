"""The end of the window: how much happened in it, and what was opened only there.

The share of the window is a choice of ours; that beginning and submitting early goes with better results
is from Edwards et al. 2009, "Comparing effective and ineffective behaviors of student programmers".
"""

from bisect import bisect_left
from collections.abc import Sequence

from feedback.analysis.findings import LateShare, Question
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.log import Log
from feedback.analysis.times import moment


def late_share_of(log: Log, questions: Sequence[Question], settings: AnalysisSettings) -> LateShare | None:
    """The last `late_share_of_window` of the window; None where the window has no length."""
    instants = [at for at in log.instants if at is not None]
    if not instants or instants[0] == instants[-1]:
        return None
    start = instants[-1] - round((instants[-1] - instants[0]) * settings.late_share_of_window)
    from_at, events = moment(start), len(instants) - bisect_left(instants, start)
    # An event without a time may have come earlier, so nobody knows when its question was opened.
    untimed = {mark.question for mark in log.marks if mark.at is None}
    return LateShare(
        from_at=from_at,
        events=events,
        share=events / len(instants),
        first_touched=tuple(
            question.alias
            for question in questions
            if question.first_at is not None and question.first_at >= from_at and question.number not in untimed
        ),
    )
