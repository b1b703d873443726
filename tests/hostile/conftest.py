"""The services under attack, and the table that `make hostile` ends with."""

import contextlib
from collections.abc import Iterator

import pytest

from tests.harness import environment, stack
from tests.hostile.table import COLUMNS, FULL, ROWS
from tests.hostile.target import Target


@pytest.fixture(scope="module", params=["services", "embedded"])
def target(
    request: pytest.FixtureRequest, postgres: str, broker: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    """Both ways of running, each on its own database; the same attacks for each."""
    assert postgres
    assert broker
    folder = tmp_path_factory.mktemp(request.param)
    spool = folder / "tmp"
    spool.mkdir()
    start = stack.services if request.param == "services" else stack.embedded
    settings = {**environment.MODES["keys"], "TMPDIR": str(spool), "FEEDBACK_LOG_FORMAT": "text"}
    home = folder / "home" if request.param == "embedded" else None
    with start(folder, **settings) as running, contextlib.closing(Target(running, home)) as found:
        yield found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FULL and ROWS:
        rows = [COLUMNS, *ROWS]
        widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
        terminalreporter.section("hostile: what was sent, and what the others felt")
        for row in rows:
            terminalreporter.write_line("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)))
