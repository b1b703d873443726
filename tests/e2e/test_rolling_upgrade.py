"""An upgrade with old and new processes side by side: what either accepts, either makes.

The version before is a commit of this repository; where its history is not at hand it cannot be tried.
"""

import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    CreateModel,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.models import Field

from tests.harness import stack
from tests.harness.in_process import class_of, student
from tests.harness.processes import ROOT
from tests.harness.stack import Stack
from tests.harness.tools import missing

# The last commit whose data needs no stop to be migrated, and the last migration of each of its applications.
BEFORE = "3c3c15e"
LAST_MIGRATIONS = {
    "access": "0003_amendments",
    "reports": "0007_without_the_old_columns",
    "submissions": "0001_tallies",
}


@pytest.fixture(scope="module")
def version_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of the version before, in a folder of its own."""
    folder = tmp_path_factory.mktemp("before")
    archive = folder / "source.tar"
    done = subprocess.run(
        ["git", "-C", str(ROOT), "archive", f"--output={archive}", BEFORE], capture_output=True, check=False
    )
    if done.returncode:
        missing(f"the history of this checkout does not have {BEFORE}")
    with tarfile.open(archive) as source:
        source.extractall(folder / "source", filter="data")
    return folder / "source"


WAYS = ("html", "pdf")


@pytest.mark.usefixtures("postgres", "broker")
def test_old_and_new_processes_work_side_by_side_while_one_takes_over_from_the_other(
    version_before: Path, tmp_path: Path
) -> None:
    with stack.services(tmp_path, version_before, FEEDBACK_LEASE_SECONDS="5") as old:
        accepted = [old.client.post("/assignment/html", json=class_of(40)).headers["Location"]]
        old.use(ROOT)
        old.run("python", "manage.py", "migrate", "--no-input")  # while the old processes run
        accepted += [post(old, way, student(f"old-{way}")) for way in WAYS]
        old.start_worker("new-worker")
        accepted.append(post(old, "pdf", class_of(30)))
        (tmp_path / "new").mkdir()
        with stack.beside(old, tmp_path / "new") as new:
            accepted += [post(new, way, student(f"new-{way}")) for way in WAYS]
            for address in accepted:
                assert old.finished(address).status_code == 200
                assert new.client.get(address).content == old.client.get(address).content
            old.processes.pop("worker").stop()
            assert new.finished(post(new, "pdf", class_of(10))).status_code == 200
            assert new.client.get("/health/ready").status_code == 200


def post(to: Stack, way: str, body: object) -> str:
    answer = to.client.post(f"/assignment/{way}", json=body)
    assert answer.status_code == 202, answer.text
    return answer.headers["Location"]


def test_the_migrations_of_every_application_are_looked_at() -> None:
    loader = MigrationLoader(None)
    ours = {label for label, _ in loader.disk_migrations if apps.get_app_config(label).name.startswith("feedback.")}
    assert ours == LAST_MIGRATIONS.keys()
    assert set(LAST_MIGRATIONS.items()) <= loader.disk_migrations.keys()


@pytest.mark.parametrize("label", LAST_MIGRATIONS)
def test_every_later_migration_only_adds_what_the_version_before_can_leave_out(label: str) -> None:
    loader = MigrationLoader(None)
    later = sorted(name for of, name in loader.disk_migrations if of == label and name > LAST_MIGRATIONS[label])
    assert later
    for name in later:
        state = loader.project_state((label, name), at_end=False)
        for operation in loader.disk_migrations[label, name].operations:
            what = f"{name}: {operation.describe()}"
            if isinstance(operation, AlterField):
                before = state.models[label, operation.model_name_lower].fields[operation.name]
                assert _column(operation.field) == _column(before), f"{what} changes a column that is in use"
            else:
                assert isinstance(operation, _ADDING), f"{what} takes something away from processes that still run"
            if isinstance(operation, AddField):
                filled = operation.field.null or operation.field.has_db_default()
                assert filled, f"{what}: the version before inserts rows without this column"
            operation.state_forwards(label, state)


_ADDING = (AddField, CreateModel, AddIndex, AddConstraint, RunPython, RunSQL, SeparateDatabaseAndState)


def _column(field: "Field[Any, Any]") -> tuple[object, ...]:
    """What of a field is in the database: not its choices, say."""
    _, kind, arguments, options = field.deconstruct()
    return kind, arguments, {name: value for name, value in options.items() if name not in field.non_db_attrs}
