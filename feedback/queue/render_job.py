"""What a claim is turned into: a student's report, or the report of a class, with the findings it shows."""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
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
from feedback.contract.layout import class_path
from feedback.contract.states import State
from feedback.pipeline import Recipe
from feedback.queue.claims import Claim, Made
from feedback.rendering import Artifact, RenderOptions
from feedback.store import loading
from feedback.store.loading import Log
from feedback.store.models import Document, Student, Task, Upload

Options = dict[str, str | float]
# A document, the findings it shows, encoded, or None where they are stored already, and the first event in them.
Shown = tuple[Artifact, bytes | None, datetime | None]
_NO_LOG = Log(b"", None, 0)  # of a class report


def options_of(
    time_zone: str | None, compare: str | None, language: str | None = None, paper: str | None = None
) -> Options:
    """The options of an upload, resolved when it is made so that its documents never change.

    Language and paper only where they were asked for, because the exam's context may say which.
    """
    options: Options = {
        "tz": time_zone or settings.FEEDBACK_TIME_ZONE,
        "session_gap_minutes": settings.FEEDBACK_SESSION_GAP_MINUTES,
    }
    asked = {"compare": compare, "lang": language, "paper": paper}
    return options | {name: value for name, value in asked.items() if value}


class RenderJob:
    """The documents of claims that were taken together: each log is read and analysed once, whatever its formats."""

    def __init__(self, tasks: Mapping[UUID, Task], logs: Mapping[UUID, Log]) -> None:
        """`logs` are by their students, and were read before `tasks`.

        So an amendment in between is seen by the revision of a log, and what is found here is refused.
        """
        self.tasks, self._logs = tasks, logs
        self._found: dict[UUID, Findings] = {}
        self._to_store: dict[UUID, bytes] = {}  # findings that no document has been made with yet

    def task_of(self, claim: Claim) -> Task | None:
        """None where it, or the student, was erased since it was claimed."""
        gone = claim.student is not None and claim.student not in self._logs
        return None if gone else self.tasks.get(claim.task_id)

    def make(self, claim: Claim) -> Made:
        """The document of a claim that `task_of` knows.

        Raises pipeline.NothingToReport; any other exception is a fault of ours.
        """
        task, log = self.tasks[claim.task_id], self._logs[claim.student] if claim.student else _NO_LOG
        begun = time.perf_counter()
        shown = self._student(task, claim.student, log) if claim.student else _class_report(task)
        artifact, findings, first_event_at = shown
        sha256 = hashlib.sha256(artifact.body).hexdigest()
        return Made(claim, artifact, sha256, findings, first_event_at, time.perf_counter() - begun, log.revision)

    def _student(self, task: Task, student: UUID, log: Log) -> Shown:
        """Shows what was found for an earlier document about the student, if any, so that all formats agree."""
        upload = task.upload
        findings = self._found.get(student) or _stored(log)
        if findings is None:
            findings = pipeline.find(log.payload, _recipe(upload, _facts(upload) if upload.is_class else None))
            self._to_store[student] = encode_findings(findings)
        self._found[student] = findings
        artifact = pipeline.document(findings, Format(task.format), _recipe(upload))
        return artifact, self._to_store.pop(student, None), findings.key_figures.first_at


def _stored(log: Log) -> Findings | None:
    """None where there are none, or none that this version can read."""
    if log.findings is None:
        return None
    try:
        return decode_findings(log.findings)
    except msgspec.DecodeError:
        return None


def _class_report(task: Task) -> Shown:
    """Made of the findings of the students whose documents were made, and of where those are served."""
    failed = task.documents.filter(kind=Document.Kind.STUDENT, state=State.FAILURE).order_by("position")
    reasons = failed.values_list("about__student_id", "about__namespace", "error")
    failures = [Failure(student_id, namespace or None, reason) for student_id, namespace, reason in reasons]
    recipe = _recipe(task.upload, _facts(task.upload))
    found, links = pipeline.find_class(_made(task), recipe, failures)
    artifact = pipeline.class_document(found, links, Format(task.format), recipe, folder=f"{task.id}/")
    return artifact, encode_class_findings(found), found.key_figures.first_at


def class_files(task: Task, findings: bytes, links: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Path and content of the files about a class: its report, with the links that files have, and its tables."""
    found = decode_class_findings(findings)
    report = pipeline.class_document(found, links, Format(task.format), _recipe(task.upload))
    yield class_path(task.format), report.body
    yield from pipeline.class_tables(found)


def _made(task: Task) -> Iterator[tuple[str, Findings]]:
    """The link of each student's report that was made, with its findings, in the order of the class.

    One whose findings are gone meanwhile is left out: with them went the fence of the class report.
    """
    done = task.documents.filter(kind=Document.Kind.STUDENT, state=State.SUCCESS)
    reports = dict(done.values_list("about_id", "id"))
    for student, findings in loading.findings(Student.objects.filter(pk__in=done.values("about_id"))):
        yield f"{task.id}/reports/{reports[student]}", decode_findings(findings)


def _facts(upload: Upload) -> bytes:
    """The class facts, computed by the first worker that needs them and the same as long as the context is.

    A student who is erased, or workers that begin at the same moment on both sides of an erasure, change nothing:
    what is stored first counts for all. Facts of a context that was amended meanwhile are not stored; the documents
    that they are used for are refused, as an amendment moves their fences.
    """
    if upload.facts is None:
        found, uploads = _facts_of(upload), Upload.objects.filter(pk=upload.pk, context=upload.context)
        if not uploads.filter(facts=None).update(facts=found):
            found = bytes(uploads.values_list("facts", flat=True).first() or found)
        upload.facts = found
    return bytes(upload.facts)


def _facts_of(upload: Upload) -> bytes:
    facts = pipeline.class_facts(_payloads(upload), _recipe(upload))
    if upload.options.get("compare") != "class":
        return facts
    recipe = _recipe(upload, facts)
    return pipeline.with_comparison_facts(facts, (pipeline.find(payload, recipe) for payload in _payloads(upload)))


def _payloads(upload: Upload) -> Iterator[bytes]:
    yield from (payload for _, payload in loading.payloads(Student.objects.filter(upload=upload)))


def _recipe(upload: Upload, facts: bytes | None = None) -> Recipe:
    options = upload.options
    analysis = AnalysisSettings(
        session_gap_minutes=options["session_gap_minutes"], assumed_zone=options.get("assumed_zone")
    )
    context = None if upload.context is None else bytes(upload.context)
    rendering, language, paper = RenderOptions(upload.options["tz"]), *map(upload.options.get, ("lang", "paper"))
    return Recipe(analysis, rendering, facts, context, language, paper)
