"""Looks: submissions that are no attempts.

In a log of page visits every visit of a question is an event that carries its score. Such a submission is an attempt
where the score differs from the question's last one (0 before its first event), or where at least half a minute of
work lies before it. In the other logs, submissions that came in a batch and only repeat a score are looks.
"""

from collections.abc import Sequence

from feedback.analysis.times import SECOND
from feedback.events.kinds import Kind
from feedback.phrasing.numbers import same

WORK = 30 * SECOND


def visit_looks(
    questions: Sequence[int], kinds: Sequence[Kind], scores: Sequence[float | None], work: Sequence[int | None]
) -> list[bool]:
    """Which events of a log of page visits are looks; `work` is the time before each, in microseconds."""
    last: dict[int, float] = {}
    flags = []
    for question, kind, score, spent in zip(questions, kinds, scores, work, strict=True):
        if kind != "submission":
            flags.append(False)
            continue
        changed = score is not None and not same(score, last.get(question, 0.0))
        flags.append(not changed and (spent is None or spent < WORK))
        if score is not None:
            last[question] = score
    return flags


def batch_looks(
    questions: Sequence[int], kinds: Sequence[Kind], scores: Sequence[float | None], batched: Sequence[bool]
) -> list[bool]:
    """Which submissions of a batch repeat the score, or its absence, of the one before on their question."""
    if not any(batched):
        return [False] * len(kinds)
    last: dict[int, float | None] = {}
    flags = []
    for question, kind, score, in_batch in zip(questions, kinds, scores, batched, strict=True):
        flags.append(in_batch and question in last and last[question] == score)
        if kind == "submission":
            last[question] = score
    return flags
