"""Decode and validate a class: our reader, nested serializers, and `json.loads`, which validates nothing."""

import io
import json
from collections.abc import Iterator

from benchmarks import samples
from benchmarks.measure import Goal, Row, in_milliseconds, race, scaled
from benchmarks.peers import nested
from feedback.events import Limits, MediaType, read_students

_CLASSES = (("editor", 19, 9), ("exam", 1575, 3))


def rows() -> Iterator[Row]:
    for shape, number, most in _CLASSES:
        size, repeats = scaled(number), scaled(most)
        bodies = [samples.as_list(list(samples.students(shape, size, f"decode {i}"))) for i in range(repeats + 1)]
        contestants = {"ours": _ours, "serializers": nested.decode, "json.loads": json.loads}
        taken = race(contestants, bodies)  # type: ignore[arg-type] # all take a body
        details = in_milliseconds(taken) | {"bytes": len(bodies[0]), "classes": repeats}
        what = f"decode and validate a class of {size:,}"
        speedup = taken["serializers"] / taken["ours"]
        yield Row(what, "nested DRF serializers", speedup, Goal("≥", 100), details)
        share = taken["ours"] / taken["json.loads"]
        yield Row(what, "json.loads alone (its time = 1)", share, Goal("≤", 1), details)


def _ours(body: bytes) -> int:
    return sum(1 for _ in read_students(io.BytesIO(body), MediaType.JSON, Limits()))
