"""What a claim is turned into: a student's report, or the report of a class, with the findings it shows."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings

from feedback.analysis import (
    AnalysisSettings,
    ClassStatistics,
    Failure,
    Findings,
    analyse,
    analyse_class,
    decode_class_findings,
    decode_findings,
    decode_statistics,
    encode_class_findings,
    encode_findings,
    encode_statistics,
    with_comparison,
)
from feedback.contract.formats import Format
from feedback.contract.states import State
from feedback.events import decode_student
from feedback.queue.claims import Claim, Made
from feedback.rendering import (
    Artifact,
    RenderOptions,
    render,
    render_class,
)
from feedback.store.models import Report, Submission

Options = dict[str, str | float]
# A document, the findings it shows, encoded, and when the first event in them was.
Shown = tuple[Artifact, bytes, datetime | None]
_PAGE = 200


class NothingToReport(Exception):
    """A class of which not one report could be made has no class report."""


def options_of(time_zone: str | None, compare: str | None) -> Options:
    """The options of a submission, resolved when it is made so that its documents never change."""
    options: Options = {
        "tz": time_zone or settings.FEEDBACK_TIME_ZONE,
        "session_gap_minutes": settings.FEEDBACK_SESSION_GAP_MINUTES,
    }
    return options | ({"compare": compare} if compare else {})


def make(submission: Submission, claim: Claim) -> Made:
    """The document of a claim. Raises NothingToReport; any other exception is a fault of ours."""
    begun = time.perf_counter()
    shown = _class_report(submission) if claim.kind is Report.Kind.CLASS else _student(submission, claim)
    artifact, findings, first_event_at = shown
    sha256 = hashlib.sha256(artifact.body).hexdigest()
    return Made(claim, artifact, sha256, findings, first_event_at, time.perf_counter() - begun)


def _student(submission: Submission, claim: Claim) -> Shown:
    findings = _analyse(submission, claim.payload)
    if submission.options.get("compare") == "class":
        findings = with_comparison(findings, _statistics(submission))
    artifact = render(findings, Format(submission.format), _render_options(submission))
    return artifact, encode_findings(findings), findings.key_figures.first_at


def _class_report(submission: Submission) -> Shown:
    """A function of the findings stored with the students' reports and of where those are served."""
    students = submission.reports.filter(kind=Report.Kind.STUDENT).order_by("position")
    failed = students.filter(state=State.FAILURE).values_list("student_id", "namespace", "error")
    failures = [Failure(student_id, namespace or None, reason) for student_id, namespace, reason in failed]
    links: list[str] = []
    found = analyse_class(_findings_of(submission, links), failures)
    if not links:
        raise NothingToReport(f"None of the {submission.students} reports of this class could be made.")
    artifact = render_class(found, Format(submission.format), _render_options(submission), links)
    return artifact, encode_class_findings(found), found.key_figures.first_at


def filed_class_report(submission: Submission, findings: bytes, links: Sequence[str]) -> bytes:
    """The stored class report once more, for files: it differs in where its rows lead."""
    found = decode_class_findings(findings)
    return render_class(found, Format(submission.format), _render_options(submission), links).body


def _findings_of(submission: Submission, links: list[str]) -> Iterator[Findings]:
    """What was found about each student; `links` grows along, so that a row never leads to someone else's report."""
    done = submission.reports.filter(kind=Report.Kind.STUDENT, state=State.SUCCESS).order_by("position")
    for report_id, stored in done.values_list("id", "findings").iterator(chunk_size=_PAGE):
        links.append(f"{submission.id}/reports/{report_id}")
        yield decode_findings(bytes(stored or b""))


def _statistics(submission: Submission) -> ClassStatistics:
    """What to compare with, computed by the first worker that needs it; two that do so at once agree."""
    if submission.statistics is None:
        submission.statistics = encode_statistics(analyse_class(_all_findings(submission)).statistics)
        # Unless somebody was erased from the class meanwhile (erasure.py), which changes its identity.
        same = Submission.objects.filter(id=submission.id, identity=submission.identity)
        same.update(statistics=submission.statistics)
    return decode_statistics(bytes(submission.statistics))


def _all_findings(submission: Submission) -> Iterator[Findings]:
    students = submission.reports.filter(kind=Report.Kind.STUDENT).order_by("position")
    for payload in students.values_list("payload", flat=True).iterator(chunk_size=_PAGE):
        yield _analyse(submission, bytes(payload))


def _analyse(submission: Submission, payload: bytes) -> Findings:
    settings_ = AnalysisSettings(session_gap_minutes=submission.options["session_gap_minutes"])
    return analyse(decode_student(payload), settings_)


def _render_options(submission: Submission) -> RenderOptions:
    return RenderOptions(time_zone=submission.options["tz"])
