"""What the tests of the command line share."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.harness import students
from tests.harness.environment import without_ours
from tests.harness.processes import ROOT
from tests.harness.students import Json

_START = datetime(2025, 1, 1, 10, tzinfo=UTC)
FEEDBACK = str(Path(sys.executable).with_name("feedback"))


def feedback(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, with none of the project's variables but those given."""
    done = subprocess.run(
        [FEEDBACK, *map(str, arguments)],
        cwd=ROOT,
        env=without_ours(dict(os.environ)) | environment,
        input=stdin,
        capture_output=True,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def marked(mark: str) -> dict[int, str]:
    """The command of every living process that inherited an environment variable's `NAME=value`, by process id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"\0{mark}\0".encode() in b"\0" + (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except OSError:
            continue  # it ended while we looked, or it is not ours
    return {process: command for process, command in found.items() if command}  # a zombie has none


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def manifest_of(folder: Path) -> list[dict[str, Any]]:
    students: list[dict[str, Any]] = json.loads((folder / "manifest.json").read_bytes())["students"]
    return students


def student(student_id: str, units: str = "6 6 2", **more: Any) -> Json:
    """A student with an event a minute on each of the units, and no namespace unless given."""
    return students.student(student_id, *units.split(), start=_START, every=60, **({"namespace": None} | more))
