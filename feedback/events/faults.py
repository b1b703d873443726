"""What can be wrong with input, and the list of where.

    EventsError
    ├── InvalidEvents       the content breaks a rule; every place is named
    ├── TooLarge            a limit on size or count is passed
    └── UnsupportedInput    a format or encoding that is not read here
"""

Details = dict[str, list[str] | int]


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
    """Collects every fault of a body by place; keeps the first `KEPT` messages and counts the rest."""

    KEPT = 1000

    def __init__(self) -> None:
        self._messages: dict[str, list[str]] = {}
        self.count = 0

    def __bool__(self) -> bool:
        return self.count > 0

    def add(self, place: str, message: str) -> None:
        self.count += 1
        if self.count <= self.KEPT:
            self._messages.setdefault(place, []).append(message)

    def details(self) -> Details:
        """{place: [message, …]}, with the number of messages left out under `more` where there are any."""
        details: Details = dict(self._messages)
        if self.count > self.KEPT:
            details["more"] = self.count - self.KEPT
        return details

    def raise_if_any(self) -> None:
        """Raise InvalidEvents that names every place."""
        if self.count:
            number = "1 fault" if self.count == 1 else f"{self.count} faults"
            raise InvalidEvents(
                f"The events cannot be read: {number}, each named with its place in `details`. "
                "Mend them and send the whole body again; nothing was stored.",
                self.details(),
            )
