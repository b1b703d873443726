"""An attempt at each claim: a document, or what its fault does to the claim."""

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import Error as DatabaseError

from feedback import pipeline
from feedback.queue import claims
from feedback.queue.claims import Claim, Made
from feedback.queue.observed import observed
from feedback.queue.render_job import RenderJob
from feedback.store.models import MAX_ATTEMPTS

log = structlog.stdlib.get_logger(__name__)


def document(job: RenderJob, claim: Claim) -> Made | None:
    """The document of a claim; None where it was erased since it was claimed, or is now written down as failed.

    Faults of the database or the disk pass through.
    """
    task = job.task_of(claim)
    if task is None:
        return None
    kind = "class" if claim.is_class_report else "student"
    with observed("make document", task, kind=kind, attempt=claim.attempt):
        try:
            return job.make(claim)
        except pipeline.NothingToReport as reason:
            claims.fail([(claim, f"{reason} Each has its own reason in the manifest.")])
        except (DatabaseError, OSError):
            raise  # no document reads anything but the database and what is installed: it is not to blame
        except SoftTimeLimitExceeded as fault:
            _failed(claim, fault)
            raise
        except Exception as fault:
            _failed(claim, fault)
        return None


def _failed(claim: Claim, fault: Exception) -> None:
    """A fault of ours: try again later and alone, and give up after the last attempt. The log has the inside."""
    log.error("an attempt failed", report_id=str(claim.report_id), attempt=claim.attempt, exc_info=fault)
    if claim.attempt < MAX_ATTEMPTS:
        claims.back_off(claim)
        return
    reason = (
        f"Making this report failed {MAX_ATTEMPTS} times, so it was given up. Submit the same body again to try "
        f"once more; if it fails again, report it with the id {claim.report_id}: the log has the cause."
    )
    claims.fail([(claim, reason)])
