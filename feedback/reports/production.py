"""Making reports: claim, analyse, render, store. Done ten times over, it is done once.

A worker may vanish at any line of this file: what it had claimed is due again when the lease runs out,
and what it had not committed never happened.
"""

import hashlib
import logging
import time
from uuid import UUID

from django.conf import settings
from django.db import Error as DatabaseError
from django.db.models.functions import Now

from feedback.analysis import (
    AnalysisSettings,
    Failure,
    analyse,
    analyse_class,
    decode_findings,
    encode_findings,
)
from feedback.events import decode_student
from feedback.rendering import Artifact, Format, RenderOptions, render, render_class
from feedback.rendering.manifest import State
from feedback.reports import claims
from feedback.reports.claims import Claim, Made
from feedback.reports.models import MAX_ATTEMPTS, Report, Submission

log = logging.getLogger(__name__)

# Long enough that messages vanish beside the work, short enough that a class never keeps a single waiting.
SLICE_SECONDS = 0.5
_PAGE = 200


class NothingToReport(Exception):
    """A class of which not one report could be made has no class report."""


def produce(submission_id: UUID, seconds: float = SLICE_SECONDS) -> bool:
    """Work on a submission for about `seconds`; True where there was more to do when the time was over.

    Faults of the database pass through, once everything claimed has been handed back as far as that is
    still possible.
    """
    submission = Submission.objects.filter(id=submission_id).first()
    if submission is None:
        return False
    if submission.is_class:
        Submission.objects.filter(id=submission_id).update(attended_at=Now())
    until = time.monotonic() + seconds
    while claimed := claims.claim(submission_id):
        _make(submission, claimed)
        if time.monotonic() >= until:
            return claims.due(Report.objects.filter(submission=submission_id)).exists()
    return False


def _make(submission: Submission, claimed: list[Claim]) -> None:
    """Make every claimed report and commit them in one write, failures beside successes."""
    made: list[Made] = []
    try:
        for claim in claimed:
            try:
                made.append(_document(submission, claim))
            except NothingToReport as reason:
                claims.fail([(claim, f"{reason} Each has its own reason in the manifest.")])
            except (DatabaseError, MemoryError):
                raise
            except Exception as fault:
                _attempt_failed(claim, fault)
        stored = claims.store(made)
    except BaseException:
        _hand_back(claimed)
        raise
    if stored < len(made):
        log.warning("submission %s: %d reports had been taken over by others", submission.id, len(made) - stored)


def _document(submission: Submission, claim: Claim) -> Made:
    format_ = Format(submission.format)
    options = RenderOptions(time_zone=submission.options["tz"])
    if claim.kind is Report.Kind.CLASS:
        return _made(claim, _class_report(submission, format_, options), None)
    findings = analyse(decode_student(claim.payload), analysis_settings(submission))
    return _made(claim, render(findings, format_, options), encode_findings(findings))


def _made(claim: Claim, artifact: Artifact, findings: bytes | None) -> Made:
    return Made(claim, artifact, hashlib.sha256(artifact.body).hexdigest(), findings)


def analysis_settings(submission: Submission) -> AnalysisSettings:
    return AnalysisSettings(session_gap_minutes=submission.options["session_gap_minutes"])


def _class_report(submission: Submission, format_: Format, options: RenderOptions) -> Artifact:
    """A function of the findings stored with the students' reports and of where those are served."""
    students = submission.reports.filter(kind=Report.Kind.STUDENT).order_by("position")
    done = students.filter(state=State.SUCCESS)
    links = [f"{submission.id}/reports/{report_id}" for report_id in done.values_list("id", flat=True)]
    if not links:
        raise NothingToReport(f"None of the {submission.students} reports of this class could be made.")
    failures = [
        Failure(student_id=student_id, namespace=namespace, reason=error)
        for student_id, namespace, error in students.filter(state=State.FAILURE).values_list(
            "student_id", "namespace", "error"
        )
    ]
    pages = done.values_list("findings", flat=True).iterator(chunk_size=_PAGE)
    findings = (decode_findings(bytes(stored or b"")) for stored in pages)
    return render_class(analyse_class(findings, failures), format_, options, links)


def _attempt_failed(claim: Claim, fault: Exception) -> None:
    """A fault of ours: try again alone, and give up after the last attempt. The log has the inside."""
    log.error("report %s, attempt %d of %d failed", claim.report_id, claim.attempt, MAX_ATTEMPTS, exc_info=fault)
    if claim.attempt < MAX_ATTEMPTS:
        claims.hand_back([claim], counted=True)
        return
    reason = (
        f"Making this report failed {MAX_ATTEMPTS} times, so it was given up. Submit the same body again to try "
        f"once more; if it fails again, report it with the id {claim.report_id}: the log has the cause."
    )
    claims.fail([(claim, reason)])


def _hand_back(claimed: list[Claim]) -> None:
    try:
        claims.hand_back(claimed)
    except DatabaseError as fault:
        log.warning("claims could not be handed back, so their lease must run out: %s", fault)


def default_options(time_zone: str | None) -> dict[str, str | float]:
    """The options of a submission, resolved when it is made so that its documents never change."""
    return {
        "tz": time_zone or settings.FEEDBACK_TIME_ZONE,
        "session_gap_minutes": settings.FEEDBACK_SESSION_GAP_MINUTES,
    }
