"""One page: our template engine beside Django's, on the same template and the same view model."""

from collections.abc import Iterator
from statistics import mean
from typing import Any

from benchmarks import findings
from benchmarks.measure import Goal, Row, in_milliseconds, race, scaled
from benchmarks.peers import templated
from feedback.rendering.html import page

EVENTS = (76, 147, 229, 380)


def rows() -> Iterator[Row]:
    return map(_row, EVENTS)


def _row(events: int) -> Row:
    contestants: dict[str, Any] = {
        "ours": lambda item: page.page(item[1]),
        "Django": lambda item: templated.page(item[1]),
        "view model": lambda item: findings.document(item[0]),
    }
    found = findings.students("pages", events, scaled(60))
    taken = race(
        contestants, ((each, findings.document(each)) for each in found), average=mean, warming=findings.WARMING
    )
    whole = (taken["view model"] + taken["Django"]) / (taken["view model"] + taken["ours"])
    details = in_milliseconds(taken) | {"view model included": round(whole, 2)}
    what = f"an HTML report of {events} events"
    return Row(what, "the same template in Django's engine", taken["Django"] / taken["ours"], Goal("≥", 3), details)
