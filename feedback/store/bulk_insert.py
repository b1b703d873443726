"""Writing a new task down, with its documents and what its upload does not have yet: whole, or not at all.

A task is stored for an upload that is there already, of which only the documents are new, or together with a new one.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import repeat
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.db import IntegrityError, connection
from django.db.models import Field, Model

from feedback.db.compiled_query import binding_cursor
from feedback.events import Roster
from feedback.store.models import HEADLINE, Document, Student, Task, Upload
from feedback.store.small import small

# The columns that new rows have, and their types on PostgreSQL.
_STUDENT = {
    "id": "uuid",
    "upload_id": "uuid",
    "position": "int4",
    "student_id": "varchar",
    "namespace": "varchar",
    "payload": "bytea",
    "revision": "int4",
}
_DOCUMENT = {
    "id": "uuid",
    "task_id": "uuid",
    "about_id": "uuid",
    "position": "int4",
    "kind": "varchar",
    "state": "varchar",
    "attempts": "int2",
    "fence": "int4",
    "error": "text",
    "filename": "varchar",
    "media_type": "varchar",
    "sha256": "varchar",
}
Row = tuple[Any, ...]
Place = tuple[int, UUID]  # a student's position and row
# Around what is written after the task itself: a limit that counts it, and takes it back where it fails.
Counting = Callable[[], AbstractContextManager[None]]


class InTheWay(Exception):
    """An identical task, or one with the same Idempotency-Key, came before; nothing is stored."""


class Gone(InTheWay):
    """The upload that a task was to be added to was erased at the same moment; nothing is stored."""


def insert_single(upload: Upload, task: Task, roster: Roster) -> bool:
    """Store a single that is new in all of its parts; False, and nothing, where any of them is there already.

    Of PostgreSQL alone: this is one statement, and so a transaction by itself. To begin one, to write the rows apart
    and to end it took longer than all the rest of a POST. Raises InTheWay where another comes at the same moment.
    """
    students = _places_in(upload)
    [student], [document] = _student_rows(roster, upload, students), _document_rows(task, students)
    values = [*_values(upload), task.identity, task.idempotency, *_values(task), *student, *document]
    with _refusing(), binding_cursor() as cursor, _planned_once(cursor.connection):
        cursor.execute(_single_statement(), values)
        return bool(cursor.rowcount)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except IntegrityError as fault:
        if isinstance(fault.__cause__, psycopg.errors.UniqueViolation):
            raise InTheWay from fault
        raise


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
    """Without its upload nothing is inserted: an upload that no task came to would never be found or erased.

    The rows refer to each other by ids that are minted here; PostgreSQL looks at references when all is written.
    """

    def inserting(model: type[Model], columns: dict[str, str]) -> str:
        return f"{_insert_into(model, columns)} SELECT {', '.join(f'%s::{type_}' for type_ in columns.values())}"

    came_before = f"SELECT FROM {_name(Task)} WHERE identity = %s::bytea OR idempotency = %s::bytea"
    return (
        f"WITH upload AS ({inserting(Upload, _types(Upload))} WHERE NOT EXISTS ({came_before}) "
        f"ON CONFLICT DO NOTHING RETURNING id), task AS ({inserting(Task, _types(Task))} FROM upload), "
        f"student AS ({inserting(Student, _STUDENT)} FROM upload) {inserting(Document, _DOCUMENT)} FROM upload"
    )


def insert(upload: Upload, task: Task, roster: Roster, counting: Counting) -> None:
    """Store a task with its documents, in an open transaction; its upload with the students too, if it is new.

    Raises InTheWay, upon which the transaction is to be rolled back, and whatever `counting` does.
    """
    if not _insert_unless_there(upload):
        add(upload, task, counting)
        return
    _insert_or_refuse(task)
    students = _places_in(upload)
    with counting():  # before the students, who may be many
        _insert_all(Student, _STUDENT, _student_rows(roster, upload, students))
        _insert_all(Document, _DOCUMENT, _document_rows(task, students))


def add(upload: Upload, task: Task, counting: Counting) -> None:
    """Store one more task of an upload that is there, in an open transaction. Raises InTheWay, as above, and Gone."""
    # Locked, so that neither the upload nor a student of it is erased before the documents are there.
    there = small(Upload.objects.select_for_update().filter(identity=upload.identity)).first()
    if there is None:
        raise Gone
    task.upload = there
    _insert_or_refuse(task)
    with counting():
        students = Student.objects.filter(upload=there).order_by("position").values_list("position", "id")
        _insert_all(Document, _DOCUMENT, _document_rows(task, list(students)))


def _insert_or_refuse(task: Task) -> None:
    if not _insert_unless_there(task):
        raise InTheWay


def _insert_unless_there(row: Upload | Task) -> bool:
    """False where one of the same identity, or with the same Idempotency-Key, came before."""
    columns = _types(type(row))
    with connection.cursor() as cursor:
        places = ", ".join(repeat("%s", len(columns)))
        cursor.execute(f"{_insert_into(type(row), columns)} VALUES ({places}) ON CONFLICT DO NOTHING", _values(row))
        return bool(cursor.rowcount)


def _values(row: Upload | Task) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in _fields(type(row))]


@functools.cache
def _types(model: type[Model]) -> dict[str, str]:
    """Of the columns of an upload or task. Without a length, to which PostgreSQL would cut a text in silence."""
    return {str(field.column): str(field.db_type(connection)).partition("(")[0] for field in _fields(model)}


def _fields(model: type[Model]) -> list["Field[Any, Any]"]:
    """All but those that the database alone fills in."""
    return [field for field in model._meta.concrete_fields if field.has_default() or not field.has_db_default()]


def _insert_all(model: type[Model], columns: dict[str, str], rows: Iterator[Row]) -> None:
    """All of them in one statement: COPY on PostgreSQL, executemany elsewhere."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            statement = f"{_insert_into(model, columns)} VALUES ({', '.join(repeat('%s', len(columns)))})"
            cursor.executemany(statement, rows)  # type: ignore[arg-type] # any iterable will do
            return
        copying: Any = f"COPY {_table(model, columns)} FROM STDIN (FORMAT BINARY)"
        # Django knows no COPY, so its faults would be psycopg's own, which nobody here expects.
        with connection.wrap_database_errors, cursor.copy(copying) as copy:
            copy.set_types(columns.values())
            for row in rows:
                copy.write_row(row)


def _insert_into(model: type[Model], columns: Iterable[str]) -> str:
    return f"INSERT INTO {_table(model, columns)}"


def _table(model: type[Model], columns: Iterable[str]) -> str:
    """What is written to, as statements name it: all of these names are our own."""
    return f"{_name(model)} ({', '.join(map(connection.ops.quote_name, columns))})"


def _name(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _places_in(upload: Upload) -> list[Place]:
    """For each student of a new upload a position, after the class report's where there is one, and a new id."""
    first = HEADLINE + 1 if upload.is_class else HEADLINE
    return [(position, uuid4()) for position in range(first, first + upload.students)]


def _student_rows(roster: Roster, upload: Upload, students: Sequence[Place]) -> Iterator[Row]:
    for (position, id_), ((namespace, student_id), payload) in zip(students, roster.rows(), strict=True):
        yield (_key(id_), _key(upload.id), position, student_id, namespace, payload, 0)


def _document_rows(task: Task, students: Sequence[Place]) -> Iterator[Row]:
    """The class report's, where there is one, and those of the students."""
    fresh = ("PENDING", 0, 0, "", "", "", "")
    if task.upload.is_class:
        yield (_key(uuid4()), _key(task.id), None, HEADLINE, Document.Kind.CLASS.value, *fresh)
    for position, student in students:
        yield (_key(uuid4()), _key(task.id), _key(student), position, Document.Kind.STUDENT.value, *fresh)


def _key(id_: UUID) -> Any:
    return Document._meta.pk.get_db_prep_value(id_, connection)
