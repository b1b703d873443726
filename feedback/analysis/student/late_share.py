"""The end of the time: how much happened in it, and what was opened only there.

The share of the time is a choice of ours; that beginning and submitting early goes with better results
is from Edwards et al. 2009, "Comparing effective and ineffective behaviors of student programmers".
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from feedback.analysis.findings import LateShare, Question
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.log import Log
from feedback.analysis.times import microseconds, moment


def late_share_of(log: Log, questions: Sequence[Question], settings: AnalysisSettings) -> LateShare | None:
    """The last `late_share_of_window` of the exam's window, else of the time in sittings; None where there is none."""
    span, instants = log.span, log.timed
    if span is None or span[0] >= span[1]:
        return None
    if log.bounds is not None and log.bounds.end is not None:
        instants = instants[bisect_left(instants, span[0]) : bisect_right(instants, span[1])]
        start = span[1] - round((span[1] - span[0]) * settings.late_share_of_window)
    else:
        start = _start_of_the_end(instants, settings)
    if not instants:
        return None
    from_at, events = moment(start), len(instants) - bisect_left(instants, start)
    # An event without a time may have come earlier, so nobody knows when its question was opened.
    untimed = {mark.question for mark, at in zip(log.marks, log.instants, strict=True) if at is None}
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


def _start_of_the_end(instants: Sequence[int], settings: AnalysisSettings) -> int:
    """When all but the last part of the time had gone by; breaks between sittings are no time."""
    longest = microseconds(settings.sitting_gap_minutes)
    gaps = [later - earlier for earlier, later in pairwise(instants)]
    left = round(sum(gap for gap in gaps if gap <= longest) * settings.late_share_of_window)
    for position in range(len(gaps) - 1, -1, -1):
        if gaps[position] > longest:
            continue
        if gaps[position] >= left:
            return instants[position + 1] - left
        left -= gaps[position]
    return instants[0]
