"""How much is drawn: little and always the same within `make test`, much and anew by `make fuzz`."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.harness import environment
from tests.harness.site import Site

FULL = environment.FUZZ
MODES = [environment.MODE] if FULL else list(environment.MODES)
REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "100000" if FULL else "2000"))

# Small enough that drawn bodies reach them.
LIMITS = {
    "FEEDBACK_MAX_BODY_BYTES": str(256 << 10),
    "FEEDBACK_MAX_STUDENTS": "6",
    "FEEDBACK_MAX_EVENTS": "30",
    # A worker that is late on a busy machine is not what is looked for here.
    "FEEDBACK_LEASE_SECONDS": "60",
}


def examples(number: int) -> settings:
    """Settings for so many examples; a failure of the short run is the same on every machine."""
    return settings(
        max_examples=number,
        derandomize=not FULL,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="session", params=[environment.MODE])
def fuzzed_site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("fuzz"), None, **LIMITS, **environment.MODES[request.param]) as site:
        site.run_all()
        yield site


_told: list[str] = []


@pytest.fixture(scope="session")
def told() -> list[str]:
    """Lines for the end of `make fuzz`."""
    return _told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FULL and _told:
        terminalreporter.section("fuzz: measured")
        for line in _told:
            terminalreporter.write_line(line)
