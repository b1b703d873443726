"""The measures once more, in other words: straight from the JSON, the way one would do it with pencil and paper.

Nothing here is shared with the analysis. It is slow on purpose, and knows only clean logs (every event
has a time with a zone, units are whole numbers or codes, types are `saved_code` and `submission`).
"""

import re
from datetime import datetime
from typing import Any, NamedTuple

Log = list[dict[str, Any]]


class Step(NamedTuple):
    when: datetime
    unit: str
    what: str
    score: float | None


def in_time_order(log: Log) -> list[Step]:
    steps = [Step(datetime.fromisoformat(e["created_time"]), str(e["unit"]), e["type"], e.get("score")) for e in log]
    return sorted(steps, key=lambda step: step.when)


def units(log: Log) -> list[str]:
    """All units there are, sorted as a person would sort `5, 6, 17` or `q14_6, q15_10`."""
    return sorted({str(e["unit"]) for e in log}, key=lambda unit: [int(digits) for digits in re.findall(r"\d+", unit)])


def alias(log: Log, unit: str) -> str:
    return "Q" + str(units(log).index(unit) + 1)


def event_order(log: Log) -> str:
    return " -> ".join(alias(log, str(e["unit"])) for e in log)


def minutes_between(earlier: Step, later: Step) -> float:
    return (later.when - earlier.when).total_seconds() / 60


def active_minutes(log: Log, limit: float, unit: str | None = None) -> float:
    """Add up the gaps that are short enough; for one unit, those at whose end stands an event of it."""
    steps = in_time_order(log)
    total = 0.0
    for i in range(1, len(steps)):
        gap = minutes_between(steps[i - 1], steps[i])
        if gap <= limit and (unit is None or steps[i].unit == unit):
            total += gap
    return total


def middle(values: list[float], share: float) -> float:
    """The value a given share of the way along the sorted list, in a straight line between neighbours."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def short_gaps(log: Log) -> list[float]:
    steps = in_time_order(log)
    gaps = [minutes_between(steps[i - 1], steps[i]) for i in range(1, len(steps))]
    return [gap for gap in gaps if gap <= 10]


def visits(log: Log) -> list[tuple[str, int]]:
    """Read down the list and start a new line whenever the unit changes."""
    lines: list[tuple[str, int]] = []
    for step in in_time_order(log):
        if lines and lines[-1][0] == step.unit:
            lines[-1] = (step.unit, lines[-1][1] + 1)
        else:
            lines.append((step.unit, 1))
    return lines


def pauses(log: Log) -> list[tuple[float, str, str]]:
    """(minutes, unit before, unit after) of every gap of three minutes or more."""
    steps = in_time_order(log)
    pairs = [(steps[i - 1], steps[i]) for i in range(1, len(steps))]
    return [(minutes_between(a, b), a.unit, b.unit) for a, b in pairs if minutes_between(a, b) >= 3]


def submission_gaps(log: Log, unit: str) -> list[float]:
    steps = [step for step in in_time_order(log) if step.what == "submission" and step.unit == unit]
    return [minutes_between(steps[i - 1], steps[i]) for i in range(1, len(steps))]


def late(log: Log) -> tuple[int, set[str]]:
    """How many events lie in the last tenth, and which units nobody would have seen before it."""
    steps = in_time_order(log)
    border = steps[-1].when - (steps[-1].when - steps[0].when) / 10
    before = {step.unit for step in steps if step.when < border}
    inside = [step for step in steps if step.when >= border]
    return len(inside), {step.unit for step in inside} - before


def scores(log: Log, unit: str) -> list[float]:
    return [step.score for step in in_time_order(log) if step.unit == unit and step.score is not None]


def runs_without_improvement(values: list[float]) -> list[int]:
    """Cross out everything after the first full score, mark each new best, and count what stands between marks."""
    if 1.0 in values:
        values = values[: values.index(1.0) + 1]
    marks = [i for i in range(len(values)) if i == 0 or values[i] > max(values[:i])]
    ends = [*marks[1:], len(values)]
    return [end - mark - 1 for mark, end in zip(marks, ends, strict=True) if end - mark > 1]
