"""What is in an archive and how it is called there, by the layout that was asked for."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from feedback.api import responses
from feedback.contract import spreadsheet
from feedback.contract.filenames import file_stems
from feedback.contract.formats import Format
from feedback.contract.layout import MANIFEST, report_path
from feedback.contract.manifest import encode_manifest
from feedback.contract.platform_names import NOT_IN_ROSTER, canvas_path, moodle_path, named_stem
from feedback.contract.states import State
from feedback.store.models import HEADLINE, Document, Task
from feedback.store.reaching import RosterEntry
from feedback.submissions import rosters
from feedback.submissions.errors import RosterLacks


class Layout(StrEnum):
    """`files` is that of reports in a folder (`contract.layout`); the others are for people and platforms."""

    FILES = "files"
    NAMES = "names"
    MOODLE = "moodle"
    CANVAS = "canvas"


class Plan(NamedTuple):
    """The path of each report that is there, by its id; other files with their content; whether the class's go along.

    A platform is given reports alone: what tells of the whole class is no student's.
    """

    paths: dict[UUID, str]
    beside: list[tuple[str, bytes]]
    of_class: bool

    def listing(self, reports: Iterable[Document]) -> bytes:
        """Equal for archives of equal files, the class's aside."""
        files = (f"{self.paths[report.id]} {report.sha256}".encode() for report in reports if report.id in self.paths)
        return b"\n".join([*files, *(part for path, content in self.beside for part in (path.encode(), content))])


_Left = list[tuple[Document, str]]
_NOT_THERE = "not in the roster"
_WITHOUT_NUMBER = {
    Layout.MOODLE: "the roster has no participant number of Moodle for this student",
    Layout.CANVAS: "the roster has no user number of Canvas for this student",
}


def plan(task: Task, reports: Sequence[Document], layout: Layout) -> Plan:
    """All that goes into the archive of a task's reports. Raises RosterLacks and Busy."""
    students = [report for report in reports if report.kind == Document.Kind.STUDENT]
    if layout in _WITHOUT_NUMBER:
        return _for_platform(task, students, layout)
    stems: dict[UUID, str] = dict(
        zip(
            (report.id for report in students),
            file_stems([(report.namespace, report.student_id) for report in students]),
            strict=True,
        )
    )
    beside = []
    if layout == Layout.NAMES:
        names = rosters.names_of(task.upload)
        stems = {report.id: named_stem(names.get(_student(report), ""), stems[report.id]) for report in students}
        beside = _left_out([(report, _NOT_THERE) for report in students if _student(report) not in names])
    of_class = task.upload.is_class and reports[HEADLINE].state == State.SUCCESS
    manifest = responses.manifest(task, students, lambda report: report_path(task.format, stems[report.id]))
    paths = {UUID(entry.report_id): entry.link for entry in manifest.students if entry.report_id and entry.link}
    return Plan(paths, [(MANIFEST, encode_manifest(manifest)), *beside], of_class)


def _for_platform(task: Task, students: Sequence[Document], layout: Layout) -> Plan:
    entries, paths, left = rosters.entries_of(task.upload_id), dict[UUID, str](), _Left()
    if not any(_path(entry, layout, task.format) for entry in entries.values()):
        raise RosterLacks(layout.value)
    for report in students:
        entry = entries.get(_student(report))
        path = _path(entry, layout, task.format) if entry else ""
        if path and report.state == State.SUCCESS:
            paths[report.id] = path
        elif path:
            left.append((report, report.error))
        else:
            left.append((report, _WITHOUT_NUMBER[layout] if entry else _NOT_THERE))
    return Plan(paths, _left_out(left), of_class=False)


def _path(entry: RosterEntry, layout: Layout, format_: str) -> str:
    """The name under which the platform takes the report of a student; "" where it would not know whose it is."""
    suffix = Format(format_).suffix
    if layout == Layout.MOODLE:
        return moodle_path(entry.name, entry.participant, suffix) if entry.participant else ""
    return canvas_path(entry.name, entry.canvas_user, entry.canvas_file, suffix) if entry.canvas_user else ""


def _left_out(students: _Left) -> list[tuple[str, bytes]]:
    """The file that names whom the archive does not, where there is anyone."""
    if not students:
        return []
    rows = ((report.student_id, report.namespace, why) for report, why in students)
    return [(NOT_IN_ROSTER, spreadsheet.csv_table(("student_id", "namespace", "why"), rows))]


def _student(report: Document) -> UUID:
    assert report.about_id is not None  # noqa: S101 - of a student
    return report.about_id
