"""`python -m benchmarks [SUBJECT …]`: measure, print the table, and keep the numbers in `results/`."""

import importlib
import logging
import sys
from collections.abc import Iterator

import django

import tests.harness.environment  # noqa: F401 - complete before Django reads its settings
from benchmarks import service, table
from benchmarks.measure import SCALE, Row

SUBJECTS = ("decoding", "course")


def main(wanted: list[str]) -> None:
    unknown = set(wanted) - set(SUBJECTS)
    if unknown:
        choices = ", ".join(SUBJECTS)
        raise SystemExit(f"There is nothing called {', '.join(sorted(unknown))} to measure; choose from {choices}.")
    django.setup()
    logging.disable(logging.WARNING)
    try:
        measured = list(_measure(wanted or list(SUBJECTS)))
    finally:
        service.stop_everything()
    if SCALE == 1:
        print(f"\nKept in {table.keep(measured)}")


def _measure(subjects: list[str]) -> Iterator[Row]:
    table.head()
    for subject in subjects:
        for row in importlib.import_module(f"benchmarks.rows.{subject}").rows():
            table.line(row)
            yield row


if __name__ == "__main__":
    main(sys.argv[1:])
