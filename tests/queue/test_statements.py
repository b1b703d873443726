"""The statements of the queue: both databases understand each, and find what is due among what is unfinished alone."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from feedback.queue import statements
from tests.harness.environment import without_ours
from tests.harness.processes import ROOT

VALUES: Mapping[str, Any] = {
    "task": uuid4(), "owner": "", "most": 3, "least": 1, "ids": [uuid4()], "lease": 60, "id": uuid4(), "fence": 1,
    "findings": b"{}", "first_event_at": None, "filename": "a", "media_type": "b", "body": b"c", "sha256": "d",
    "error": "why", "due_at": "2024-07-21T00:00:00Z", "pause": 5.0, "single": True,
    "student": uuid4(), "upload": uuid4(), "revision": 0, "seconds": 1.5, "stored_fence": 1, "size": 1,
    "announced": True,
}  # fmt: skip
ON_SQLITE = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from feedback.queue import statements
call_command("migrate", verbosity=0)
values = json.load(sys.stdin)
plans = {}
for name, statement in statements.load("sqlite").items():
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("EXPLAIN QUERY PLAN " + statement, values)
        plans[name] = [row[3] for row in cursor.fetchall()]
print(json.dumps(plans))
"""


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """How SQLite goes about each statement, after it has been run there."""
    told = without_ours(dict(os.environ)) | {
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "feedback.settings",
        "FEEDBACK_HOME": str(tmp_path_factory.mktemp("home")),
    }
    plain = {name: value.decode() if isinstance(value, bytes) else value for name, value in VALUES.items()}
    plain |= {"task": "0" * 32, "id": "0" * 32, "student": "0" * 32, "upload": "0" * 32, "ids": json.dumps(["0" * 32])}
    command = [sys.executable, "-c", ON_SQLITE]
    done = subprocess.run(
        command, env=told, cwd=ROOT, check=True, capture_output=True, text=True, input=json.dumps(plain)
    )
    return dict(json.loads(done.stdout))


@pytest.mark.django_db
@pytest.mark.parametrize("name", statements.load("postgresql"))
def test_postgresql_understands_every_statement(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements.load("postgresql")[name], VALUES)


def test_sqlite_understands_every_statement(plans: Mapping[str, list[str]]) -> None:
    assert plans.keys() == statements.load("postgresql").keys()


@pytest.mark.parametrize("name", ["waiting", "single_is_due", "lock_singles"])
def test_sqlite_looks_for_singles_among_what_is_unfinished_alone(plans: Mapping[str, list[str]], name: str) -> None:
    assert any("document_unfinished_single" in step for step in plans[name]), plans[name]


@pytest.mark.parametrize(
    "name", ["waiting", "single_is_due", "class_is_due", "lock_class", "lock_singles", "backlog", "announce"]
)
def test_sqlite_reads_no_table_from_end_to_end(plans: Mapping[str, list[str]], name: str) -> None:
    assert not [step for step in plans[name] if re.match(r"SCAN (document|task|other|student)\b(?!.*INDEX)", step)]


def test_no_stand_in_is_left_over_in_any_dialect() -> None:
    for vendor in ("postgresql", "sqlite"):
        for name, statement in statements.load(vendor).items():
            stand_in = r"\{|--|NEW_ID|\bNOW\(\)|SECONDS_FROM_NOW|SECONDS_SINCE|AMONG|SKIP_LOCKED"
            stand_in += "" if vendor == "postgresql" else r"|LEAST|GREATEST"  # PostgreSQL's own words
            assert not re.search(stand_in, statement), (vendor, name)
