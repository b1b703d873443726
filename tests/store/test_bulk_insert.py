"""What a POST writes: the submission with all its reports, whole or not at all, in no more steps than it takes."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection
from pytest_django import Settings

from feedback.access.callers import ANYONE
from feedback.contract.formats import Format
from feedback.db.compiled_query import binding_cursor
from feedback.events import Event, Student
from feedback.store import bulk_insert
from feedback.store.models import Document, Task
from feedback.store.models import Student as StoredStudent
from feedback.submissions import intake
from feedback.submissions.intake import Order
from tests.harness.in_process import Post, class_of, student, work_off
from tests.harness.locks import Connection, at_work, until_waited_for
from tests.harness.messages import round_trips

ADA = Student(student_id="ada", events=[Event(unit="1")])
ORDER = Order(format=Format.HTML, options={"tz": "UTC", "session_gap_minutes": 10.0}, caller=ANYONE)


@pytest.mark.parametrize("body", [student(), class_of(2)], ids=["a single", "a class"])
def test_a_fault_of_the_database_is_one_that_views_expect(
    post: Post, monkeypatch: pytest.MonkeyPatch, body: object
) -> None:
    real = bulk_insert._document_rows

    def of_no_kind(*arguments: Any) -> Iterator[tuple[Any, ...]]:
        for row in real(*arguments):
            yield tuple(None if value == Document.Kind.STUDENT else value for value in row)

    monkeypatch.setattr(bulk_insert, "_document_rows", of_no_kind)
    with pytest.raises(IntegrityError):
        post("html", body)


def test_a_single_is_stored_in_one_round_trip(
    transactional_db: None,  # noqa: ARG001 - and no test's transaction around it
    broker: str,  # noqa: ARG001 - must run
    tmp_path: Path,
) -> None:
    intake.submit([Student(student_id="grace", events=[])], ORDER)  # the first has the statement prepared

    assert round_trips(tmp_path / "messages", lambda: intake.submit([ADA], ORDER)) == 1
    assert Document.objects.get(about__student_id="ada").task == Task.objects.get(upload__student_id="ada")


def test_the_server_keeps_the_plan_of_that_statement_and_of_no_other(db: None, broker: str) -> None:  # noqa: ARG001
    intake.submit([Student(student_id=f"classmate-{number}", events=[]) for number in range(9)], ORDER)
    for number in range(10):
        intake.submit([Student(student_id=f"student-{number}", events=[])], ORDER)
        work_off()
        with binding_cursor() as cursor:
            cursor.execute("SELECT id FROM reports_upload WHERE students = %s", [1])

    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT statement FROM pg_prepared_statements")
        [kept] = cursor.fetchall()
    assert "INSERT INTO" in kept[0]


@pytest.mark.parametrize("number", [1, 2], ids=["a single", "a class"])
def test_where_nothing_can_be_counted_it_is_stored_all_the_same(
    db: None,  # noqa: ARG001
    broker: str,  # noqa: ARG001 - must run
    settings: Settings,
    number: int,
) -> None:
    counted = replace(ORDER, caller=replace(ANYONE, meter="key:x"))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE access_counter RENAME TO out_of_reach")
    settings.CELERY_BROKER_URL = "filesystem://"  # so the counters are in the database
    intake.submit([Student(student_id=f"student-{index}", events=[]) for index in range(number)], counted)

    assert Document.objects.filter(kind="student").count() == number


def test_where_the_connection_is_lost_while_it_is_counted_nothing_is_said_to_be_stored(
    transactional_db: None,  # noqa: ARG001
    broker: str,  # noqa: ARG001 - must run
    settings: Settings,
) -> None:
    settings.CELERY_BROKER_URL = "filesystem://"  # so the counters are in the database
    caller = replace(ANYONE, meter="key:x")
    intake.submit([Student(student_id="grace", events=[])], replace(ORDER, caller=caller))
    connection.ensure_connection()
    with psycopg.connect(connection.connection.info.dsn, password=connection.settings_dict["PASSWORD"]) as other:
        other.execute("UPDATE access_counter SET used = used")
        end = partial(end_once_it_waits, other, connection.connection.info.backend_pid)
        with at_work(end) as ended, pytest.raises(OperationalError):
            intake.submit([ADA], replace(ORDER, caller=caller))
    connection.close()

    assert ended == [True]
    assert [student.student_id for student in StoredStudent.objects.all()] == ["grace"]


def end_once_it_waits(other: Connection, backend: int) -> bool:
    """Cut the connection of `backend` while it waits for `other`; whether it is gone. `other` is rolled back."""
    try:
        until_waited_for(other)
        [(ended,)] = other.execute("SELECT pg_terminate_backend(%s, 60000)", [backend]).fetchall()
        return bool(ended)
    finally:
        other.rollback()


def test_what_another_stores_at_the_same_moment_is_found(transactional_db: None, broker: str) -> None:  # noqa: ARG001
    tasks = []

    def submit() -> None:
        try:
            tasks.append(intake.submit([ADA], ORDER)[0].id)
        finally:
            connection.close()

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert tasks == [Task.objects.get().id] * 8
    assert Document.objects.count() == 1
