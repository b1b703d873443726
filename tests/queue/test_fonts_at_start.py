"""What a worker says of this machine's fonts when it starts."""

import pytest
from structlog.testing import capture_logs

from feedback.queue import worker_process


@pytest.mark.parametrize(("missing", "lines"), [([], []), (["Tamil", "Hebrew"], [["Tamil", "Hebrew"]])])
def test_the_scripts_that_no_font_here_covers_are_named(
    monkeypatch: pytest.MonkeyPatch, missing: list[str], lines: list[list[str]]
) -> None:
    monkeypatch.setattr(worker_process, "missing_scripts", lambda: missing)
    with capture_logs() as logs:
        worker_process.name_missing_scripts()

    assert [line["scripts"] for line in logs] == lines
