"""Contestants in turn on the same work, and what a goal says about the outcome."""

import gc
import operator
import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

Item = object
_COMPARE: dict[str, Callable[[float, float], bool]] = {"≥": operator.ge, "≤": operator.le}


class Goal(msgspec.Struct, frozen=True):
    """What a figure should be: at least (`≥`) or at most (`≤`) a bound."""

    sign: Literal["≥", "≤"]
    bound: float
    unit: str = "×"

    def __str__(self) -> str:
        return f"{self.sign} {shown(self.bound, self.unit)}"

    def met_by(self, figure: float) -> bool:
        return _COMPARE[self.sign](figure, self.bound)


class Row(msgspec.Struct, frozen=True):
    """A line of the table: what was measured against what, how it came out, and the numbers behind it."""

    what: str
    against: str
    figure: float
    goal: Goal
    details: Mapping[str, float | str]

    @property
    def met(self) -> bool:
        return self.goal.met_by(self.figure)


def scale() -> float:
    """BENCH_SCALE: a tenth of everything with 0.1, for whoever works on a benchmark."""
    return float(os.environ.get("BENCH_SCALE", "1"))


def scaled(number: int) -> int:
    """A number of students or requests, at the scale of this run."""
    return max(round(number * scale()), 2)


def shown(figure: float, unit: str) -> str:
    """`103×`, `0.62×`, `12.5 ms`."""
    digits = f"{figure:.0f}" if abs(figure) >= 100 else f"{figure:.3g}"
    return f"{digits}×" if unit == "×" else f"{digits} {unit}"


def race(
    contestants: Mapping[str, Callable[[Item], object]],
    items: Iterable[Item],
    clock: Callable[[], float] = time.process_time,
    average: Callable[[Sequence[float]], float] = statistics.median,
    warming: int = 1,
) -> dict[str, float]:
    """The seconds each contestant took for an item, on average; all take each in turn, the order rotating.

    The first `warming` items count for nothing. By default processor time of this process with all its threads: a
    neighbour on the same machine lengthens it less than the time on the wall.
    """
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    order = list(contestants)
    for number, item in enumerate(items):
        for name in order:
            gc.collect()
            start = clock()
            contestants[name](item)
            seconds = clock() - start
            if number >= warming:
                taken[name].append(seconds)
        order.append(order.pop(0))
    return {name: average(times) for name, times in taken.items()}


def in_milliseconds(taken: Mapping[str, float]) -> dict[str, float | str]:
    """For the details of a row."""
    return {f"{name} ms": round(seconds * 1000, 3) for name, seconds in taken.items()}
