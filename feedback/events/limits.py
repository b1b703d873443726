"""How much one body may hold."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext

import msgspec

from feedback.events.effort import Effort
from feedback.events.faults import Place, TooLarge, describe
from feedback.events.model import Student, fits

MAX_COLUMNS = 100
# What is decoded at once. The decoder holds the interpreter for as long as it reads one piece: about 0.1 s for this.
MAX_PIECE_BYTES = 64 << 20
# The log of one student, as it comes and as it is stored: 100,000 events of 335 bytes.
MAX_STUDENT_BYTES = 32 << 20
# A piece that is larger waits for its turn and for room. Nearly all are smaller: they wait for nothing.
LARGE_PIECE_BYTES = 1 << 20
# How many times its own size a piece takes at most until it is encoded again: its copy out of the body, the objects,
# the text they are settled by, and what is written of them. Measured: 6.8 for long texts in letters of four bytes.
DECODED_TIMES = 7


class Limits(msgspec.Struct, frozen=True):
    """How much one body may hold, and what reading it may cost: processor time by `effort`, room by `hold` and `room`.

    `hold` takes the number of bytes that come to rest, `room` gives a context in which so many bytes are in memory; a
    server's raise its own exception where there is no room for them. All three are of one body alone.
    """

    max_students: int = 20_000
    max_events: int = 5_000_000
    max_student_events: int = 100_000
    max_questions: int = 5_000
    effort: Effort = msgspec.field(default_factory=Effort)
    hold: Callable[[int], None] = lambda _: None
    room: Callable[[int], AbstractContextManager[None]] = lambda _: nullcontext()

    @property
    def max_rows(self) -> int:
        """Of a table or of lines, the ones that hold nothing too."""
        return self.max_events + 2 * self.max_students

    def counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same chunks, which are about to come to rest. Raises what `hold` does."""
        for chunk in chunks:
            self.hold(len(chunk))
            yield chunk

    def decoding(self, size: int) -> AbstractContextManager[None]:
        """A context for a piece of so many bytes, from before it is decoded until what came of it is let go.

        A large piece waits for the turn of its owner, who has one of them in memory at a time. Raises what `room` and
        the turn do.
        """
        if size <= LARGE_PIECE_BYTES:
            return nullcontext()
        self.effort.begin_long()
        return self.room(DECODED_TIMES * size)

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
        """What is decoded at once, in bytes. Raises TooLarge."""
        if size > MAX_PIECE_BYTES:
            raise _too_long("One piece of the body", MAX_PIECE_BYTES, place)

    def check_log(self, size: int, place: Place) -> None:
        """The log of one student, in bytes. Raises TooLarge."""
        if size > MAX_STUDENT_BYTES:
            raise _too_long("The log of one student", MAX_STUDENT_BYTES, place)

    def check_stored(self, student: Student, place: Place) -> None:
        """The log of a student as it is stored, however it came. Raises TooLarge."""
        if not fits(student, MAX_STUDENT_BYTES):
            raise _too_long("The log of one student", MAX_STUDENT_BYTES, place)

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


def _too_long(what: str, most: int, place: Place) -> TooLarge:
    where = describe(place)
    error = f"{what} is larger than {most:,} bytes ({where}). Leave out the fields that this service does not read."
    return TooLarge(error, {where: [f"at most {most:,} bytes are read of it"]})
