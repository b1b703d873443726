"""Tools that check what operators deploy: the machine's own, or those that `deploy/install-tools` fetches."""

import os
import shutil
from typing import NoReturn

import pytest

from tests.harness.processes import ROOT


def tool(name: str) -> str:
    """The path of a program. Without it the test ends (`missing`)."""
    found = shutil.which(name) or shutil.which(name, path=str(ROOT / ".tools" / "bin"))
    return found or missing(f"{name} is missing: deploy/install-tools fetches it")


def missing(why: str) -> NoReturn:
    """Skip this test; fail it where `TEST_COMPLETE=true` says that nothing is missing, as our workflows do."""
    if os.environ.get("TEST_COMPLETE") == "true":
        pytest.fail(f"{why}; TEST_COMPLETE=true lets no test be skipped for it")
    pytest.skip(why)
