"""`python -m benchmarks [--quick] [SUBJECT …]`: measure, print the table, and keep the numbers in `results/`.

`--quick` measures a fiftieth: whether everything still runs, not how fast; nothing is kept.
"""

import importlib
import logging
import os
import sys
from collections.abc import Iterator

import django

import tests.harness.environment  # noqa: F401 - complete before Django reads its settings
from benchmarks import service, table
from benchmarks.measure import Row, scale

# What each is compared with that is not in the product: of the dependency group `bench`.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "decoding": (),
    "sources": (),
    "documents": ("reportlab", "weasyprint"),
    "pages": (),
    "course": (),
    "formats": (),
    "throughput": ("gunicorn",),
    "singles": (),
    "reading": (),
    "slow": ("gunicorn",),
    "growth": (),
    "flat": (),
    "retention": (),
    "cohort": (),
    "memory": (),
}
QUICK = "0.02"


def main(arguments: list[str]) -> None:
    wanted = [argument for argument in arguments if argument != "--quick"]
    if unknown := set(wanted) - set(SUBJECTS):
        choices = ", ".join(SUBJECTS)
        raise SystemExit(f"There is nothing called {', '.join(sorted(unknown))} to measure; choose from {choices}.")
    if "--quick" in arguments:
        os.environ["BENCH_SCALE"] = QUICK
    django.setup()
    logging.disable(logging.WARNING)
    measured = []
    try:
        for row in _measure(wanted or list(SUBJECTS)):
            measured.append(row)  # noqa: PERF402 - what was measured before a fault is kept
    finally:
        service.stop_everything()
        if measured and scale() == 1:
            print(f"\nKept in {table.keep(measured)}")


def _measure(subjects: list[str]) -> Iterator[Row]:
    table.head()
    for subject in subjects:
        for row in importlib.import_module(f"benchmarks.rows.{subject}").rows():
            table.line(row)
            yield row


if __name__ == "__main__":
    main(sys.argv[1:])
