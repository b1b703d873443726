"""How much one body may hold."""

from collections.abc import Callable, Collection, Iterable, Iterator

import msgspec

from feedback.events.effort import Effort
from feedback.events.faults import Place, TooLarge, describe

MAX_COLUMNS = 100
# The text of one student. The decoder holds the interpreter for as long as it reads one piece: about 0.1 s for this.
MAX_PIECE_BYTES = 64 << 20


class Limits(msgspec.Struct, frozen=True):
    """How much one body may hold, and what reading it may cost: processor time by `effort`, room by `hold`.

    `hold` takes the number of bytes that come to rest; a server's raises its own exception where it has no room for
    them. Both are of one body alone.
    """

    max_students: int = 20_000
    max_events: int = 5_000_000
    max_student_events: int = 100_000
    max_questions: int = 5_000
    effort: Effort = msgspec.field(default_factory=Effort)
    hold: Callable[[int], None] = lambda _: None

    @property
    def max_rows(self) -> int:
        """Of a table or of lines, the ones that hold nothing too."""
        return self.max_events + 2 * self.max_students

    def counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same chunks, which are about to come to rest. Raises what `hold` does."""
        for chunk in chunks:
            self.hold(len(chunk))
            yield chunk

    def check_rows(self, number: int) -> None:
        """Raises TooLarge."""
        if number > self.max_rows:
            raise TooLarge(f"More than {self.max_rows:,} rows in one body. Send the class in parts.")

    def check_questions(self, units: Collection[object]) -> None:
        """The distinct units of a body. Raises TooLarge."""
        if len(units) > self.max_questions:
            raise TooLarge(
                f"More than {self.max_questions:,} different questions (units) in one body. "
                "Check that `unit` names a question and not an attempt, or send the class in parts."
            )

    def check_piece(self, size: int, place: Place) -> None:
        """The text of one student, in bytes. Raises TooLarge."""
        if size > MAX_PIECE_BYTES:
            why = f"at most {MAX_PIECE_BYTES:,} bytes are read of one student"
            raise TooLarge(
                f"One student's text is larger than {MAX_PIECE_BYTES:,} bytes ({describe(place)}). "
                "Leave out the fields that this service does not read.",
                {describe(place): [why]},
            )

    def check_students(self, number: int) -> None:
        """Raises TooLarge."""
        if number > self.max_students:
            raise TooLarge(f"More than {self.max_students:,} students in one body. Send the class in parts.")

    def check_events(self, of_student: int, of_body: int, place: Place) -> None:
        """For a student at `place`. Raises TooLarge."""
        if of_student > self.max_student_events:
            raise TooLarge(
                f"More than {self.max_student_events:,} events for one student.",
                {describe((*place, "events")): [f"at most {self.max_student_events:,} events are accepted"]},
            )
        if of_body > self.max_events:
            raise TooLarge(f"More than {self.max_events:,} events in one body. Send the class in parts.")
