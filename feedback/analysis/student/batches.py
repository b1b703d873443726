"""Batches: submissions to several questions within moments of each other.

Some platforms submit every question at the press of one button. The data notes name such submissions; those that only
repeat a score are looks (`looks`).
"""

from collections.abc import Iterator, Sequence

from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.times import SECOND
from feedback.events.kinds import Kind


def batched(
    questions: Sequence[int], kinds: Sequence[Kind], gaps: Sequence[int | None], settings: AnalysisSettings
) -> list[bool]:
    """Which events belong to a batch: submissions `batch_seconds` or less apart, to `batch_questions` or more.

    The sequences are parallel and in time order; `gaps` are microseconds since the timed event before.
    """
    flags = [False] * len(kinds)
    for run in _runs(kinds, gaps, round(settings.batch_seconds * SECOND)):
        if len(run) >= settings.batch_questions and len({questions[i] for i in run}) >= settings.batch_questions:
            flags[run.start : run.stop] = [True] * len(run)
    return flags


def _runs(kinds: Sequence[Kind], gaps: Sequence[int | None], limit: int) -> Iterator[range]:
    """The runs of neighbouring submissions, each at most `limit` after the one before."""
    start = 0
    for i, (kind, gap) in enumerate(zip(kinds, gaps, strict=True)):
        if kind != "submission":
            yield range(start, i)
            start = i + 1
        elif gap is None or gap > limit:
            yield range(start, i)
            start = i
    yield range(start, len(kinds))
