"""A backup as docs/how-to/back-up.md has it, taken amid work: what was accepted by then is delivered elsewhere."""

import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from tests.harness import servers, stack
from tests.harness.in_process import class_of, student
from tests.harness.stack import Stack
from tests.harness.waiting import until


def dump(database: str, file: Path) -> None:
    command = [
        servers.binary("pg_dump", "postgresql-client", "TEST_DATABASE_URL"),
        "--format=custom",
        f"--file={file}",
        database,
    ]
    subprocess.run(command, check=True)


def restore(file: Path, database: str) -> None:
    """By the options of the page: it works on an empty database and on one with tables alike."""
    command = [
        servers.binary("pg_restore", "postgresql-client", "TEST_DATABASE_URL"),
        "--clean",
        "--if-exists",
        "--no-owner",
        f"--dbname={database}",
        str(file),
    ]
    subprocess.run(command, check=True)


def test_a_backup_taken_amid_a_class_delivers_all_that_was_accepted_by_then(
    start_services: Callable[..., Stack], tmp_path: Path
) -> None:
    old = start_services(FEEDBACK_LEASE_SECONDS="2")
    done = old.client.post("/assignment/html", json=student("ada")).headers["Location"]
    page = old.finished(done).content
    big = old.client.post("/assignment/pdf", json=class_of(150)).headers["Location"]
    until(lambda: _states(old, big)["SUCCESS"] > 0)
    dump(old.environment["DATABASE_URL"], tmp_path / "feedback.dump")
    assert _states(old, big)["SUCCESS"] < 150, "the backup was taken amid the work"
    late = old.client.post("/assignment/html", json=student("grace")).headers["Location"]

    with stack.fresh_database() as database:
        restore(tmp_path / "feedback.dump", database)
        new = start_services(FEEDBACK_LEASE_SECONDS="2", DATABASE_URL=database)
        assert new.client.get(done).content == page, "what was made is the same, byte for byte"
        assert new.finished(big).status_code == 200
        assert _states(new, big) == {"SUCCESS": 150}
        assert new.client.get(late).status_code == 404, "accepted after the backup"
        new.close()


def _states(running: Stack, task: str) -> Counter[str]:
    return Counter(each["state"] for each in running.client.get(f"{task}/reports").json()["students"])


def test_a_backup_goes_over_an_installation_that_has_moved_on(
    start_services: Callable[..., Stack], tmp_path: Path
) -> None:
    running = start_services()
    kept = running.client.post("/assignment/html", json=student("ada")).headers["Location"]
    page = running.finished(kept).content
    dump(running.environment["DATABASE_URL"], tmp_path / "feedback.dump")
    gone = running.client.post("/assignment/html", json=student("grace")).headers["Location"]
    running.finished(gone)
    for name in ("beat", "worker", "web"):
        running.processes.pop(name).stop()

    restore(tmp_path / "feedback.dump", running.environment["DATABASE_URL"])
    running.migrate()
    running.start_web().until(running.answers)
    running.start_worker()
    assert running.client.get(kept).content == page
    assert running.client.get(gone).status_code == 404
    again = running.client.post("/assignment/html", json=student("grace")).headers["Location"]
    assert running.finished(again).status_code == 200
    assert urlsplit(again).path != urlsplit(gone).path
