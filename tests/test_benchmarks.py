"""Every benchmark still runs, on next to nothing: what it measures is for `make bench`, on a quiet machine.

The peers of some are no part of `make test`; those run here where `make bench` has installed them.
"""

import html
import importlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from pypdf import PdfReader

import benchmarks.service
from benchmarks import findings, table
from benchmarks.__main__ import SUBJECTS
from benchmarks.measure import Goal, Row
from benchmarks.peers import templated
from feedback.contract.formats import Format
from feedback.rendering import render
from feedback.rendering.html.page import page
from tests.harness import stack
from tests.harness.processes import ROOT


def _have(subject: str) -> bool:
    return all(find_spec(peer) for peer in SUBJECTS[subject])


@pytest.fixture
def next_to_nothing(monkeypatch: pytest.MonkeyPatch, service: stack.Stack, embedded: stack.Stack) -> None:
    """The services of this test run stand in for those that a benchmark starts for itself."""

    @contextmanager
    def ours() -> Iterator[stack.Stack]:
        yield service

    @contextmanager
    def ours_embedded() -> Iterator[stack.Stack]:
        yield embedded

    monkeypatch.setenv("BENCH_SCALE", "0.001")
    monkeypatch.setattr(benchmarks.service, "servers_running", lambda: None)
    monkeypatch.setattr(benchmarks.service, "services", ours)
    monkeypatch.setattr(benchmarks.service, "cold_services", ours)
    monkeypatch.setattr(benchmarks.service, "WAYS", {"services": ours, "embedded": ours_embedded})


# The one subject that asks the database in this process.
_MARKS = {"flat": [pytest.mark.django_db(transaction=True)]}


@pytest.mark.parametrize(
    "subject", [pytest.param(subject, marks=_MARKS.get(subject, [])) for subject in SUBJECTS if _have(subject)]
)
@pytest.mark.usefixtures("next_to_nothing")
def test_every_subject_gives_rows(subject: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = importlib.import_module(f"benchmarks.rows.{subject}")
    if hasattr(rows, "EVENTS"):
        monkeypatch.setattr(rows, "EVENTS", (12,))
    if hasattr(rows, "EXPORTS"):  # each is read by a new process
        monkeypatch.setattr(rows, "EXPORTS", dict(list(rows.EXPORTS.items())[:2]))
    measured = list(rows.rows())
    assert measured
    assert all(row.what and row.against and row.details for row in measured)


def test_the_page_that_django_makes_is_ours() -> None:
    for found in findings.students("same", 120, 2):
        document = findings.document(found)
        assert _tags_and_words(templated.page(document)) == _tags_and_words(page(document))


if _have("documents"):

    def test_the_document_that_reportlab_sets_says_what_ours_says() -> None:
        from benchmarks.peers import drawings, platypus  # noqa: PLC0415 - where they are installed

        found = next(findings.students("same", 120, 1))
        document = findings.document(found)
        theirs = _words(platypus.pdf(document, drawings.sketches(document)))
        assert _words(render(found, Format.PDF).body) - theirs == set()


def test_a_kept_run_becomes_the_table_of_the_documentation(tmp_path: Path) -> None:
    row = Row("a class", "the usual build", 3.14159, Goal("≥", 3), {"ours ms": 1.0})
    kept = table.run_of([row])
    lines = list(table.in_markdown(kept))
    assert "| a class | the usual build | 3.14× | ≥ 3× | met |" in lines
    assert f"django {kept.versions['django']}" in lines[-1]

    document = tmp_path / "performance.md"
    document.write_text((ROOT / "docs" / "performance.md").read_text())
    for _ in range(2):
        table.put(lines, document)
    assert document.read_text().count("| a class | the usual build |") == 1
    assert document.read_text().endswith((ROOT / "docs" / "performance.md").read_text()[-200:])


def _tags_and_words(of: bytes) -> str:
    return re.sub(r"\s*(<[^>]*>)\s*", r"\1", html.unescape(of.decode()))


def _words(pdf: bytes) -> set[str]:
    text = " ".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf)).pages)
    return set(re.findall(r"[A-Za-z]{4,}", text))
