"""How much one body may hold."""

import msgspec

from feedback.events.faults import Place, TooLarge, describe


class Limits(msgspec.Struct, frozen=True):
    """How much one body may hold."""

    max_students: int = 20_000
    max_events: int = 5_000_000
    max_student_events: int = 100_000

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
