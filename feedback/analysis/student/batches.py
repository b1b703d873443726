"""Batches: submissions to several questions within moments of each other.

Some platforms submit every question at the press of one button. Such submissions are counted as they
were sent, but say nothing about how a student works: the data notes name them, and insights leave out
those that repeat what stood there before.
"""

from collections.abc import Iterator, Sequence

from feedback.analysis.findings import Mark
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.times import SECOND


def batched(marks: Sequence[Mark], gaps: Sequence[int | None], settings: AnalysisSettings) -> tuple[bool, ...]:
    """Which marks belong to a batch: submissions `batch_seconds` or less apart, to `batch_questions` or more.

    `marks` and `gaps` (microseconds to the timed mark before) are parallel and in time order.
    """
    flags = [False] * len(marks)
    for run in _runs(marks, gaps, round(settings.batch_seconds * SECOND)):
        if len(run) >= settings.batch_questions and len({marks[i].question for i in run}) >= settings.batch_questions:
            flags[run.start : run.stop] = [True] * len(run)
    return tuple(flags)


def _runs(marks: Sequence[Mark], gaps: Sequence[int | None], limit: int) -> Iterator[range]:
    """The runs of neighbouring timed submissions, each at most `limit` after the one before."""
    start = 0
    for i, (mark, gap) in enumerate(zip(marks, gaps, strict=True)):
        if mark.kind != "submission" or mark.at is None:
            yield range(start, i)
            start = i + 1
        elif gap is None or gap > limit:
            yield range(start, i)
            start = i
    yield range(start, len(marks))


def without_repeats(marks: Sequence[Mark], flags: Sequence[bool]) -> list[int]:
    """The positions of all marks but the batched submissions that repeat the score (or its absence) before."""
    if not any(flags):
        return list(range(len(marks)))
    kept, last = [], dict[int, float | None]()
    for position, (mark, in_batch) in enumerate(zip(marks, flags, strict=True)):
        repeats = in_batch and mark.question in last and last[mark.question] == mark.score
        if mark.kind == "submission":
            last[mark.question] = mark.score
        if not repeats:
            kept.append(position)
    return kept
