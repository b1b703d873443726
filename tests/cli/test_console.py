"""What the commands say while they work: how far, how fast, and how long still."""

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from feedback.cli import console
from tests.cli.support import FEEDBACK, feedback
from tests.harness.processes import ROOT

CLASS = ROOT / "examples" / "class.json"


@pytest.mark.parametrize(
    ("done", "seconds", "said"),
    [
        (0, 5.0, ""),
        (50, 10.0, "5.0 a second, about 10 s left"),
        (25, 1.0, "25 a second, about 3 s left"),
        (1, 10.0, "0.1 a second, about 16 min 30 s left"),
        (100, 4.0, "25 a second"),
    ],
)
def test_the_pace_is_told_from_what_was_done_so_far(done: int, seconds: float, said: str) -> None:
    times = iter([100.0, 100.0 + seconds])

    assert console.Pace(100, lambda: next(times)).at(done) == said


def test_where_there_is_no_terminal_progress_comes_in_plain_lines(tmp_path: Path) -> None:
    lines = feedback("render", CLASS, "--out", tmp_path / "out", "--format", "html").stderr.splitlines()
    told = [line for line in lines if line.startswith("Students: ")]

    assert 1 < len(told) <= 10
    assert re.fullmatch(r"Students: \d+ of 24, [\d.,]+ a second, about .+ left", told[0])
    assert re.fullmatch(r"Students: 24 of 24, [\d.,]+ a second", told[-1])


def test_on_a_terminal_there_is_a_bar_with_its_pace(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [FEEDBACK, "render", str(CLASS), "--out", str(tmp_path / "out"), "--format", "html"]
    subprocess.run(command, check=True, stderr=theirs, stdout=subprocess.DEVNULL, env=os.environ | {"TERM": "xterm"})
    os.close(theirs)
    said = b""
    while (more := _read(ours)) != b"":
        said += more
    os.close(ours)

    assert b"24/24" in said
    assert b"a second" in said


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # how Linux says that the other end is closed
        return b""


def test_the_help_names_every_command_and_exit_code() -> None:
    text = " ".join(feedback("--help").stdout.split())

    assert "Exit codes: 0 all went well, 1 something failed (and was named), 2 the command was not understood" in text
    for command in ("render", "submit", "serve", "web", "demo"):
        assert command in text
