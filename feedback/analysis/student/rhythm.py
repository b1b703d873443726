"""The rhythm of the work: intervals within sessions, pauses, and intervals between submissions.

Pauses are told apart by length as in Shrestha et al. 2022, "Pausing While Programming: Insights From
Keystroke Analysis": here from 3 to 10 minutes, and over 10. A break between two sittings is no pause.
"""

from collections.abc import Sequence
from itertools import chain

from feedback.analysis.findings import Pause, Question, Rhythm
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.log import Log
from feedback.analysis.times import SECOND, microseconds, moment, quartiles


def rhythm_of(log: Log, questions: Sequence[Question], settings: AnalysisSettings) -> Rhythm:
    """The rhythm; medians and quartiles are None where there is no interval. A log of page visits has no rhythm."""
    if log.visits:
        return Rhythm()
    intervals = [gap for gap in log.charged if gap is not None]
    middle = quartiles(intervals) if intervals else None
    pauses = _pauses(log, settings)
    long_pauses = sum(pause.kind == "long_pause" for pause in pauses)
    between = list(chain.from_iterable(log.between_submissions))
    return Rhythm(
        intervals=len(intervals),
        median_seconds=middle.median / SECOND if middle else None,
        q1_seconds=middle.q1 / SECOND if middle else None,
        q3_seconds=middle.q3 / SECOND if middle else None,
        pauses=pauses,
        medium_pauses=len(pauses) - long_pauses,
        long_pauses=long_pauses,
        submission_intervals=len(between),
        median_submission_interval_seconds=quartiles(between).median / SECOND if between else None,
        quick_resubmissions=sum(question.quick_resubmissions for question in questions),
    )


def _pauses(log: Log, settings: AnalysisSettings) -> tuple[Pause, ...]:
    least, most = microseconds(settings.pause_minutes), microseconds(settings.long_pause_minutes)
    sitting = microseconds(settings.sitting_gap_minutes)
    pauses = []
    question = 0
    for mark, at, gap in zip(log.marks, log.instants, log.gaps, strict=True):
        if at is None:
            continue
        if gap is not None and least <= gap <= sitting:
            pauses.append(
                Pause(
                    kind="long_pause" if gap > most else "pause",
                    start_at=moment(at - gap),
                    end_at=moment(at),
                    seconds=gap / SECOND,
                    question_before=log.aliases[question - 1],
                    question_after=log.aliases[mark.question - 1],
                )
            )
        question = mark.question
    return tuple(pauses)
