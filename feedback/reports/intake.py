"""Taking in a submission: at rest, validated, stored in one short transaction, and only then hinted at.

Once `submit` has returned, the work is safe whatever happens to this process or to the broker.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any
from uuid import uuid4

import msgspec
from django.db import connection, transaction

from feedback.events import Student, encode_student
from feedback.events.spool import IN_MEMORY_BYTES
from feedback.rendering import Format, renderer_version
from feedback.rendering.manifest import State
from feedback.reports import claims, hints
from feedback.reports.models import HEADLINE, Report, Submission


@dataclass(frozen=True)
class Order:
    """What is asked for, besides the content."""

    format: Format
    options: dict[str, str | float]
    owner: str = ""
    idempotency_key: str = ""


class KeyReused(Exception):
    """An Idempotency-Key came again with another body or other options."""


class Roll:
    """The students of a body, canonical payloads on a spool, and the hash of the content.

    The spool keeps a large class out of memory; the keys of the students stay in it.
    """

    def __init__(self, students: Iterable[Student]) -> None:
        self.keys: list[tuple[str, str]] = []
        self._sizes: list[int] = []
        self._payloads: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - see close
        digest = hashlib.sha256()
        try:
            for student in students:
                payload = encode_student(student)
                digest.update(b"%d " % len(payload))
                digest.update(payload)
                self.keys.append(student.key)
                self._sizes.append(len(payload))
                self._payloads.write(payload)
        except BaseException:
            self._payloads.close()
            raise
        self.content_sha256 = digest.digest()

    def __enter__(self) -> "Roll":
        return self

    def __exit__(self, *_: object) -> None:
        self._payloads.close()

    def rows(self) -> Iterator[tuple[tuple[str, str], bytes]]:
        """((namespace, student id), payload) of each student, in the order received."""
        self._payloads.seek(0)
        for key, size in zip(self.keys, self._sizes, strict=True):
            yield key, self._payloads.read(size)


def submit(students: Iterable[Student], order: Order) -> tuple[Submission, State]:
    """Store a submission, or find the identical one, and see to it that unfinished work is hinted at.

    Returns the submission and the state to answer with: SUCCESS where the identical one is done, else
    PENDING; one that failed is queued again. Whatever iterating `students` raises passes through, with
    nothing stored. Raises KeyReused. A fixed number of queries, whatever the size of the class.
    """
    with Roll(students) as roll:
        return submit_roll(roll, order)


def submit_roll(roll: Roll, order: Order) -> tuple[Submission, State]:
    """The same for students who are at rest already, and may be submitted in several formats."""
    submission = _new_submission(roll, order)
    with transaction.atomic():
        # A conflict is with an identical submission, or with the same Idempotency-Key.
        Submission.objects.bulk_create([submission], ignore_conflicts=True)
        found = Submission.objects.filter(identity=submission.identity).first()
        if found is None:
            raise KeyReused
        if found.id == submission.id:
            _insert_reports(submission, roll)
            state = State.PENDING
        else:
            state = _resume(found)
    if state is not State.SUCCESS:
        hints.publish(found)
    return found, state


def _new_submission(roll: Roll, order: Order) -> Submission:
    single = len(roll.keys) == 1
    namespaces = {namespace for namespace, _ in roll.keys}
    return Submission(
        owner=order.owner,
        format=order.format.value,
        options=order.options,
        identity=identity(roll.content_sha256, order),
        content_sha256=roll.content_sha256,
        idempotency_key=order.idempotency_key,
        student_id=roll.keys[0][1] if single else None,
        namespace=namespaces.pop() if len(namespaces) == 1 else "",
        is_class=not single,
        students=len(roll.keys),
    )


def identity(content_sha256: bytes, order: Order) -> bytes:
    """32 bytes, equal for submissions that must give the same documents to the same caller."""
    parts = [
        order.owner,
        order.format.value,
        sorted(order.options.items()),
        renderer_version(),
        content_sha256.hex(),
        order.idempotency_key,
    ]
    return hashlib.sha256(msgspec.json.encode(parts)).digest()


def _resume(submission: Submission) -> State:
    """The state of an earlier submission; where it failed, all that failed in it is pending again."""
    headline = submission.reports.filter(position=HEADLINE).values_list("state", flat=True).get()
    if headline == State.FAILURE:
        claims.retry(submission.id)
    return State.SUCCESS if headline == State.SUCCESS else State.PENDING


_COLUMNS = (
    "id",
    "submission_id",
    "position",
    "kind",
    "student_id",
    "namespace",
    "payload",
    "state",
    "attempts",
    "fence",
)
_BLANK_COLUMNS = ("error", "filename", "media_type", "sha256")


def _insert_reports(submission: Submission, roll: Roll) -> None:
    """All reports of a submission in one statement: COPY on PostgreSQL, executemany elsewhere."""
    table = connection.ops.quote_name(Report._meta.db_table)
    columns = ", ".join(map(connection.ops.quote_name, _COLUMNS + _BLANK_COLUMNS))
    rows: Any = _report_rows(submission, roll)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(_COLUMNS + _BLANK_COLUMNS))
            statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - names are our own
            cursor.executemany(statement, rows)


def _report_rows(submission: Submission, roll: Roll) -> Iterator[tuple[Any, ...]]:
    blank = ("",) * len(_BLANK_COLUMNS)

    def row(position: int, kind: Report.Kind, key: tuple[str, str], payload: bytes) -> tuple[Any, ...]:
        identifier = Report._meta.pk.get_db_prep_value(uuid4(), connection)
        owner = Report._meta.pk.get_db_prep_value(submission.id, connection)
        namespace, student_id = key
        return (identifier, owner, position, kind.value, student_id, namespace, payload, "PENDING", 0, 0, *blank)

    if submission.is_class:
        yield row(HEADLINE, Report.Kind.CLASS, (submission.namespace, ""), b"")
    for position, (key, payload) in enumerate(roll.rows(), start=1 if submission.is_class else HEADLINE):
        yield row(position, Report.Kind.STUDENT, key, payload)
