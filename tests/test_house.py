"""The house stands as drawn: imports run one way, and what makes a report knows no framework."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_imports_run_one_way() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rooms_that_make_a_report_load_no_framework() -> None:
    rooms = "import feedback.contract, feedback.pipeline, sys"
    frameworks = "{'django', 'rest_framework', 'celery'} & {name.partition('.')[0] for name in sys.modules}"
    done = subprocess.run(
        [sys.executable, "-c", f"{rooms}; print({frameworks} or 'none')"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "none"


def test_no_test_imports_from_another_rooms_folder() -> None:
    """What several rooms' tests share stands in `tests/harness`."""
    strays = [
        f"{file.relative_to(ROOT)}: {found[0]}"
        for file in (ROOT / "tests").rglob("*.py")
        for found in re.finditer(r"^\s*(?:from|import) tests\.(\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
        if found[1] not in ("harness", file.relative_to(ROOT / "tests").parts[0])
    ]
    assert strays == []
