"""PrairieLearn's `…_all_submissions.csv` of an assessment: a row a submission, sorted by student and question.

A score that a grader put in its place counts. A submission that was only saved, so never graded nor to be graded, is
a save. In group work, whose export names no student but the group's, a submission is each member's.
"""

import re
from collections.abc import Mapping
from typing import IO

from feedback.events.context import Context, Exam
from feedback.events.faults import Faults, Line
from feedback.events.formats.format import Format
from feedback.events.formats.gathering import Action, Gathering
from feedback.events.formats.records import Record, Wanted, records, text_table
from feedback.events.formats.source_context import as_points, beside, short
from feedback.events.formats.source_numbers import number_in
from feedback.events.formats.source_options import SourceOptions
from feedback.events.formats.source_times import time_in
from feedback.events.limits import Limits
from feedback.events.reading import Received, StudentStream

DESCRIBED = "PrairieLearn's submissions of an assessment"
TABLE = "*_submissions.csv"
# The headings that no other table has together, in their plain form.
SIGNS = frozenset({"assessment", "assessmentinstance", "question", "submissionid", "submissiondate", "score"})
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "student_id": ("uid",),
    "members": ("usernames",),
    "name": ("name",),
    "role": ("role",),
    "namespace": ("assessment",),
    "unit": ("question",),
    "source_id": ("submissionid",),
    "created_time": ("submissiondate",),
    "requested": ("gradingrequesteddate",),
    "graded": ("gradingdate",),
    "score": ("score",),
    "override": ("overridescore",),
    "max_points": ("maxpoints",),
}
_WANTED = Wanted("table of PrairieLearn", _HEADINGS, ("unit", "source_id", "created_time", "score"))
_STUDENTS = ("student",)
# A list of PostgreSQL or of JSON.
_BETWEEN_MEMBERS = re.compile(r'[\s,;"\[\]{}]+')
_SAID = {"override": "Override score", "score": "Score", "max_points": "Max points"}


def read_prairielearn(
    source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions
) -> Received:
    gathering, points, assessments = Gathering(limits, faults, stream, options), dict[str, float](), dict[str, None]()
    roles = options.roles or _STUDENTS
    for line, row in records(text_table(source, faults), _WANTED, options, limits, faults, stream):
        role = row.get("role", "")
        if "unit" not in row or not _members(row):
            gathering.leave_out("rows without a student" if "unit" in row else "rows without a question")
        elif role and role.casefold() not in roles:
            gathering.leave_out(f"of the role {role[:40]}")
        else:
            _add(row, line, gathering)
            assessments[row.get("namespace", "")] = None
            if most := as_points(_number(row, "max_points", line, gathering)):
                points[row["unit"]] = most
    title = short(next(iter(assessments))) if len(assessments) == 1 else None
    stream.context = beside(Context(exam=Exam(title=title), questions=gathering.questions({}, points)), stream.context)
    yield from gathering.students(DESCRIBED, in_time_order=True)


def _members(row: Record) -> list[str]:
    """The student of a row, or all of its group."""
    if "student_id" in row:
        return [row["student_id"]]
    return [name for name in _BETWEEN_MEMBERS.split(row.get("members", "")) if name]


def _add(row: Record, line: Line, gathering: Gathering) -> None:
    written = row.get("created_time")
    time = time_in(written, "Submission date", (line,), gathering) if written else None
    graded = not row.keys().isdisjoint(("requested", "graded", "score", "override"))
    score, namespace = _score(row, line, gathering), row.get("namespace", "")
    for member in _members(row):
        gathering.name(namespace, member, row.get("name", ""))
        gathering.add(
            Action(
                student_id=member,
                unit=row["unit"],
                type="submission" if graded else "save",
                created_time=time,
                score=score,
                namespace=namespace,
                source_id=(row["source_id"], member) if "source_id" in row else None,
            ),
            (line,),
        )


def _score(row: Record, line: Line, gathering: Gathering) -> float | None:
    field = "override" if "override" in row else "score"
    score = _number(row, field, line, gathering)
    if score is not None and not -1e-9 <= score <= 1 + 1e-9:
        gathering.faults.add((line, _SAID[field]), f"expected a number from 0 to 1, got {row[field][:40]}")
        return None
    return score


def _number(row: Record, field: str, line: Line, gathering: Gathering) -> float | None:
    return number_in(row.get(field, ""), _SAID[field], (line,), gathering)


FORMAT = Format(
    name="prairielearn",
    label="PrairieLearn",
    described=DESCRIBED,
    read=read_prairielearn,
    recognises=lambda look: look.headings >= SIGNS,
    member=TABLE,
    table=True,
    roles=True,
)
