"""Codeforces: what its methods `user.status` and `contest.status` answer, submissions with the newest first.

A handle is a student; a team's submission is each member's. The unit is a problem as the site names it (`1775A2`).
Solved is the whole score; a verdict that is not final yet, as of the pretests during a round, is none. A compile error
is no attempt.
"""

from collections.abc import Iterator
from typing import IO, Annotated

import msgspec

from feedback.events.context import Context, Exam
from feedback.events.faults import Faults, Place
from feedback.events.formats.format import Format, wrong_source
from feedback.events.formats.gathering import Action, Gathering
from feedback.events.formats.json_lines import quietly
from feedback.events.formats.json_lists import listed
from feedback.events.formats.source_context import as_points, beside
from feedback.events.formats.source_options import SourceOptions
from feedback.events.formats.source_times import epoch_in
from feedback.events.limits import Limits
from feedback.events.reading import Received, StudentStream

DESCRIBED = "submissions from Codeforces"
# An answer that has no list is this short.
_ANSWER_BYTES = 1 << 16
# Who prepared a round and tries its problems.
_NO_STUDENT = "manager"
_UNDECIDED = ("", "TESTING", "SUBMITTED", "SKIPPED", "REJECTED", "CRASHED", "FAILED", "SECURITY_VIOLATED")


class _Part(msgspec.Struct, rename="camel", gc=False):
    """A part of an answer, by the names that Codeforces gives its members."""


class _Member(_Part):
    handle: str | None = None


class _Party(_Part):
    members: list[_Member] = []
    participant_type: str = ""
    team_name: str | None = None


class _Problem(_Part):
    contest_id: int | None = None
    problemset_name: str | None = None
    index: str | None = None
    name: str | None = None
    points: float | None = None


class _Submission(_Part):
    id: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)] | None = None
    creation_time_seconds: float | None = None
    problem: _Problem | None = None
    author: _Party | None = None
    verdict: str | None = None
    testset: str | None = None
    points: float | None = None


class _Answer(msgspec.Struct):
    status: str
    comment: str = ""


_submission, _answer = msgspec.json.Decoder(_Submission), msgspec.json.Decoder(_Answer)


class _Problems:
    """What the answers say of the problems."""

    def __init__(self) -> None:
        self.titles = dict[str, str]()
        self.points = dict[str, float]()
        self.contests = set[object]()

    def context(self, gathering: Gathering) -> Context:
        """The problems: of one contest all count, of several those that a student tried.

        Points only where every problem has them: some rounds have none, and a sum of both would mean nothing.
        """
        points = self.points if self.points.keys() == self.titles.keys() else {}
        questions = gathering.questions(self.titles, points, known=len(self.contests) == 1)
        return Context(exam=Exam(log_kind="submissions"), questions=questions)


def read_codeforces(
    source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions
) -> Received:
    gathering, problems = Gathering(limits, faults, stream, options), _Problems()
    _refuse_failure(source)
    for place, submission in listed(source, "result", _submission, gathering):
        _take(submission, place, problems, gathering)
    stream.context = beside(problems.context(gathering), stream.context)
    yield from gathering.students(DESCRIBED, in_time_order=True)


def _refuse_failure(source: IO[bytes]) -> None:
    """Raise InvalidEvents for an answer that says why there is none. The content is left rewound."""
    found = quietly(source.read(_ANSWER_BYTES), _answer)
    source.seek(0)
    if found is not None and found.status == "FAILED":
        comment = found.comment[:200] if found.comment.isprintable() else "no reason"
        raise wrong_source(DESCRIBED, f"it is an answer without submissions ({comment})", "ask for them again")


def _take(submission: _Submission, place: Place, problems: _Problems, gathering: Gathering) -> None:
    author, problem = submission.author or _Party(), submission.problem or _Problem()
    role, handles = author.participant_type.casefold(), [one.handle for one in author.members if one.handle]
    roles = gathering.options.roles
    unit = f"{problem.contest_id or problem.problemset_name or ''}{problem.index or ''}"
    if (role not in roles) if roles else role == _NO_STUDENT:
        gathering.leave_out(f"of the role {author.participant_type[:40]}")
    elif not handles or not problem.index:
        gathering.leave_out("submissions without a problem" if handles else "submissions without an author")
    else:
        for action in _actions(submission, handles, unit, place, gathering):
            gathering.name("", action.student_id, author.team_name or "")
            gathering.add(action, place)
        problems.contests.add(problem.contest_id)
        problems.titles[unit] = problem.name or problems.titles.get(unit, "")
        if points := as_points(problem.points):
            problems.points[unit] = points


def _actions(
    submission: _Submission, handles: list[str], unit: str, place: Place, gathering: Gathering
) -> Iterator[Action]:
    seconds = submission.creation_time_seconds
    time = None if seconds is None else epoch_in(seconds, "creationTimeSeconds", place, gathering)
    kind, score = _judged(submission)
    identity = None if submission.id is None else str(submission.id)
    for handle in handles:
        source_id = None if identity is None else (identity, handle)
        yield Action(handle, unit, kind, time, score, source_id=source_id)


def _judged(submission: _Submission) -> tuple[str, float | None]:
    """The kind of event that a submission is, and its share of the points; None where that is not final."""
    verdict, most = submission.verdict or "", submission.problem.points if submission.problem else None
    if verdict == "COMPILATION_ERROR":
        return "compile_error", None
    if verdict in _UNDECIDED or (verdict == "OK" and submission.testset == "PRETESTS"):
        return "submission", None
    if submission.points is not None and most:
        return "submission", min(1.0, max(0.0, submission.points / most))
    return "submission", float(verdict == "OK")


FORMAT = Format(
    name="codeforces",
    label="Codeforces",
    described=DESCRIBED,
    read=read_codeforces,
    recognises=lambda look: look.names(b'"creationTimeSeconds"', b'"participantType"', b'"problem"'),
    roles=True,
)
