"""An upgrade with old and new processes side by side: what either accepts, either makes.

The version before is a commit of this repository; where its history is not at hand there is nothing to try.
"""

import ast
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.harness import stack
from tests.harness.in_process import class_of, student
from tests.harness.processes import ROOT
from tests.harness.stack import Stack

# The last commit whose data needs no stop to be migrated, and its last migration.
BEFORE, LAST_MIGRATION = "3c3c15e", "0007_without_the_old_columns"
MIGRATIONS = ROOT / "feedback" / "store" / "migrations"


@pytest.fixture(scope="module")
def version_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of the version before, in a folder of its own."""
    folder = tmp_path_factory.mktemp("before")
    archive = folder / "source.tar"
    done = subprocess.run(
        ["git", "-C", str(ROOT), "archive", f"--output={archive}", BEFORE], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"the history of this checkout does not have {BEFORE}")
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


def test_every_later_migration_only_adds_what_the_version_before_can_leave_out() -> None:
    later = sorted(path for path in MIGRATIONS.glob("0*.py") if path.stem > LAST_MIGRATION)
    assert later
    for path in later:
        for operation in _operations(path):
            name = ast.unparse(operation.func).rpartition(".")[2]
            assert name in _ADDING, f"{path.name}: {name} takes something away from processes that still run"
            if name == "AddField":
                (field,) = [each.value for each in operation.keywords if each.arg == "field"]
                assert isinstance(field, ast.Call)
                given = {each.arg for each in field.keywords}
                filled = "db_default" in given or "null" in given
                assert filled, f"{path.name}: the version before inserts rows without this column"


_ADDING = {"AddField", "CreateModel", "AddIndex", "AddConstraint", "RunPython", "RunSQL", "SeparateDatabaseAndState"}


def _operations(path: Path) -> list[ast.Call]:
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if ast.unparse(target) == "operations":
                assert isinstance(node.value, ast.List)
                return [each for each in node.value.elts if isinstance(each, ast.Call)]
    raise AssertionError(f"{path.name} has no operations")
