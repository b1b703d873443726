"""Locks are taken in one order, students before documents, so that no two transactions wait for each other in a circle.

Another connection holds a student; what waits for it must hold no document of that student yet.
"""

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from django.db.models.functions import Now

from feedback.queue import claims, reaper, unclaimed
from feedback.store.models import Document, Student, Task
from feedback.submissions import retention
from tests.harness.in_process import Submit, claim_singles, claim_task, class_of, let_leases_run_out, made_of, student
from tests.harness.in_process import task_of as id_of
from tests.harness.locks import Connection, waiting_for

pytestmark = pytest.mark.usefixtures("transactional_db")  # the connections see what is committed

HOLD_STUDENT = "SELECT id FROM reports_student WHERE id = %s FOR UPDATE"
TRY_DOCUMENT = "SELECT id FROM reports_document WHERE id = %s FOR UPDATE SKIP LOCKED"


@pytest.fixture
def other() -> Iterator[Connection]:
    """A connection beside that of the test, which has one transaction open."""
    connection.ensure_connection()
    dsn, password = connection.connection.info.dsn, connection.settings_dict["PASSWORD"]
    with psycopg.connect(dsn, password=password) as opened:
        yield opened
        opened.rollback()


def locked(other: Connection, documents: list[UUID]) -> list[bool]:
    return [other.execute(TRY_DOCUMENT, [id_]).fetchone() is None for id_ in documents]


def test_a_document_with_findings_is_not_held_while_its_student_is_waited_for(
    submit: Submit, other: Connection
) -> None:
    submit("html", student())
    [held] = claim_singles("", 1)
    made = [made_of(held)]
    assert made[0].findings

    other.execute(HOLD_STUDENT, [held.student])
    with waiting_for(other, lambda: claims.store(made)) as answers:
        assert locked(other, [held.report_id]) == [False]
    assert answers == [1]
    assert Document.objects.get().state == "SUCCESS"
    assert Student.objects.get().findings


def test_of_a_batch_no_document_is_held_whose_student_is_yet_to_be_had(submit: Submit, other: Connection) -> None:
    address = submit("html", class_of(4))
    made = [made_of(one) for one in claim_task(id_of(address), 4)]
    by_student = sorted(made, key=lambda one: str(one.claim.student))
    ids = [one.claim.report_id for one in by_student]

    other.execute(HOLD_STUDENT, [by_student[2].claim.student])
    with waiting_for(other, lambda: claims.store(made)) as answers:
        assert locked(other, ids[2:]) == [False, False]
    assert answers == [4]


def test_a_worker_that_stores_late_and_the_reaper_do_not_wait_for_each_other(submit: Submit, other: Connection) -> None:
    for number in range(3):
        submit("html", student(f"student-{number}"))
    claimed = claim_singles("", 3)
    Document.objects.update(attempts=3)
    let_leases_run_out()

    other.execute("SELECT id FROM reports_document WHERE id = %s FOR UPDATE", [claimed[1].report_id])
    assert reaper.give_up_exhausted() == 2, "the one that is being stored is left for the next sweep"
    other.rollback()
    assert reaper.give_up_exhausted() == 1


def test_retention_waits_for_a_student_before_it_holds_a_document(submit: Submit, other: Connection) -> None:
    submit("html", class_of(2))
    Task.objects.update(expired_at=Now())
    documents = Document.objects.filter(kind="student")

    other.execute(HOLD_STUDENT, [documents.values_list("about", flat=True)[0]])
    with waiting_for(other, lambda: retention.purge(60, sleep=lambda _: None)) as answers:
        assert locked(other, list(documents.values_list("pk", flat=True))) == [False, False]
    assert answers == [1]


def test_a_retry_locks_the_class_report_before_the_documents_of_students(submit: Submit, other: Connection) -> None:
    task_id = id_of(submit("html", class_of(2)))
    claims.fail([(one, "for the test") for one in claim_task(task_id, 2)])
    [report] = claim_task(task_id, 1)
    assert report.is_class_report
    claims.fail([(report, "for the test")])
    students = list(Document.objects.filter(kind="student").values_list("pk", flat=True))

    other.execute("SELECT id FROM reports_document WHERE id = %s FOR UPDATE", [report.report_id])
    with waiting_for(other, lambda: unclaimed.retry(task_id)) as answers:
        assert locked(other, students) == [False, False]
    assert answers == [3]
