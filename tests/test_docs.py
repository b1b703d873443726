"""Documents are true: what they list is what the code has."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from benchmarks import table

ROOT = Path(__file__).parents[1]
# Set by Docker Compose for its own services, never read by ours.
COMPOSE_ONLY = {"FLOWER_BASIC_AUTH"}
# What a reader takes in; the diary is docs/lab/performance.md.
PAGE_LINES = 120


def variables_read() -> set[str]:
    """Every variable that the settings read: the first argument of each call of a reader in `feedback.config.env`."""
    tree = ast.parse((ROOT / "feedback" / "settings.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_every_variable_read_is_in_the_documentation_and_no_other() -> None:
    table = (ROOT / "docs" / "configuration.md").read_text()
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]

    assert {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)} == variables_read()


def test_every_variable_read_is_in_the_example_environment() -> None:
    example = (ROOT / ".env.example").read_text()

    assert set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE)) - COMPOSE_ONLY == variables_read()


def test_the_version_is_the_newest_of_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    released = re.findall(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert released[0] == version


@pytest.mark.parametrize(
    "document",
    sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")) + sorted((ROOT / ".github").rglob("*.md")),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_link_to_a_file_leads_to_one(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
        if not target.startswith("reference/"):  # made from the code; the strict build of the site knows them
            assert (document.parent / target).exists(), target


def test_the_table_of_performance_is_a_run_that_is_kept() -> None:
    page = (ROOT / "docs" / "performance.md").read_text()
    measured = re.search(r"^Measured at (\S+) ", page, re.MULTILINE)
    assert measured
    kept = ROOT / "benchmarks" / "results" / f"{datetime.fromisoformat(measured[1]):%Y-%m-%d-%H%M%S}.json"
    run = msgspec.json.decode(kept.read_bytes(), type=table.Run)

    assert "\n".join(table.in_markdown(run)) in page, (
        "put the run in: python -m benchmarks.table RUN docs/performance.md"
    )
    assert len(page.splitlines()) <= PAGE_LINES


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation site, built as `make docs` does."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_site_fetches_nothing_from_anybody_else(site: Path) -> None:
    fetching = re.compile(r"<(?:script|img|iframe|link)\b[^>]*?(?:src|href)=[\"']?(https?:[^\"' >]+)")
    pages = list(site.rglob("*.html"))
    fetched = {url for page in pages for url in fetching.findall(page.read_text())}

    assert len(pages) > 20
    assert fetched == set()


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("reference/openapi.html", "POST /assignment/{format}"),
        ("reference/findings.html", "active_seconds"),
        ("reference/class-findings.html", "bin_seconds"),
        ("reference/measures.html", "Jadud 2006"),
        ("architecture.html", "The invariants"),
    ],
)
def test_the_reference_is_made_from_the_code(site: Path, page: str, words: str) -> None:
    assert words in (site / page).read_text()


def test_every_setting_of_the_code_stands_on_the_site(site: Path) -> None:
    page = (site / "configuration.html").read_text()

    assert {name for name in variables_read() if f"<code>{name}</code>" not in page} == set()
