"""The examples of the client's README run against the real service."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.processes import ROOT
from tests.harness.stack import Stack

README = ROOT / "clients" / "python" / "README.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs_as_it_stands(number: int, embedded: Stack, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    code = EXAMPLES[number].replace("http://127.0.0.1:8000", embedded.url)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=embedded.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if "archive" in code:
        assert (tmp_path / "reports.zip").stat().st_size > 1000
        assert "amara.okafor SUCCESS" in done.stdout
