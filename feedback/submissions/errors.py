"""The faults of this domain: what a caller asked for is understood, and not done. `api.errors` gives each its status.

`error` says what failed, why, and how to mend it; `details` maps a place to its messages. Nothing is stored.
"""

from collections.abc import Sequence

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


class RosterFitsNobody(Refused):
    """No row of a roster is one of the upload's students; `details` maps the first lines to why."""

    SHOWN = 20

    def __init__(self, rows: dict[str, list[str]]) -> None:
        shown: Details = dict(list(rows.items())[: self.SHOWN])
        if len(rows) > self.SHOWN:
            shown["more"] = len(rows) - self.SHOWN
        super().__init__(
            "No row of the roster fits a student of this upload, so nothing was stored. Rows are joined by id number, "
            "e-mail address, its part before the @, or name: one of them must be as in the log.",
            shown,
        )


class RosterLacks(Refused):
    """An archive for a learning platform was asked for, and no roster says who the students are there."""

    _WANTED = {
        "moodle": "Moodle's grading worksheet of the assignment, whose column `Identifier` numbers the participants",
        "canvas": "Canvas's gradebook export, whose column `ID` has the users' numbers",
    }

    def __init__(self, platform: str) -> None:
        super().__init__(
            f"No roster of this upload says who its students are in {platform.capitalize()}. Send one first "
            f"(PUT …/roster): {self._WANTED[platform]}."
        )


class NoMail(Refused):
    """This service sends no mail, as some settings are missing."""

    def __init__(self, lacking: Sequence[str]) -> None:
        super().__init__(
            f"This service cannot send mail: the operator has not set {' and '.join(lacking)}. Take the links as a "
            "table (links.csv) for a mail merge instead."
        )


class LinksClosed(Refused):
    """A hand-out was to be mailed whose links do not open any more."""

    def __init__(self) -> None:
        super().__init__("The links of this hand-out are closed. Make a new hand-out, and mail that one.")


class Incomplete(Refused):
    """An archive was asked for although some reports failed; `details` maps each student to why."""

    def __init__(self, failed: Details) -> None:
        super().__init__(
            "Some reports could not be made; `details` names them. Add ?partial=true to get the others.", failed
        )
