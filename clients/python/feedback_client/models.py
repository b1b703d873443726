"""What the service answers with. Fields that are not known here are ignored, as the contract asks of clients."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, Literal, Self

Format = Literal["html", "pdf"]


class Everywhere(Enum):
    """In every namespace, and in none: apart from None, which reports say of a student without a namespace."""

    EVERYWHERE = "everywhere"


EVERYWHERE = Everywhere.EVERYWHERE


@dataclass(frozen=True)
class Task:
    """One accepted POST: its address is `/assignment/<format>/<task_id>`."""

    format: Format
    task_id: str

    @property
    def path(self) -> str:
        return f"/assignment/{self.format}/{self.task_id}"


@dataclass(frozen=True)
class Progress:
    """How many of a task's reports there are, are done, and have failed."""

    total: int
    done: int
    failed: int

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> Self:
        return cls(int(json["total"]), int(json["done"]), int(json["failed"]))


@dataclass(frozen=True)
class Report:
    """One student's report: `link` and `sha256` (of the document) are None until it is made."""

    student_id: str
    namespace: str | None
    report_id: str
    state: Literal["PENDING", "RUNNING", "SUCCESS", "FAILURE"]
    error: str | None
    link: str | None
    sha256: str | None

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> Self:
        return cls(
            student_id=json["student_id"],
            namespace=json["namespace"],
            report_id=json["report_id"],
            state=json["state"],
            error=json.get("error"),
            link=json.get("link"),
            sha256=json.get("sha256"),
        )


@dataclass(frozen=True)
class Link:
    """What one student of a hand-out gets: addresses that open the own report without a key."""

    student_id: str
    namespace: str | None
    report_id: str
    page: str | None
    pdf: str | None

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> Self:
        names = ("student_id", "namespace", "report_id", "page", "pdf")
        return cls(*(json.get(name) for name in names))  # type: ignore[arg-type] # as the contract has them


@dataclass(frozen=True)
class HandOut:
    """Links for every student of a task's upload. Times are ISO 8601 as they came."""

    handout_id: str
    made_at: str
    expires_at: str
    links: tuple[Link, ...]

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> Self:
        links = tuple(Link.of(link) for link in json.get("links", ()))
        return cls(json["handout_id"], json["made_at"], json["expires_at"], links)


@dataclass(frozen=True)
class StudentKey:
    """A student of the upload, as the log calls them."""

    student_id: str
    namespace: str | None


@dataclass(frozen=True)
class RosterLine:
    """A row of a roster that was not stored: its line, what it says, and why it was left out."""

    line: int
    student_id: str | None
    namespace: str | None
    name: str | None
    email: str | None
    why: str


@dataclass(frozen=True)
class RosterFit:
    """How a roster fits the students of an upload."""

    matched: int
    students_without_row: tuple[StudentKey, ...]
    rows_without_student: tuple[RosterLine, ...]

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> Self:
        students = tuple(StudentKey(each["student_id"], each["namespace"]) for each in json["students_without_row"])
        names = [field.name for field in fields(RosterLine)]
        lines = tuple(RosterLine(*(each[name] for name in names)) for each in json["rows_without_student"])
        return cls(json["matched"], students, lines)


@dataclass(frozen=True)
class Mailing:
    """What became of a request to mail a hand-out's links."""

    queued: int
    already: int
    without_address: int

    @classmethod
    def of(cls, json: Mapping[str, Any]) -> Self:
        return cls(*(int(json[name]) for name in ("queued", "already", "without_address")))
