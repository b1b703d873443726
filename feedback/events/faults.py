"""What can be wrong with input, and the list of where.

EventsError
├── InvalidEvents       the content breaks a rule; every place is named
├── TooLarge            a limit on size or count is passed
└── UnsupportedInput    a format or encoding that is not read here
"""

from collections.abc import Callable

Details = dict[str, list[str] | int]


class Line(int):
    """The number of a line, as the first step to a place in NDJSON."""

    __slots__ = ()  # some readers keep one for each event


# The way to a value from the top of a body: names of members, indexes of lists. Nothing at all is the body.
Place = tuple[str | int | Line, ...]
_NAME_CHARACTERS = 80


def describe(place: Place) -> str:
    """`students[4].events[3].unit`, `line 3: events[3].unit`, `body`: whatever names hold, printable and short."""
    line, steps = ("", place)
    if place and isinstance(place[0], Line):
        line, steps = f"line {place[0]}", place[1:]
    path = "".join(f".{_printable(step)}" if isinstance(step, str) else f"[{step}]" for step in steps)
    return ": ".join(part for part in (line, path.removeprefix(".")) if part) or "body"


def _printable(name: str) -> str:
    short = name if len(name) <= _NAME_CHARACTERS else f"{name[: _NAME_CHARACTERS - 1]}…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)


class EventsError(Exception):
    """Input that cannot be taken. `error` is one sentence for people; `details` maps places to messages."""

    def __init__(self, error: str, details: Details | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.details: Details = details or {}


class InvalidEvents(EventsError):
    """The content breaks a rule."""


class TooLarge(EventsError):
    """A limit on size or count is passed."""


class UnsupportedInput(EventsError):
    """A format or encoding that is not read here."""


class Faults:
    """Collects every fault of a body by place; keeps the first `KEPT` messages and counts the rest.

    At `COUNTED` it stops the reading: by then nobody needs the exact number, and a hostile body of
    millions of faults must not keep a server busy for minutes. `spend` is that of the reading's Effort, for
    the loops that know of nothing else of the reading.
    """

    KEPT = 1_000
    COUNTED = 100_000

    def __init__(self, spend: Callable[[int], None] = lambda _: None) -> None:
        self.spend = spend
        self._messages: dict[str, list[str]] = {}
        self.count = 0

    def __bool__(self) -> bool:
        return self.count > 0

    def add(self, place: Place, message: str) -> None:
        """Record a fault. Raises InvalidEvents once there are `COUNTED` of them."""
        self.count += 1
        if self.count <= self.KEPT:
            self._messages.setdefault(describe(place), []).append(message)
        elif self.count >= self.COUNTED:
            self.raise_if_any()

    def details(self) -> Details:
        """{place: [message, …]}, with the number of messages left out under `more` where there are any."""
        details: Details = dict(self._messages)
        if self.count > self.KEPT:
            details["more"] = self.count - self.KEPT
        return details

    def raise_if_any(self) -> None:
        """Raise InvalidEvents that names every place."""
        if self.count:
            raise InvalidEvents(
                f"The events cannot be read: {self._number()} in `details`. "
                f"Mend {'it' if self.count == 1 else 'them'} and send the whole body again; nothing was stored.",
                self.details(),
            )

    def _number(self) -> str:
        if self.count == 1:
            return "1 fault, named with its place"
        if self.count <= self.KEPT:
            return f"{self.count:,} faults, each named with its place"
        found = f"{self.count:,} faults" + (", where the reading stopped" if self.count >= self.COUNTED else "")
        return f"{found}; the first {self.KEPT:,} are named with their places"
