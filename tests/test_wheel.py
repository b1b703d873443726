"""The wheels, installed into empty virtual environments: the service's runs from any folder, the client's alone."""

import html
import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import httpx
import pytest

from feedback.config import home
from tests.harness.environment import without_ours
from tests.harness.processes import Process
from tests.harness.stack import Stack

ROOT = Path(__file__).parents[1]
# As a release does: the source distribution too.
BUILD = "import sys; from poetry.core.masonry import api; api.build_sdist(sys.argv[1]); api.build_wheel(sys.argv[1])"
ADA = {"student_id": "ada", "events": [{"unit": 6}, {"unit": 6}, {"unit": 2}]}
ORDER = "Event Order: Q2 -> Q2 -> Q1"


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub("<[^>]*>", "", page)).split())


def built(project: Path, folder: Path) -> Path:
    subprocess.run([sys.executable, "-c", BUILD, folder], cwd=project, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def client_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT / "clients" / "python", tmp_path_factory.mktemp("client-wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment_with(wheel, tmp_path_factory.mktemp("environment"))


def environment_with(wheel: Path, environment: Path) -> Path:
    """The programs of a virtual environment with the wheel in it; its dependencies are those of this environment."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    # A path file adds the folder and reads no path file in it: the checkout itself is not found there.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", environment / "bin" / "python"]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
    return environment / "bin"


@pytest.fixture
def elsewhere(tmp_path: Path) -> dict[str, str]:
    """The environment of a person with a home of their own, in a folder outside of the checkout."""
    return without_ours(dict(os.environ)) | {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}


def run(command: list[str | Path], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=environment["HOME"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_wheel_holds_the_service_and_its_client_and_says_that_they_are_typed(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"feedback", "feedback_client"}
    assert {"feedback/py.typed", "feedback_client/py.typed"} <= set(names)
    assert [name for name in names if name.endswith((".pyc", ".sqlite3"))] == []


def test_it_is_the_wheel_that_runs(installed: Path, elsewhere: dict[str, str]) -> None:
    where = run([installed / "python", "-c", "import feedback; print(feedback.__file__)"], elsewhere)

    assert Path(where).is_relative_to(installed.parent)


def test_the_wheel_of_the_client_holds_it_alone_and_needs_httpx_alone(client_wheel: Path) -> None:
    with zipfile.ZipFile(client_wheel) as archive:
        names = archive.namelist()
        (metadata,) = [archive.read(name).decode() for name in names if name.endswith(".dist-info/METADATA")]

    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"feedback_client"}
    assert "feedback_client/py.typed" in names
    assert any(name.endswith("LICENSE") for name in names)
    assert (ROOT / "clients" / "python" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert [each.partition(" ")[0] for each in re.findall("^Requires-Dist: (.*)", metadata, re.MULTILINE)] == ["httpx"]
    assert client_wheel.name in (ROOT / "clients" / "python" / "README.md").read_text()


def test_the_client_fetches_a_report_without_the_service_beside_it(
    client_wheel: Path, embedded: Stack, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    programs = environment_with(client_wheel, tmp_path / "environment")
    code = (
        "import importlib.util, sys, feedback_client\n"
        "assert importlib.util.find_spec('feedback') is None\n"
        "with feedback_client.Client(sys.argv[1]) as client:\n"
        f"    task = client.wait(client.submit({ADA!r}))\n"
        "    print(client.document(task).decode(), feedback_client.__file__)"
    )
    said = run([programs / "python", "-c", code, embedded.url], elsewhere)

    assert ORDER in text(said)
    assert str(programs.parent) in said


def test_it_renders(installed: Path, elsewhere: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "class.json").write_text(json.dumps([ADA]))

    run([installed / "feedback", "render", "class.json", "--out", "reports"], elsewhere)

    assert ORDER in text((tmp_path / "reports" / "html" / "ada.html").read_text())
    assert (tmp_path / "reports" / "pdf" / "ada.pdf").read_bytes().startswith(b"%PDF")


def test_it_serves_with_its_data_among_the_users(installed: Path, elsewhere: dict[str, str], tmp_path: Path) -> None:
    serve = Process("serve", [str(installed / "feedback"), "serve", "--port", "0"], elsewhere, tmp_path / "log")
    try:
        serve.until(lambda: "Listening on" in serve.words())
        url = re.findall(r"Listening on (\S+)", serve.words())[0]
        task = httpx.post(f"{url}/assignment/html", json=ADA).json()["task_id"]
        answer = httpx.get(f"{url}/assignment/html/{task}", params={"wait": "60"}, timeout=90)
        page = httpx.get(f"{url}/", follow_redirects=True)
        style = httpx.get(url + re.findall(r'href="(/static/[^"]+\.css)"', page.text)[0])
    finally:
        serve.stop()

    assert answer.status_code == 200
    assert ORDER in text(answer.text)
    assert style.status_code == 200
    assert (tmp_path / "data" / "feedback-generator" / "feedback.sqlite3").exists()


def test_it_manages_and_gives_celery_its_application(installed: Path, elsewhere: dict[str, str]) -> None:
    assert "no issues" in run([installed / "feedback", "manage", "check"], elsewhere)
    run([installed / "feedback", "manage", "migrate"], elsewhere)
    assert "fbk_" in run([installed / "feedback", "manage", "apikey", "create", "--name", "platform"], elsewhere)
    assert "feedback.submissions.tasks" in run(
        [installed / "python", "-m", "celery", "-A", "feedback", "report"], elsewhere
    )


def test_a_checkout_keeps_its_data_in_var(tmp_path: Path) -> None:
    assert home.default() == ROOT / "var"

    assert home.default(tmp_path / "site-packages" / "feedback").name == "feedback-generator"


def test_a_setting_that_is_not_understood_is_no_traceback(elsewhere: dict[str, str], installed: Path) -> None:
    done = subprocess.run(
        [installed / "feedback", "manage", "check"],
        env=elsewhere | {"FEEDBACK_TIME_ZONE": "Mars/Olympus"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("Error: FEEDBACK_TIME_ZONE='Mars/Olympus'")
