"""Installing depends on the lock alone: Poetry and the build backend are pinned, the interpreter is checked first."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TOOLS = (ROOT / "deploy" / "poetry" / "requirements.txt").read_text()


def pinned(name: str) -> str:
    found = re.search(rf"^{name}==(\S+)", TOOLS, re.MULTILINE)
    assert found, name
    return found[1]


def test_every_tool_is_pinned_by_version_and_hash() -> None:
    lines = [line for line in TOOLS.replace("\\\n", "").splitlines() if line and not line.startswith("#")]

    assert lines
    assert [line for line in lines if not re.match(r"[a-z0-9.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)] == []


def test_the_tools_pinned_are_those_asked_for() -> None:
    asked = tomllib.loads((ROOT / "deploy" / "poetry" / "pyproject.toml").read_text())["project"]["dependencies"]

    assert asked == [f"{name} (=={pinned(name)})" for name in ("poetry", "poetry-plugin-export")]


def test_pip_builds_with_the_backend_that_poetry_brings() -> None:
    assert PROJECT["build-system"]["requires"] == [f"poetry-core=={pinned('poetry-core')}"]


@pytest.mark.parametrize("file", ["Dockerfile", "deploy/install"])
def test_pip_resolves_nothing_by_itself(file: str) -> None:
    """Whatever pip installs, it installs from hashes alone, and no dependency that is not listed."""
    calls = re.findall(r"pip\"? install .*", (ROOT / file).read_text())

    assert calls
    assert [call for call in calls if "--no-deps" not in call or "--require-hashes" not in call] == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that holds what `deploy/install` reads first."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "deploy" / "install", tmp_path / "deploy" / "install")
    return tmp_path


def install(checkout: Path, python: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["deploy/install", "run"],
        check=False,
        cwd=checkout,
        env=os.environ | {"PYTHON": python},
        capture_output=True,
        text=True,
    )


def test_an_interpreter_that_is_too_old_is_named_before_anything_is_made(checkout: Path) -> None:
    old = checkout / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.18"\nexit 1\n')
    old.chmod(0o755)

    done = install(checkout, str(old))

    assert done.returncode == 1
    assert f"{old} is Python 3.9.18, and this project needs Python 3.11 or newer" in done.stderr
    assert sorted(path.name for path in checkout.iterdir()) == ["deploy", "python3.9"]


def test_an_interpreter_that_is_not_there_is_named(checkout: Path) -> None:
    done = install(checkout, "python-of-nowhere")

    assert done.returncode == 1
    assert "There is no python-of-nowhere. Install Python 3.11 or newer" in done.stderr


def test_the_oldest_python_that_is_installed_for_is_the_one_that_the_package_says() -> None:
    said = re.search(r"sys\.version_info < \((\d+), (\d+)\)", (ROOT / "deploy" / "install").read_text())

    assert said
    assert PROJECT["project"]["requires-python"].startswith(f">={said[1]}.{said[2]},")
