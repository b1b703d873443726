"""What a claim is turned into: a student's report, or the report of a class, with the findings it shows."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings

from feedback import pipeline
from feedback.analysis import (
    AnalysisSettings,
    Failure,
    Findings,
    decode_class_findings,
    decode_findings,
    encode_class_findings,
    encode_findings,
)
from feedback.contract.formats import Format
from feedback.contract.states import State
from feedback.pipeline import Recipe
from feedback.queue.claims import Claim, Made
from feedback.rendering import Artifact, RenderOptions
from feedback.store.models import Report, Submission

Options = dict[str, str | float]
# A document, the findings it shows, encoded, and when the first event in them was.
Shown = tuple[Artifact, bytes, datetime | None]
_PAGE = 200


def options_of(time_zone: str | None, compare: str | None) -> Options:
    """The options of a submission, resolved when it is made so that its documents never change."""
    options: Options = {
        "tz": time_zone or settings.FEEDBACK_TIME_ZONE,
        "session_gap_minutes": settings.FEEDBACK_SESSION_GAP_MINUTES,
    }
    return options | ({"compare": compare} if compare else {})


def make(submission: Submission, claim: Claim, payload: bytes) -> Made:
    """The document of a claim. Raises pipeline.NothingToReport; any other exception is a fault of ours."""
    begun = time.perf_counter()
    shown = _class_report(submission) if claim.is_class_report else _student(submission, payload)
    artifact, findings, first_event_at = shown
    sha256 = hashlib.sha256(artifact.body).hexdigest()
    return Made(claim, artifact, sha256, findings, first_event_at, time.perf_counter() - begun)


def _student(submission: Submission, payload: bytes) -> Shown:
    recipe = _recipe(submission, _facts(submission) if submission.is_class else None)
    findings = pipeline.find(payload, recipe)
    artifact = pipeline.document(findings, Format(submission.format), recipe)
    return artifact, encode_findings(findings), findings.key_figures.first_at


def _class_report(submission: Submission) -> Shown:
    """Made of the findings stored with the students' reports, and of where those are served."""
    students = submission.reports.filter(kind=Report.Kind.STUDENT).order_by("position")
    failed = students.filter(state=State.FAILURE).values_list("student_id", "namespace", "error")
    failures = [Failure(student_id, namespace or None, reason) for student_id, namespace, reason in failed]
    recipe = _recipe(submission)
    found, links = pipeline.find_class(_made(submission), recipe, failures)
    artifact = pipeline.class_document(found, links, Format(submission.format), recipe)
    return artifact, encode_class_findings(found), found.key_figures.first_at


def filed_class_report(submission: Submission, findings: bytes, links: Sequence[str]) -> bytes:
    """The stored class report once more, for files: it differs in where its rows lead."""
    found = decode_class_findings(findings)
    return pipeline.class_document(found, links, Format(submission.format), _recipe(submission)).body


def _made(submission: Submission) -> Iterator[tuple[str, Findings]]:
    """The link of each student's report that was made, with its findings, in the order of the class."""
    done = submission.reports.filter(kind=Report.Kind.STUDENT, state=State.SUCCESS).order_by("position")
    for report_id, stored in done.values_list("id", "findings").iterator(chunk_size=_PAGE):
        yield f"{submission.id}/reports/{report_id}", decode_findings(bytes(stored or b""))


def _facts(submission: Submission) -> bytes:
    """The class facts, computed by the first worker that needs them; two that do so at once agree."""
    if submission.statistics is None:
        facts = pipeline.class_facts(_payloads(submission), _recipe(submission))
        if submission.options.get("compare") == "class":
            recipe = _recipe(submission, facts)
            found = (pipeline.find(payload, recipe) for payload in _payloads(submission))
            facts = pipeline.with_comparison_facts(facts, found)
        submission.statistics = facts
        # Unless somebody was erased from the class meanwhile (erasure.py), which changes its identity.
        same = Submission.objects.filter(id=submission.id, identity=submission.identity)
        same.update(statistics=submission.statistics)
    return bytes(submission.statistics)


def _payloads(submission: Submission) -> Iterator[bytes]:
    students = submission.reports.filter(kind=Report.Kind.STUDENT).order_by("position")
    for payload in students.values_list("payload", flat=True).iterator(chunk_size=_PAGE):
        yield bytes(payload)


def _recipe(submission: Submission, facts: bytes | None = None) -> Recipe:
    analysis = AnalysisSettings(session_gap_minutes=submission.options["session_gap_minutes"])
    return Recipe(analysis, RenderOptions(time_zone=submission.options["tz"]), facts)
