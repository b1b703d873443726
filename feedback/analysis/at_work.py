"""Until when a class was at work on a course."""

from collections.abc import Iterable
from math import ceil

from feedback.analysis.outliers import near_part

# A class is at work while so large a part of its students has the last event to come.
_PART = 0.1


def at_work_until(last_events: Iterable[int], far_off_hours: float) -> int:
    """The instant at which a tenth of the students, or one of a few, still has the last event to come, or has it then.

    `last_events` has one instant for each student with events, and is not empty; those that are far off do not count.
    """
    ends = sorted(last_events)
    near = near_part(ends, far_off_hours)
    return ends[near[-ceil(_PART * len(near))]]
