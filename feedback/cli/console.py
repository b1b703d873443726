"""Messages of the commands: progress and faults on standard error, results on standard output."""

import contextlib
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

_LINES = 10
_WHOLE = 10  # from here on a rate needs no decimals
SHOWN = 20


class Failed(click.ClickException):
    """Something failed; the command says what and exits with 1. Usage errors are click's own, with 2."""

    def __init__(self, message: str, details: Sequence[str] = ()) -> None:
        super().__init__("\n".join([plain(message), *(f"  {plain(line)}" for line in details)]))


def unwritable(out: Path, fault: OSError) -> Failed:
    """What kept the reports from being written to `out`, as a fault of the command."""
    return Failed(f"The reports cannot be written to {out}: {fault.strerror or fault}.")


def first(lines: Sequence[str], rest: str = "") -> list[str]:
    """The first lines, and how many more there are; `rest` says where those are to be found."""
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], *([f"and {more:,} more{rest}"] if more > 0 else [])]


@contextlib.contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, at most ten plain lines elsewhere; call what it gives with the number done so far."""
    pace = Pace(total)
    if sys.stderr.isatty():
        shown: Any = {"show_pos": True, "show_eta": False, "item_show_func": lambda words: words}
        with click.progressbar(length=total, label=label, file=sys.stderr, **shown) as bar:
            yield lambda done: bar.update(done - bar.pos, pace.at(done))
    else:
        yield _line_printer(label, total, pace)


def _line_printer(label: str, total: int, pace: "Pace") -> Callable[[int], None]:
    said = 0

    def at(done: int) -> None:
        nonlocal said
        if (step := done * _LINES // max(total, 1)) > said:
            said = step
            note(", ".join(filter(None, [f"{label}: {done:,} of {total:,}", pace.at(done)])))

    return at


class Pace:
    """How fast it goes, from the start to now, and how long the rest takes at that."""

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._total, self._clock, self._start = total, clock, clock()

    def at(self, done: int) -> str:
        """`12 a second, about 40 s left`; nothing before anything is done."""
        seconds = self._clock() - self._start
        if not done or seconds <= 0:
            return ""
        rate = done / seconds
        said = f"{rate:,.0f} a second" if rate >= _WHOLE else f"{rate:.1f} a second"
        return f"{said}, about {_span((self._total - done) / rate)} left" if done < self._total else said


def _span(seconds: float) -> str:
    minutes, rest = divmod(math.ceil(seconds), 60)
    return f"{minutes:,} min {rest:02} s" if minutes else f"{rest} s"


def note(message: str) -> None:
    """A line for people about what goes on."""
    click.echo(plain(message), err=True)


def plain(text: str) -> str:
    """One line that cannot command a terminal: what does not print, as in an id, shows as its code point."""
    return "".join(letter if letter.isprintable() else f"⟨U+{ord(letter):04X}⟩" for letter in text)


def number_of(count: int, thing: str) -> str:
    """`1 report`, `1,575 reports`."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
