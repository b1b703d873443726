"""The services under attack, and the table that `make hostile` ends with."""

import os
from collections.abc import Iterator

import pytest

from tests.harness import environment, stack
from tests.hostile.target import Target, Watch

# `make hostile` sets it: each attack as it was found, in full. Without it a short form runs in `make test`.
FULL = os.environ.get("HOSTILE") == "full"
_rows: list[tuple[str, ...]] = []
COLUMNS = ("attack", "sent", "answered", "others' p95 alone, ms", "beside it, ms", "memory, MB", "spooled, MB", "s")


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
    with start(folder, **settings) as running:
        yield Target(running, folder / "home" if request.param == "embedded" else None)


def note(attack: str, sent: str, answered: str, alone: Watch, beside: Watch, idle: int, seconds: float) -> None:
    """A row of the table."""
    _rows.append(
        (
            attack,
            sent,
            answered,
            f"{alone.felt.p95 * 1000:.0f}",
            f"{beside.felt.p95 * 1000:.0f}",
            f"+{(beside.most_memory - idle) / 1e6:.0f}",
            f"{beside.most_spooled / 1e6:.1f}",
            f"{seconds:.0f}",
        )
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FULL and _rows:
        rows = [COLUMNS, *_rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
        terminalreporter.section("hostile: what was sent, and what the others felt")
        for row in rows:
            terminalreporter.write_line("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)))
