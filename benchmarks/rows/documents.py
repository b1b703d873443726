"""One PDF report: ours beside two other ways to the same, all from the same findings.

WeasyPrint prints our page, ReportLab sets our view model; the making of those is in their time as it is in ours.
"""

from collections.abc import Iterator
from statistics import mean
from typing import Any, NamedTuple

from benchmarks import findings
from benchmarks.measure import Goal, Row, in_milliseconds, race, scaled
from benchmarks.peers import drawings, platypus, weasy
from feedback.analysis import Findings
from feedback.contract.formats import Format
from feedback.rendering import render

EVENTS = (76, 147, 229, 380)


class _Item(NamedTuple):
    """A student, and what the drawings of the report hold: ReportLab would not read it from an SVG."""

    findings: Findings
    sketches: platypus.Sketches


def rows() -> Iterator[Row]:
    for events in EVENTS:
        yield from _rows(events)


def _rows(events: int) -> Iterator[Row]:
    contestants: dict[str, Any] = {"ours": _ours, "ReportLab": _reportlab, "WeasyPrint": _weasyprint}
    taken = race(contestants, _items(events, scaled(12)), average=mean, warming=findings.WARMING)
    details = in_milliseconds(taken)
    what = f"a PDF report of {events} events"
    yield Row(what, "WeasyPrint on our page, tagged", taken["WeasyPrint"] / taken["ours"], Goal("≥", 25), details)
    yield Row(what, "ReportLab platypus, untagged", taken["ReportLab"] / taken["ours"], Goal("≥", 5), details)


def _items(events: int, number: int) -> Iterator[_Item]:
    for each in findings.students("documents", events, number):
        yield _Item(each, drawings.sketches(findings.document(each)))


def _ours(item: _Item) -> bytes:
    return render(item.findings, Format.PDF).body


def _reportlab(item: _Item) -> bytes:
    return platypus.pdf(findings.document(item.findings), item.sketches)


def _weasyprint(item: _Item) -> bytes:
    return weasy.pdf(render(item.findings, Format.HTML).body)
