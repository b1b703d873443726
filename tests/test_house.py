"""The house stands as drawn: imports run one way, and what makes a report knows no framework."""

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
