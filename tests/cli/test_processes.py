"""A child of a command is ended with all that it started, also where a system cannot keep a zombie."""

import os
import sys
from pathlib import Path

import pytest

from feedback.cli.processes import Child, end_all
from tests.cli.support import marked
from tests.harness.waiting import until

# A child that starts one of its own, which would stay for ever, and then ends with 7.
COMMAND = [
    sys.executable,
    "-c",
    "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)']); sys.exit(7)",
]


@pytest.mark.parametrize("can_wait", [True, False], ids=["Linux", "macOS before Python 3.13"])
def test_a_child_says_how_it_ended_and_leaves_none_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_wait: bool
) -> None:
    if not can_wait:
        monkeypatch.delattr(os, "waitid")
    environment = {**os.environ, "CHILD_TEST": str(tmp_path)}
    with (tmp_path / "log").open("wb") as log:
        child = Child("child", COMMAND, environment, log)
        until(lambda: child.status() is not None)
        assert child.status() == 7
        end_all([child], 0)
    until(lambda: marked(f"CHILD_TEST={tmp_path}") == {})
