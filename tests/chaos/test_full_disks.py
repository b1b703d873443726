"""No room left, in the database or where bodies are spooled: a clear 503, nothing half-written, nothing lost."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.chaos.conftest import Figures
from tests.harness.site import Site
from tests.harness.students import class_of
from tests.harness.waiting import until

Disk = Callable[[int], Path]


@contextmanager
def mounted(megabytes: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="feedback-chaos-disk-") as name:
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", name]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"a small disk needs the right to mount one: {done.stderr.strip()}")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


@pytest.fixture
def disk() -> Iterator[Disk]:
    """`disk(64)` is the folder of an empty file system of 64 MB."""
    with ExitStack() as mounts:
        yield lambda megabytes: mounts.enter_context(mounted(megabytes))


def fill(folder: Path) -> Path:
    """A file that takes all the room there is."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            return filler


def assert_refused(response: httpx.Response) -> None:
    assert response.status_code == 503
    assert set(response.json()) == {"error", "details"}
    assert int(response.headers["Retry-After"]) >= 1


def post(site: Site, number: int) -> httpx.Response:
    return site.client.post("/assignment/html", json=class_of(50, f"class-{number}"))


def test_the_databases_disk_is_full(disk: Disk, tmp_path: Path, figures: Figures) -> None:
    small = disk(96)
    with Site(tmp_path, small) as site:
        site.start_web().until(site.answers)
        accepted = [post(site, 0)]
        filler = fill(small)
        answers = [post(site, number) for number in range(1, 40)]
        filler.unlink()
        if not site.postgres.process.running:  # it ends where not even its recovery finds room
            site.postgres.restart()
        accepted += [answer for answer in answers if answer.status_code == 202]
        refused = [answer for answer in answers if answer.status_code != 202]
        assert refused
        for answer in refused:
            assert_refused(answer)

        until(lambda: post(site, 100).status_code in (202, 200), "a POST that is taken again")
        site.run_all()
        for answer in accepted:
            assert site.finished(answer.headers["Location"]).status_code == 200
        whole = site.query(
            "SELECT count(*) FILTER (WHERE reports = 51), count(*) FROM (SELECT count(r.id) AS reports "
            "FROM reports_task s LEFT JOIN reports_document r ON r.task_id = s.id GROUP BY s.id) AS counted"
        )
        figures.add("database's disk full: POSTs refused with 503, of 39", len(refused), "> 0")
        figures.add(
            "the same: submissions stored in part, of all", f"{whole[0][1] - whole[0][0]} of {whole[0][1]}", "0"
        )
        assert whole[0][0] == whole[0][1] >= len(accepted) + 1


def test_the_disk_for_bodies_is_full(disk: Disk, site: Site) -> None:
    small = disk(4)
    site.end("web")
    before = site.environment.get("TMPDIR")
    site.environment["TMPDIR"] = str(small)
    site.start_web().until(site.answers)
    students = class_of(3, "spooled")
    large, json_ = b" " * (20 << 20), {"Content-Type": "application/json"}
    try:
        assert_refused(site.client.post("/assignment/html", content=large, headers=json_))
        assert site.query("SELECT count(*) FROM reports_task") == [(0,)]
        assert site.client.post("/assignment/html", json=students).status_code == 202, "there is room again"
    finally:
        site.end("web")
        site.environment.pop("TMPDIR") if before is None else site.environment.update(TMPDIR=before)
    assert list(small.iterdir()) == []
