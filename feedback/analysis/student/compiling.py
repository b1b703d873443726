"""How errors of the compiler were handled: Jadud's error quotient, as far as a log of events can tell it.

Jadud 2006, "Methods and tools for exploring novice compilation behaviour", takes the compilations of a session in
pairs of neighbours. A pair of which both end in an error costs 8, and 3 more where both are the same type of error;
each pair is divided by 11, and the quotient is their mean: 0 for a student who never fails twice in a row, 1 for one
who always meets the same error again. A log of ours does not say which type an error is, so the quotient is known
within two bounds: as if no two errors were of one type, and as if all were.
"""

from collections.abc import Iterator
from itertools import pairwise

from feedback.analysis.findings import Compiling
from feedback.analysis.settings import AnalysisSettings
from feedback.analysis.student.log import Log
from feedback.analysis.times import microseconds
from feedback.events.kinds import Kind

BOTH_FAILED, SAME_TYPE = 8, 3
# Compilations in a log with events for those that succeed, and without: then what came so far was compiled.
_CAME_SO_FAR = frozenset[Kind]({"compile_error", "run", "submission"})
_COMPILED = frozenset[Kind]({"compile_error", "compile"})


def compiling_of(log: Log, settings: AnalysisSettings) -> Compiling | None:
    """The compilations of a student; None where none failed, as the platform may not record how they end.

    The quotient is None where no two compilations follow each other within a sitting.
    """
    kinds = {mark.kind for mark in log.marks}
    if "compile_error" not in kinds:
        return None
    counted = _COMPILED if "compile" in kinds else _CAME_SO_FAR
    pairs = list(_pairs(log, counted, settings))
    both = sum(one == other == "compile_error" for one, other in pairs)
    compilations = [mark.kind for mark in log.marks if mark.kind in counted]
    worst = BOTH_FAILED + SAME_TYPE
    return Compiling(
        compilations=len(compilations),
        errors=compilations.count("compile_error"),
        pairs=len(pairs),
        failed_pairs=both,
        error_quotient_low=BOTH_FAILED * both / (worst * len(pairs)) if pairs else None,
        error_quotient_high=both / len(pairs) if pairs else None,
    )


def _pairs(log: Log, kinds: frozenset[Kind], settings: AnalysisSettings) -> Iterator[tuple[Kind, Kind]]:
    """The kinds of each two compilations that follow each other in time, with no break between sittings between."""
    limit = microseconds(settings.sitting_gap_minutes)
    timed = [
        (mark.kind, at)
        for mark, at in zip(log.marks, log.instants, strict=True)
        if at is not None and mark.kind in kinds and not mark.look
    ]
    for (one, before), (other, after) in pairwise(timed):
        if after - before <= limit:
            yield one, other
