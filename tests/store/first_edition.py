"""A database of the first edition (commit 764c819), filled with tasks in every state by its own statements."""

import base64
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
from django.core.signing import Signer

from feedback import pipeline
from feedback.analysis import Findings, encode_class_findings, encode_findings
from feedback.contract.formats import Format
from feedback.events import Event, Student, encode_student
from feedback.pipeline import Recipe

OWNER = "key:tests"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OPTIONS = {"tz": "UTC", "session_gap_minutes": 10.0}
_DEFAULTS = {
    "attempts": 0,
    "fence": 0,
    "lease_expiries": 0,
    "error": "",
    "filename": "",
    "media_type": "",
    "sha256": "",
}


@dataclass
class Report:
    """A row of `reports_report`."""

    kind: str
    position: int
    key: tuple[str, str]
    state: str
    id: UUID = field(default_factory=uuid4)
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass
class Submission:
    """A row of `reports_submission` with its reports."""

    format: Format
    reports: list[Report]
    id: UUID = field(default_factory=uuid4)

    @property
    def address(self) -> str:
        return f"/assignment/{self.format}/{self.id}"

    def of_student(self, student_id: str) -> Report:
        [found] = [report for report in self.reports if report.key[1] == student_id]
        return found


def log_of(student_id: str, *units: int, namespace: str = "course") -> Student:
    begun = datetime(2025, 11, 14, 9, 0, tzinfo=UTC)
    events = [
        Event(unit=str(unit), type="submission", created_time=begun + timedelta(minutes=place), score=0.5)
        for place, unit in enumerate(units or (1, 2, 3))
    ]
    return Student(student_id=student_id, namespace=namespace, events=events)


class Database:
    """PostgreSQL or SQLite, by its URL; statements have `%s`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.on_sqlite = url.startswith("sqlite")

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._connection() as connection:
            if self.on_sqlite:
                statement = statement.replace("%s", "?")
            cursor = connection.execute(statement, [self._value(value) for value in values])
            return list(cursor.fetchall()) if cursor.description else []

    def insert(self, table: str, columns: Mapping[str, Any]) -> None:
        names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
        self.run(f"INSERT INTO {table} ({names}) VALUES ({places})", *columns.values())  # noqa: S608 - our own

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        if self.on_sqlite:
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
                yield connection
        else:
            with psycopg.connect(self.url, autocommit=True) as connection:
                yield connection

    def _value(self, value: Any) -> Any:
        if not self.on_sqlite:
            return value
        if isinstance(value, UUID):
            return value.hex
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value


class FirstEdition:
    """Fills a database whose migrations ended with `0003`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(
        self,
        format_: Format,
        students: Sequence[Student],
        states: Mapping[str, str] | None = None,
        *,
        key: str = "",
        options: Mapping[str, Any] = OPTIONS,
        recipe: Recipe | None = None,
        content: bytes | None = None,
        statistics: bytes | None = None,
        minutes: int = 0,
    ) -> Submission:
        """Store a submission whose reports are SUCCESS, but for those of the students that `states` names."""
        recipe, states = recipe or Recipe(), states or {}
        found = [pipeline.find(encode_student(student), recipe) for student in students]
        content = content or _content_of(students)
        submission = Submission(format_, [])
        first = 0 if len(students) == 1 else 1
        for place, (student, findings) in enumerate(zip(students, found, strict=True), start=first):
            submission.reports.append(_report(place, student, findings, format_, states, recipe))
        if first:
            submission.reports.insert(0, _class_report(submission, found, states, recipe))
        namespaces = {student.namespace or "" for student in students}
        self._database.insert(
            "reports_submission",
            {
                "id": submission.id,
                "owner": OWNER,
                "format": format_.value,
                "options": json.dumps(options),
                "identity": _identity(format_, content, key, options),
                "content_sha256": content,
                "idempotency": _hash([OWNER, None, format_.value, key]) if key else None,
                "student_id": None if first else students[0].student_id,
                "namespace": namespaces.pop() if len(namespaces) == 1 else "",
                "is_class": bool(first),
                "students": len(students),
                "statistics": statistics,
                "created_at": NOW + timedelta(minutes=minutes),
                "attended_at": NOW,
                "request_id": "of a client",
            },
        )
        for report in submission.reports:
            self._insert(submission, report)
        return submission

    def _insert(self, submission: Submission, report: Report) -> None:
        namespace, student_id = report.key
        self._database.insert(
            "reports_report",
            {
                "id": report.id,
                "submission_id": submission.id,
                "position": report.position,
                "kind": report.kind,
                "student_id": student_id,
                "namespace": namespace,
                "state": report.state,
                "due_at": NOW,
                **_DEFAULTS,
                **report.columns,
            },
        )

    def hand_out(self, submission: Submission, *, withdrawn: Sequence[Report] = (), over: bool = False) -> UUID:
        """A hand-out for a year from today; withdrawn as a whole where it is over."""
        id_ = uuid4()
        now = datetime.now(UTC)
        columns = {"id": id_, "submission_id": submission.id, "made_by": "key tests", "made_at": now}
        columns |= {"expires_at": now + timedelta(days=365), "withdrawn_at": now if over else None}
        self._database.insert("reports_handout", columns)
        for report in withdrawn:
            self._database.insert("reports_withdrawnlink", {"handout_id": id_, "report_id": report.id})
        return id_


def token(handout: UUID, report: Report, secret_key: str) -> str:
    """As the first edition signed it: the ids of the hand-out and of a report."""
    named = base64.urlsafe_b64encode(handout.bytes + report.id.bytes).decode().rstrip("=")
    return Signer(key=secret_key, salt="feedback.reports.handout", sep=".").sign(named)


def _report(
    position: int, student: Student, findings: Findings, format_: Format, states: Mapping[str, str], recipe: Recipe
) -> Report:
    state = states.get(student.student_id, "SUCCESS")
    report = Report("student", position, (student.namespace or "", student.student_id), state)
    report.columns["payload"] = encode_student(student)
    if state == "SUCCESS":
        made = pipeline.document(findings, format_, recipe)
        report.columns |= _made(made, encode_findings(findings), findings.key_figures.first_at)
    else:
        report.columns |= _UNMADE[state]
    return report


# One that was claimed by a worker that is gone, and one that was given up.
_UNMADE: dict[str, dict[str, Any]] = {
    "PENDING": {},
    "RUNNING": {"attempts": 1, "fence": 1},
    "FAILURE": {"attempts": 3, "fence": 3, "error": "it could not be made", "finished_at": NOW},
}


def _made(artifact: Any, findings: bytes, first: datetime | None) -> dict[str, Any]:
    return {
        "attempts": 1,
        "fence": 1,
        "findings": findings,
        "first_event_at": first,
        "filename": artifact.filename,
        "media_type": artifact.media_type,
        "body": artifact.body,
        "sha256": hashlib.sha256(artifact.body).hexdigest(),
        "render_seconds": 0.01,
        "finished_at": NOW,
    }


def _class_report(
    submission: Submission, found: Sequence[Findings], states: Mapping[str, str], recipe: Recipe
) -> Report:
    """Made where all others are final."""
    pairs = [
        (f"{submission.id}/reports/{report.id}", findings)
        for report, findings in zip(submission.reports, found, strict=True)
        if report.state == "SUCCESS"
    ]
    report = Report("class", 0, ("course", ""), "PENDING", columns={"payload": b""})
    if not {"PENDING", "RUNNING"} & set(states.values()):
        class_findings, links = pipeline.find_class(pairs, recipe)
        made = pipeline.class_document(class_findings, links, submission.format, recipe)
        report.state = "SUCCESS"
        report.columns |= _made(made, encode_class_findings(class_findings), class_findings.key_figures.first_at)
    return report


def _content_of(students: Sequence[Student]) -> bytes:
    digest = hashlib.sha256()
    for student in students:
        payload = encode_student(student)
        digest.update(b"%d %s" % (len(payload), payload))
    return digest.digest()


def _identity(format_: Format, content: bytes, key: str, options: Mapping[str, Any]) -> bytes:
    ours: Any = [None, None] if key else [sorted(options.items()), "of that day"]
    # Without a key another version of the renderer would make it another one; here the id does.
    return _hash([OWNER, format_.value, key, content.hex(), ours if key else [*ours, str(uuid4())]])


def _hash(parts: list[Any]) -> bytes:
    return hashlib.sha256(msgspec.json.encode(parts)).digest()
