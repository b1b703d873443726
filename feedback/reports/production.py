"""Making reports: claim, analyse, render, store. Done ten times over, it is done once.

A worker may vanish at any line of this file: what it had claimed is due again when the lease runs out,
and what it had not committed never happened.
"""

import time
from collections import deque
from collections.abc import Sequence
from uuid import UUID

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import Error as DatabaseError
from django.db.models.functions import Now

from feedback.reports import claims, documents, heartbeat
from feedback.reports.claims import Claim, Made
from feedback.reports.models import MAX_ATTEMPTS, Report, Submission

log = structlog.stdlib.get_logger(__name__)

# Long enough that messages vanish beside the work, short enough that a class never keeps a single waiting.
SLICE_SECONDS = 0.5
# The seconds that a report lately took in this process, by format.
_pace: dict[str, float] = {}


def produce(submission_id: UUID, seconds: float = SLICE_SECONDS) -> bool:
    """Work on a submission for about `seconds`; True where there was more to do when the time was over.

    Faults of the database or the disk pass through, once everything claimed has been handed back as far
    as that is still possible.
    """
    submission = Submission.objects.filter(id=submission_id).first()
    if submission is None:
        return False
    if submission.is_class:
        Submission.objects.filter(id=submission_id).update(attended_at=Now())
    until = time.monotonic() + seconds
    with structlog.contextvars.bound_contextvars(task_id=str(submission_id), request_id=submission.request_id):
        while claimed := claims.claim(submission_id, _handful(submission.format, until)):
            with heartbeat.keeping(claimed):
                _make(submission, claimed, until)
            if not submission.is_class:
                return False  # it had one report: if that failed, it rests, and the sweep brings it back
            if time.monotonic() >= until:
                return claims.due(Report.objects.filter(submission=submission_id)).exists()
    return False


def _handful(format_: str, until: float) -> int:
    """How many reports to claim: what this process, at its latest pace, makes in the time that is left."""
    if format_ not in _pace:
        return claims.CHUNK
    return min(max(round((until - time.monotonic()) / _pace[format_]), 1), claims.MOST)


def _make(submission: Submission, claimed: list[Claim], until: float) -> None:
    """Make claimed reports until the time is over, at least one; commit them in one write, hand back the others."""
    made: list[Made] = []
    left = deque(claimed)
    try:
        while left and (len(left) == len(claimed) or time.monotonic() < until):
            if document := _attempt(submission, left[0]):
                made.append(document)
            left.popleft()
        stored = claims.store(made)
        if made:
            _pace[submission.format] = sum(one.seconds for one in made) / len(made)
    except BaseException:
        _hand_back(claimed)
        raise
    if stored:
        log.info("documents stored", number=stored)
    if stored < len(made):
        log.warning("documents refused: their reports had been taken over", number=len(made) - stored)
    _hand_back(left)


def _attempt(submission: Submission, claim: Claim) -> Made | None:
    """The document of a claim; None where there is none, once that has been written down."""
    try:
        return documents.make(submission, claim)
    except documents.NothingToReport as reason:
        claims.fail([(claim, f"{reason} Each has its own reason in the manifest.")])
    except (DatabaseError, OSError):
        raise  # no report reads anything but the database and what is installed: it is not to blame
    except SoftTimeLimitExceeded as fault:
        _attempt_failed(claim, fault)
        raise
    except Exception as fault:
        _attempt_failed(claim, fault)
    return None


def _attempt_failed(claim: Claim, fault: Exception) -> None:
    """A fault of ours: try again later and alone, and give up after the last attempt. The log has the inside."""
    log.error("an attempt failed", report_id=str(claim.report_id), attempt=claim.attempt, exc_info=fault)
    if claim.attempt < MAX_ATTEMPTS:
        claims.rest(claim)
        return
    reason = (
        f"Making this report failed {MAX_ATTEMPTS} times, so it was given up. Submit the same body again to try "
        f"once more; if it fails again, report it with the id {claim.report_id}: the log has the cause."
    )
    claims.fail([(claim, reason)])


def _hand_back(claimed: Sequence[Claim]) -> None:
    try:
        claims.hand_back(claimed)
    except DatabaseError as fault:
        log.warning("claims could not be handed back, so their lease must run out", fault=str(fault))
