"""The site that the chaos tests share, and the table of figures that `make chaos` ends with."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.harness import environment
from tests.harness.site import Site

# `make chaos` sets it; without it the suite runs small, as a part of `make test`.
FULL = os.environ.get("CHAOS") == "full"
# The mode of what asks for most; all else within `make test` runs in the other. A full run is in the one asked for.
MODES = [environment.MODE] if FULL else [mode for mode in environment.MODES if mode != environment.MODE]


@dataclass
class Figures:
    """What was measured, beside what was promised."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, what: str, measured: object, promised: str) -> None:
        shown = f"{measured:.2f}" if isinstance(measured, float) else str(measured)
        self.rows.append((what, shown, promised))


_figures = Figures()


@pytest.fixture(scope="session")
def figures() -> Figures:
    return _figures


@pytest.fixture(scope="session", params=[environment.MODE])
def shared_site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("site"), None, **environment.MODES[request.param]) as site:
        yield site


@pytest.fixture
def site(shared_site: Site) -> Iterator[Site]:
    """Everything runs, and there is no work. What a test ends, freezes or flaws is whole again for the next."""
    shared_site.reset()
    shared_site.run_all()
    yield shared_site
    shared_site.mend()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FULL and _figures.rows:
        widths = [max(len(row[column]) for row in _figures.rows) for column in range(2)]
        terminalreporter.section("chaos: measured, and promised")
        for what, measured, promised in _figures.rows:
            terminalreporter.write_line(f"{what:<{widths[0]}}  {measured:>{widths[1]}}  {promised}")
