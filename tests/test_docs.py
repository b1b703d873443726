"""Documents are true: what they list is what the code has."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from benchmarks import table
from benchmarks.__main__ import SUBJECTS
from feedback.api import errors, urls

ROOT = Path(__file__).parents[1]
# Set by Docker Compose for its own services, never read by ours.
COMPOSE_ONLY = {"CELERY_BROKER_URL_FILE", "FLOWER_BASIC_AUTH", "REDIS_PASSWORD"}
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

    assert {name for row in rows for name in re.findall(r"`([A-Z0-9_]+)`", row)} == variables_read()


def shown(default: object) -> str:
    """A default as the table shows it; sizes in bytes have units there."""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, list):
        return f"`{','.join(map(str, default))}`"
    if isinstance(default, int) and default >= 1 << 20 and default % (1 << 20) == 0:
        return f"{default >> 30} GiB" if default % (1 << 30) == 0 else f"{default >> 20} MiB"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def constant_defaults() -> dict[str, str]:
    """The defaults that the settings give as constants, as the table has to show them."""
    tree = ast.parse((ROOT / "feedback" / "settings.py").read_text())
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("env.")
    ]
    given = {
        ast.literal_eval(call.args[0]): [*call.args[1:2], *(one.value for one in call.keywords[:1])] for call in calls
    }
    found = {}
    for name, (default, *_) in ((name, defaults) for name, defaults in given.items() if defaults):
        with suppress(NameError, ValueError):
            found[name] = shown(eval(ast.unparse(default), {"__builtins__": {}}))  # noqa: S307 - our own settings
    return found


def test_the_documentation_has_the_defaults_of_the_code() -> None:
    cells = [line.split("|") for line in (ROOT / "docs" / "configuration.md").read_text().splitlines()]
    table = {cell[1].strip().strip("`"): cell[2].strip() for cell in cells if len(cell) > 3}
    defaults = {name: default for name, default in constant_defaults().items() if not name.startswith("POSTGRES_")}

    assert len(defaults) > 20
    assert {name: table[name] for name in defaults} == defaults


def test_every_variable_read_is_in_the_example_environment() -> None:
    example = (ROOT / ".env.example").read_text()

    assert set(re.findall(r"^#? ?([A-Z0-9_]+)=", example, re.MULTILINE)) - COMPOSE_ONLY == variables_read()


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


def test_every_row_of_the_benchmarks_is_explained_in_its_order() -> None:
    page = (ROOT / "docs" / "performance.md").read_text()

    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(SUBJECTS)


def test_every_address_of_the_api_and_every_status_is_on_its_page() -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    addresses = [re.sub("<[^>]*>", "<>", str(each.pattern)) for each in urls.urlpatterns]
    ends = {re.findall(r"(?:/[^/<>]+)+", f"/{address}")[-1] for address in addresses}
    statuses = [int(number) for number in re.findall(r"^\| (\d{3}) \|", page, re.MULTILINE)]

    assert len(ends) > 15
    assert {end for end in ends if end not in page} == set()
    assert statuses == sorted({*errors.STATUSES.values(), 410, 431, 500})


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


def test_every_seam_names_code_and_a_test_that_exist_and_its_library_is_capped() -> None:
    rows = [
        line.split("|")[1:-1] for line in (ROOT / "docs" / "seams.md").read_text().splitlines()[2:] if "| `" in line
    ]
    capped = {
        re.split(r"[ \[]", requirement)[0].lower().replace("_", "-")
        for requirement in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
        if re.search(r"<\d+\.\d+\)", requirement) and not re.search(r"<\d+\.0\)", requirement)
    } | {"python"}  # each of its versions that we say we run on is in the workflow of CI
    names = {"django rest framework": "djangorestframework", "psycopg_pool": "psycopg-pool", "jinja": "jinja2"}

    assert len(rows) >= 14
    for library, _, where, _, test in rows:
        assert (ROOT / where.strip().strip("`")).exists(), where
        assert (ROOT / test.strip().strip("`")).exists(), test
        name = library.strip().lower()
        assert names.get(name, name) in capped, f"{library.strip()} has no cap on its minor version"
