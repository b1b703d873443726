"""What is due is found by an index of what is unfinished, however much has been finished."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from feedback.db.compiled_query import A_LIMIT, A_TEXT
from feedback.queue import claims, ready
from feedback.store.models import Report
from tests.harness.environment import without_ours
from tests.harness.in_process import Submit, class_of, student
from tests.harness.messages import traced
from tests.harness.processes import ROOT

_PLANS = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from feedback.db.compiled_query import A_TEXT, AN_ID
from feedback.db.compiled_query import A_TEXT
from feedback.queue import claims, ready
from feedback.store.models import Report
call_command("migrate", verbosity=0)
for prepared in (ready._next_single(), ready._due_singles_of_an_owner()):
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + prepared._statement, prepared._parameters)
        print([row[3] for row in cursor.fetchall()])
"""


def test_sqlite_looks_for_singles_among_what_is_unfinished_alone(tmp_path: Path) -> None:
    told = without_ours(dict(os.environ)) | {
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "feedback.settings",
        "FEEDBACK_HOME": str(tmp_path),
    }
    plans = subprocess.run(
        [sys.executable, "-c", _PLANS], env=told, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()

    assert len(plans) == 2
    assert all("report_unfinished_single" in plan for plan in plans), plans
    assert "SCAN reports_submission" not in "".join(plans)


@pytest.mark.django_db
def test_constants_stand_in_the_statement_and_what_it_is_about_does_not() -> None:
    prepared = ready._due_singles_of_an_owner()

    assert "'PENDING'" in prepared._statement
    assert A_TEXT in prepared._parameters
    assert "PENDING" not in prepared._parameters


@pytest.mark.django_db
def test_one_statement_finds_as_many_as_are_asked_for() -> None:
    prepared = ready._due_singles_of_an_owner()

    assert A_LIMIT in prepared._parameters
    assert str(A_LIMIT) not in prepared._statement


def test_what_was_submitted_comes_to_the_worker_as_it_is_not_in_hexadecimal_digits(
    submit: Submit, tmp_path: Path
) -> None:
    submit("html", student("ada"))
    task = UUID(submit("html", class_of(2)).rsplit("/", 1)[1])
    for number, claim in enumerate((partial(claims.claim_singles, "", 1), partial(claims.claim, task))):
        assert '"student_id":"' in traced(tmp_path / str(number), claim)


def test_a_submission_has_work_until_its_last_report_is_final(submit: Submit) -> None:
    task, other = (UUID(submit("html", class_of(number)).rsplit("/", 1)[1]) for number in (2, 3))
    assert ready.is_any_of(task)
    Report.objects.filter(submission=task, kind="student").update(state="SUCCESS")
    assert ready.is_any_of(task), "the class report"
    Report.objects.filter(submission=task).update(state="SUCCESS")
    assert not ready.is_any_of(task)
    assert ready.is_any_of(other)
