"""What the commands say to people: progress and faults on standard error, results on standard output."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

_LINES = 10
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
    if sys.stderr.isatty():
        with click.progressbar(length=total, label=label, file=sys.stderr, show_pos=True) as bar:
            yield lambda done: bar.update(done - bar.pos)
    else:
        yield _line_printer(label, total)


def _line_printer(label: str, total: int) -> Callable[[int], None]:
    said = 0

    def at(done: int) -> None:
        nonlocal said
        if (step := done * _LINES // max(total, 1)) > said:
            said = step
            note(f"{label}: {done:,} of {total:,}")

    return at


def note(message: str) -> None:
    """A line for people about what goes on."""
    click.echo(plain(message), err=True)


def plain(text: str) -> str:
    """One line that cannot command a terminal: what does not print, as in an id, shows as its code point."""
    return "".join(letter if letter.isprintable() else f"⟨U+{ord(letter):04X}⟩" for letter in text)


def number_of(count: int, thing: str) -> str:
    """`1 report`, `1,575 reports`."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
