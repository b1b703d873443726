"""The table on the terminal, the same as JSON with what was compared, and the JSON as a table for the documentation.

`python -m benchmarks.table results.json` prints a kept run in Markdown; with a second file, `docs/performance.md`,
it puts the table there between the two marks.
"""

import os
import platform
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from benchmarks.measure import Row, shown

_RESULTS = Path(__file__).parent / "results"
_COMPARED = (
    *("django", "djangorestframework", "celery", "kombu", "redis", "psycopg", "uvicorn", "gunicorn"),
    *("msgspec", "typst", "jinja2", "weasyprint", "reportlab", "rl-accel"),
)
_BEGIN, _END = "<!-- measured -->", "<!-- end of what was measured -->"
_WIDTHS = (58, 42, 10, 10)


class Measured(msgspec.Struct, frozen=True):
    """A row as it is kept."""

    what: str
    against: str
    measured: float
    unit: str
    goal: str
    met: bool
    details: Mapping[str, float | str]


class Run(msgspec.Struct, frozen=True):
    """All that one run measured, on what, with which versions."""

    at: str
    python: str
    machine: str
    load_averages: Sequence[float]
    versions: Mapping[str, str]
    rows: Sequence[Measured]


def head() -> None:
    _print("what", "against", "measured", "goal")
    _print(*("-" * width for width in _WIDTHS))


def line(row: Row) -> None:
    _print(row.what, row.against, shown(row.figure, row.goal.unit), str(row.goal), _verdict(row.met))
    print(f"    {_numbers(row.details)}", flush=True)


def _print(*cells: str) -> None:
    print(" ".join(cell.ljust(width) for cell, width in zip(cells, (*_WIDTHS, 8), strict=False)).rstrip(), flush=True)


def _verdict(met: bool) -> str:
    return "met" if met else "missed"


def _numbers(details: Mapping[str, float | str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in details.items())


def keep(rows: Iterable[Row]) -> Path:
    """Write the rows with the versions and the machine to a file named for the moment; returns it."""
    run = run_of(rows)
    path = _RESULTS / f"{datetime.fromisoformat(run.at):%Y-%m-%d-%H%M%S}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n")
    return path


def run_of(rows: Iterable[Row]) -> Run:
    """The rows, measured just now on this machine."""
    return Run(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        load_averages=[round(load, 2) for load in os.getloadavg()],
        versions=dict(_versions()),
        rows=[
            Measured(row.what, row.against, row.figure, row.goal.unit, str(row.goal), row.met, row.details)
            for row in rows
        ],
    )


def _versions() -> Iterator[tuple[str, str]]:
    for name in _COMPARED:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue  # and was not compared


def in_markdown(run: Run) -> Iterator[str]:
    """The lines of a table, and what it was measured with."""
    yield "| what | against | measured | goal | |"
    yield "|---|---|---|---|---|"
    for row in run.rows:
        measured = shown(row.measured, row.unit)
        yield f"| {row.what} | {row.against} | {measured} | {row.goal} | {_verdict(row.met)} |"
    yield ""
    versions = ", ".join(f"{name} {number}" for name, number in run.versions.items())
    yield f"Measured at {run.at} on {run.machine}, Python {run.python}: {versions}."


def put(lines: Iterable[str], document: Path) -> None:
    """Put lines between the marks of a document in place of what stands there."""
    before, _, rest = document.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise SystemExit(f"{document} has no place for the table: write {_BEGIN} and {_END} where it belongs.")
    document.write_text("\n".join([before + _BEGIN, *lines, end + after]), encoding="utf-8")


def main(results: str, document: str = "") -> None:
    lines = in_markdown(msgspec.json.decode(Path(results).read_bytes(), type=Run))
    if document:
        put(lines, Path(document))
    else:
        print("\n".join(lines))


if __name__ == "__main__":
    main(*[argument for argument in sys.argv[1:] if argument != "--markdown"])
