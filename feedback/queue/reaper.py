"""The sweep: give up what has no attempt left, and ring if anything is ready that nobody may have rung for."""

import structlog

from feedback.queue import claims, doorbell

log = structlog.stdlib.get_logger(__name__)


def sweep() -> None:
    """Safe at any time and any number of times, in several workers at once too."""
    if given_up := claims.give_up_exhausted():
        log.warning("reports given up: their worker was lost on the last attempt", number=given_up)
    if claims.anything_ready():
        doorbell.ring()
