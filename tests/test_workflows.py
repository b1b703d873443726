"""What runs elsewhere is pinned, may do little, and is what a developer runs."""

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness.tools import tool

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NAMES = [path.name for path in WORKFLOWS]
CHART = ROOT / "deploy" / "helm" / "feedback-generator" / "Chart.yaml"


def jobs(workflow: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(workflow.read_text())["jobs"]
    return found


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=NAMES)
def test_every_action_is_pinned_by_digest_and_says_its_version(workflow: Path) -> None:
    used = re.findall(r"uses: (?!\./)(.*)", workflow.read_text())

    assert [each for each in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=NAMES)
def test_a_workflow_may_only_read_unless_a_job_says_what_it_writes(workflow: Path) -> None:
    assert yaml.safe_load(workflow.read_text())["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=NAMES)
def test_every_job_ends(workflow: Path) -> None:
    assert [name for name, job in jobs(workflow).items() if "timeout-minutes" not in job and "uses" not in job] == []


def test_ci_runs_on_debians_own_python_and_on_each_that_is_supported() -> None:
    images = jobs(ROOT / ".github" / "workflows" / "ci.yml")["check-and-test"]["strategy"]["matrix"]["image"]

    assert images == ["debian:12", *(f"python:3.{minor}-bookworm" for minor in (11, 12, 13))]


@pytest.mark.parametrize(("workflow", "job"), [("ci.yml", "check-and-test"), ("newest.yml", "newest")])
def test_the_suite_has_the_history_there_and_may_skip_nothing(workflow: str, job: str) -> None:
    suite = jobs(ROOT / ".github" / "workflows" / workflow)[job]
    (checkout,) = [step["with"] for step in suite["steps"] if "actions/checkout@" in step.get("uses", "")]

    assert checkout["fetch-depth"] == 0
    assert suite["env"]["TEST_COMPLETE"] == "true"


@pytest.mark.parametrize(("complete", "ends"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_tool_is_a_failure_where_nothing_may_be_skipped(
    complete: str, ends: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_COMPLETE", complete)

    with pytest.raises(ends, match="deploy/install-tools fetches it"):
        tool("a-tool-that-nobody-has")


def test_a_release_is_the_suite_then_a_wheel_and_an_image_with_their_origins() -> None:
    release = jobs(ROOT / ".github" / "workflows" / "release.yml")
    steps = {
        name: [step.get("uses", "").partition("@")[0] for step in job.get("steps", [])] for name, job in release.items()
    }
    build = next(step["with"] for step in release["image"]["steps"] if "build-push" in step.get("uses", ""))

    assert release["suite"]["needs"] == "version"
    assert release["wheel"]["needs"] == release["image"]["needs"] == "suite"
    assert "actions/attest-build-provenance" in steps["wheel"]
    assert "actions/attest-build-provenance" in steps["image"]
    assert "anchore/sbom-action" in steps["wheel"]
    assert (build["platforms"], build["sbom"]) == ("linux/amd64,linux/arm64", True)


def test_a_release_holds_the_client_and_an_image_under_the_tag_that_the_chart_asks_for(tmp_path: Path) -> None:
    release = jobs(ROOT / ".github" / "workflows" / "release.yml")
    commands = {
        name: [step["run"] for step in job["steps"] if "run" in step] for name, job in release.items() if "steps" in job
    }
    build = next(step["with"] for step in release["image"]["steps"] if "build-push" in step.get("uses", ""))
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    given = {"GITHUB_REF_NAME": f"v{version}", "GITHUB_REPOSITORY": "Some/Body", "GITHUB_ENV": str(tmp_path / "env")}
    for command in (*commands["version"], *commands["image"]):
        subprocess.run(["bash", "-euc", command], cwd=ROOT, env=os.environ | given, check=True)
    made = dict(re.findall(r"(.*)=(.*)", (tmp_path / "env").read_text()))
    tag = re.sub(r"\$\{\{ env\.(\w+) \}\}", lambda name: made[name[1]], build["tags"])

    assert tag == f"ghcr.io/some/body:{yaml.safe_load(CHART.read_text())['appVersion']}"
    assert any("--project clients/python build" in command for command in commands["wheel"])


def test_the_service_its_chart_and_its_client_have_one_version() -> None:
    service, client = (
        tomllib.loads((ROOT / folder / "pyproject.toml").read_text()) for folder in (".", "clients/python")
    )
    chart = yaml.safe_load(CHART.read_text())

    assert {client["project"]["version"], chart["version"], chart["appVersion"]} == {service["project"]["version"]}


def test_the_newest_releases_tried_are_of_libraries_that_are_locked() -> None:
    (install,) = re.findall(r"--upgrade \\\n(.*?)\n\.venv", (ROOT / ".ci" / "newest").read_text(), re.DOTALL)
    tried = set(re.findall(r"(?:^|[\s\"])([a-z][a-z0-9-]+)", install))
    locked = {package["name"] for package in tomllib.loads((ROOT / "poetry.lock").read_text())["package"]}

    assert {"django", "celery", "kombu", "billiard", "psycopg", "uvicorn", "msgspec", "jinja2"} <= tried
    assert tried <= locked


def test_what_runs_before_a_commit_is_installed_by_make() -> None:
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]

    assert local["repo"] == "local"
    assert {hook["entry"].split()[0] for hook in local["hooks"]} == {".venv/bin/ruff", ".venv/bin/lint-imports"}


@pytest.mark.parametrize(
    "form", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.name
)
def test_a_form_for_an_issue_asks_for_something(form: Path) -> None:
    content = yaml.safe_load(form.read_text())

    assert form.name == "config.yml" or any(field.get("validations", {}).get("required") for field in content["body"])
