"""The table on the terminal, and the same as JSON with what was compared."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from benchmarks.measure import Row, shown

_RESULTS = Path(__file__).parent / "results"
_COMPARED = (
    *("django", "djangorestframework", "celery", "kombu", "redis", "psycopg", "uvicorn", "gunicorn"),
    *("msgspec", "typst", "jinja2", "weasyprint", "reportlab"),
)
_WIDTHS = (46, 46, 10, 10)


def head() -> None:
    _print("what", "against", "measured", "goal")
    _print(*("-" * width for width in _WIDTHS))


def line(row: Row) -> None:
    _print(row.what, row.against, shown(row.figure, row.goal.unit), str(row.goal), "met" if row.met else "missed")
    numbers = ", ".join(f"{name} {value}" for name, value in row.details.items())
    print(f"    {numbers}", flush=True)


def _print(*cells: str) -> None:
    print(" ".join(cell.ljust(width) for cell, width in zip(cells, (*_WIDTHS, 8), strict=False)).rstrip(), flush=True)


def keep(rows: Sequence[Row]) -> Path:
    """Write the rows with the versions and the machine to a file named for the moment; returns it."""
    now = datetime.now(UTC)
    run = {
        "at": now.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "load_before_the_end": os.getloadavg()[2],
        "versions": {name: version(name) for name in _COMPARED},
        "rows": [
            {
                "what": row.what,
                "against": row.against,
                "measured": row.figure,
                "unit": row.goal.unit,
                "goal": str(row.goal),
                "met": row.met,
                "details": row.details,
            }
            for row in rows
        ],
    }
    path = _RESULTS / f"{now:%Y-%m-%d-%H%M%S}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n")
    return path
