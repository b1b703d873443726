"""Writing a new submission and its reports down: whole, or not at all."""

import functools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
from django.db import connection, transaction
from django.db.models import Field, Model

from feedback.db.compiled_query import binding_cursor
from feedback.events import Roster
from feedback.store.models import HEADLINE, Report, Submission

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


def insert_single(submission: Submission, roster: Roster) -> bool:
    """Store a single with its report; False, and nothing, where what is identical or has its key came before.

    On PostgreSQL this is one statement, and so a transaction by itself: to begin one, to write the two rows apart and
    to end it took longer than all the rest of a POST.
    """
    if connection.vendor == "postgresql":
        [report] = _report_rows(submission, roster)
        with binding_cursor() as cursor, _planned_once(cursor.connection):
            cursor.execute(_single_statement(), [*_values(submission), *report])
            return bool(cursor.rowcount)
    with transaction.atomic(savepoint=False):
        new = insert_submission(submission)
        if new:
            insert_reports(submission, roster)
    return new


@contextmanager
def _planned_once(server: "psycopg.Connection[Any]") -> Iterator[None]:
    """A context whose statements are prepared: half of the server's time went into a plan that is always the same.

    No others are: a plan that is kept may be one from when a table was small, and psycopg keeps what it counts.
    """
    server.prepare_threshold = 0
    try:
        yield
    finally:
        server.prepare_threshold = None


@functools.cache
def _single_statement() -> str:
    values = ", ".join(f"%s::{type_}" for type_ in _COLUMNS.values())
    both = "WITH stored AS ({} RETURNING id) {} SELECT {} FROM stored"
    return both.format(_statement(), _insert_into(Report, _COLUMNS), values)


def insert_submission(submission: Submission) -> bool:
    """Store it without its reports; False where what is identical or has its key came before."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(), _values(submission))
        return bool(cursor.rowcount)


@functools.cache
def _statement() -> str:
    """A conflict is with an identical submission, or with the same Idempotency-Key."""
    places = ", ".join(["%s"] * len(_fields()))
    columns = [field.attname for field in _fields()]
    return f"{_insert_into(Submission, columns)} VALUES ({places}) ON CONFLICT DO NOTHING"


def _values(submission: Submission) -> list[Any]:
    return [field.get_db_prep_save(getattr(submission, field.attname), connection) for field in _fields()]


@functools.cache
def _fields() -> tuple["Field[Any, Any]", ...]:
    """All that the database does not fill in by itself."""
    return tuple(field for field in Submission._meta.concrete_fields if not field.has_db_default())


def insert_reports(submission: Submission, roster: Roster) -> None:
    """All reports of a submission in one statement: COPY on PostgreSQL, executemany elsewhere."""
    rows: Any = _report_rows(submission, roster)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            copying = f"COPY {_table(Report, _COLUMNS)} FROM STDIN (FORMAT BINARY)"
            # Django knows no COPY, so its faults would be psycopg's own, which nobody here expects.
            with connection.wrap_database_errors, cursor.copy(copying) as copy:
                copy.set_types(_COLUMNS.values())
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(_COLUMNS))
            cursor.executemany(f"{_insert_into(Report, _COLUMNS)} VALUES ({places})", rows)


def _insert_into(model: type[Model], columns: Iterable[str]) -> str:
    return f"INSERT INTO {_table(model, columns)}"


def _table(model: type[Model], columns: Iterable[str]) -> str:
    """What is written to, as statements name it: all of these names are our own."""
    names = ", ".join(map(connection.ops.quote_name, columns))
    return f"{connection.ops.quote_name(model._meta.db_table)} ({names})"


def _report_rows(submission: Submission, roster: Roster) -> Iterator[tuple[Any, ...]]:
    key_of = partial(Report._meta.pk.get_db_prep_value, connection=connection)
    owner = key_of(submission.id)

    def row(position: int, kind: Report.Kind, key: tuple[str, str], payload: bytes) -> tuple[Any, ...]:
        namespace, student_id = key
        fresh = ("PENDING", 0, 0, "", "", "", "")
        return (key_of(uuid4()), owner, position, kind.value, student_id, namespace, payload, *fresh)

    if submission.is_class:
        yield row(HEADLINE, Report.Kind.CLASS, (submission.namespace, ""), b"")
    for position, (key, payload) in enumerate(roster.rows(), start=1 if submission.is_class else HEADLINE):
        yield row(position, Report.Kind.STUDENT, key, payload)
