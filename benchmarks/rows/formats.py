"""One class as web pages and PDFs beside its PDFs alone: an upload's log is stored, read and analysed once."""

import statistics
import time
from collections.abc import Iterator, Sequence

from benchmarks import samples, service
from benchmarks.measure import Goal, Row, scaled
from tests.harness.stack import Stack

_ROUNDS = 5
_GOAL = 1.15


def rows() -> Iterator[Row]:
    number = scaled(400)
    taken: dict[Sequence[str], list[float]] = {("pdf",): [], ("html", "pdf"): []}
    with service.services() as running:
        for repeat in range(_ROUNDS):
            for formats, seconds in taken.items():
                class_ = list(samples.students("exam", number, f"formats {repeat} {len(formats)}"))
                seconds.append(_seconds(running, formats, samples.as_list(class_)))
    alone, both = (statistics.median(seconds) for seconds in taken.values())
    details: dict[str, float | str] = {"PDFs alone s": round(alone, 2), "both s": round(both, 2)}
    what = f"a class of {number:,} in both formats, POST to last class report"
    yield Row(what, "its PDFs alone", both / alone, Goal("≤", _GOAL), details)


def _seconds(running: Stack, formats: Sequence[str], body: bytes) -> float:
    """From the first POST until the class reports of all formats were stored."""
    begun = time.monotonic()
    addresses = [service.post(running, format_, body) for format_ in formats]
    for address in addresses:
        service.finish(running, address)
    return time.monotonic() - begun
