"""The faults of this domain: what a caller asked for is understood, and not done. `api.errors` gives each its status.

`error` says what failed, why, and how to mend it; `details` maps a place to its messages. Nothing is stored.
"""

from feedback.events.faults import Details


class Refused(Exception):
    """A request that is valid in itself, and refused."""

    def __init__(self, error: str, details: Details | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.details = details or {}


class KeyReused(Refused):
    """An Idempotency-Key came again with another body or other options."""

    def __init__(self) -> None:
        why = "This Idempotency-Key came before with another body or other options. Send a new key for new content."
        super().__init__(why, {"Idempotency-Key": ["already used for something else"]})


class OutOfScope(Refused):
    """Students in namespaces where the caller may not submit; `details` maps their places to why."""

    def __init__(self, details: Details) -> None:
        super().__init__("These credentials may not submit in the namespaces that `details` points at.", details)


class UnknownTask(Refused):
    """An id that was never issued, is of the other format, or is not the caller's."""

    def __init__(self) -> None:
        super().__init__(
            "There is no such task here. Check the task_id and the format in the address: both must be as in the "
            "answer to the POST."
        )


class NoClass(Refused):
    """A table of a class was asked for, and the task is of one student."""

    def __init__(self) -> None:
        super().__init__(
            "This task is of one student, so there are no tables of a class. Take its findings (…/findings) instead, "
            "or post the students as a list."
        )


class OutdatedFindings(Refused):
    """Findings that another version stored, and this one cannot read."""

    def __init__(self) -> None:
        super().__init__(
            "The findings of this class were stored by another version of this service, which had no such tables. Post "
            "the class again to have them; the report itself is there as before."
        )


class UnknownStudent(Refused):
    """No student of this id is in anything that the caller may erase."""

    def __init__(self) -> None:
        super().__init__("There is nobody of this id here, or no longer. Check student_id and namespace.")


class NotWritable(Refused):
    """The caller may see this, and may not change it."""

    def __init__(self) -> None:
        super().__init__("These credentials may read here, and not erase or hand out.")


class Incomplete(Refused):
    """An archive was asked for although some reports failed; `details` maps each student to why."""

    def __init__(self, failed: Details) -> None:
        super().__init__(
            "Some reports could not be made; `details` names them. Add ?partial=true to get the others.", failed
        )
