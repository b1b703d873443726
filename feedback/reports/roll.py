"""The students of a submission, at rest until they are stored, and stored all at once."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from functools import partial
from typing import IO, Any
from uuid import uuid4

from django.db import connection

from feedback.events import Student, encode_student
from feedback.events.spool import IN_MEMORY_BYTES
from feedback.reports.models import HEADLINE, Report, Submission


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


# The columns that a new report has, and their types on PostgreSQL.
_COLUMNS = {
    "id": "uuid",
    "submission_id": "uuid",
    "position": "int4",
    "kind": "varchar",
    "student_id": "varchar",
    "namespace": "varchar",
    "payload": "bytea",
    "state": "varchar",
    "attempts": "int2",
    "fence": "int4",
    "error": "text",
    "filename": "varchar",
    "media_type": "varchar",
    "sha256": "varchar",
}


def insert_reports(submission: Submission, roll: Roll) -> None:
    """All reports of a submission in one statement: COPY on PostgreSQL, executemany elsewhere."""
    table = connection.ops.quote_name(Report._meta.db_table)
    columns = ", ".join(map(connection.ops.quote_name, _COLUMNS))
    rows: Any = _report_rows(submission, roll)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Django knows no COPY, so its faults would be psycopg's own, which nobody here expects.
            copying = f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)"
            with connection.wrap_database_errors, cursor.copy(copying) as copy:
                copy.set_types(_COLUMNS.values())
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(_COLUMNS))
            statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - names are our own
            cursor.executemany(statement, rows)


def _report_rows(submission: Submission, roll: Roll) -> Iterator[tuple[Any, ...]]:
    key_of = partial(Report._meta.pk.get_db_prep_value, connection=connection)
    owner = key_of(submission.id)

    def row(position: int, kind: Report.Kind, key: tuple[str, str], payload: bytes) -> tuple[Any, ...]:
        namespace, student_id = key
        fresh = ("PENDING", 0, 0, "", "", "", "")
        return (key_of(uuid4()), owner, position, kind.value, student_id, namespace, payload, *fresh)

    if submission.is_class:
        yield row(HEADLINE, Report.Kind.CLASS, (submission.namespace, ""), b"")
    for position, (key, payload) in enumerate(roll.rows(), start=1 if submission.is_class else HEADLINE):
        yield row(position, Report.Kind.STUDENT, key, payload)
