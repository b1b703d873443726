"""The sweep: give up what has no attempt left, and ring if anything is ready that nobody may have rung for."""

import structlog
from django.db import transaction

from feedback.queue import announcements, claims, doorbell
from feedback.queue.statements import change, found_id, rows
from feedback.store.models import HEADLINE, MAX_ATTEMPTS

log = structlog.stdlib.get_logger(__name__)


def sweep() -> None:
    """Safe at any time and any number of times, in several workers at once too."""
    if given_up := give_up_exhausted():
        log.warning("reports given up: their worker was lost on the last attempt", number=given_up)
    if claims.anything_ready():
        doorbell.ring()


def give_up_exhausted() -> int:
    """FAILURE for every document whose last attempt ran out with no word from its worker; returns how many."""
    reason = (
        f"The worker was lost {MAX_ATTEMPTS} times while making this report, so it was given up. "
        "Submit the same body again to try once more; if it fails again, report it with the task_id."
    )
    with transaction.atomic():
        given_up = rows("give_up", error=reason)
        announcements.write([found_id(id_) for id_, position in given_up if position == HEADLINE])
    return len(given_up)


def note_beat() -> None:
    """Note that beat asked for a sweep, which begins now."""
    change("note_beat")


def begin_sweep(unless_within: float) -> bool:
    """Note that a sweep begins now; False where there was one in the last so many seconds, also of another worker."""
    return change("begin_sweep", seconds=unless_within) > 0


def last_sweep() -> tuple[float, float]:
    """How many seconds ago the last sweep began, and the last that beat asked for; infinite where there was none."""
    [found] = rows("last_sweep") or [(None, None)]
    swept, beat = (float("inf") if seconds is None else float(seconds) for seconds in found)
    return swept, beat
