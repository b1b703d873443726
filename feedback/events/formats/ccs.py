"""The event feed of the CCS Contest API (DOMjudge, Kattis, PC-squared, the ICPC's CDS), 2020 to 2023 versions.

A feed is a stream of states: an object that comes again replaces what it was, one whose data is null is gone. A team
is a student, a problem's label is the unit. Of several judgements the current one counts, and a compile error is no
attempt. Teams without submissions, and hidden ones, are left out.
"""

import re
import types
from datetime import datetime, timedelta
from typing import IO, Any

import msgspec

from feedback.events.context import Context, Exam
from feedback.events.faults import Faults, Line
from feedback.events.formats.format import Format
from feedback.events.formats.json_lines import entries, part, quietly
from feedback.events.formats.look import Look
from feedback.events.formats.source import Action, Gathering, SourceOptions, beside, in_utc, questions_of, short
from feedback.events.formats.source_times import time_in
from feedback.events.limits import Limits
from feedback.events.reading import Received, StudentStream

DESCRIBED = "an event feed of the CCS Contest API"
_DURATION = re.compile(r"([0-9]{1,6}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,9})?", re.ASCII)
Id = str | int


class _Entry(msgspec.Struct):
    type: str | None
    id: Id | None = None
    op: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Gone(msgspec.Struct, gc=False):
    id: Id | None = None


class _Contest(_Gone):
    name: str | None = None
    formal_name: str | None = None
    start_time: str | None = None
    duration: str | None = None
    scoreboard_type: str | None = None


class _Problem(_Gone):
    label: str | None = None
    name: str | None = None
    ordinal: float | None = None
    max_score: float | None = None


class _Team(_Gone):
    name: str | None = None
    hidden: bool | None = None


class _JudgementType(_Gone):
    name: str | None = None
    solved: bool | None = None


class _Submission(_Gone):
    problem_id: Id | None = None
    team_id: Id | None = None
    time: str | None = None


class _Judgement(_Gone):
    submission_id: Id | None = None
    judgement_type_id: Id | None = None
    score: float | None = None
    current: bool | None = None


_TYPES: dict[str, type[_Gone]] = {
    "contests": _Contest,
    "problems": _Problem,
    "teams": _Team,
    "judgement-types": _JudgementType,
    "submissions": _Submission,
    "judgements": _Judgement,
}
_entry = msgspec.json.Decoder(_Entry)
_gone: "msgspec.json.Decoder[_Gone | None]" = msgspec.json.Decoder(_Gone | None)
_decoders: "dict[str, tuple[msgspec.json.Decoder[Any], msgspec.json.Decoder[Any]]]" = {
    name: (msgspec.json.Decoder(type_), msgspec.json.Decoder(types.GenericAlias(list, (type_,))))
    for name, type_ in _TYPES.items()
}


class _Feed:
    """The last state of every object, by its type and id, with the line that gave it."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, tuple[Line, Any]]] = {name: {} for name in _TYPES}

    def take(self, entry: _Entry, line: Line, gathering: Gathering) -> None:
        kind = "contests" if entry.type == "contest" else entry.type or ""
        if kind not in _TYPES:
            return
        known, raw = self.objects[kind], bytes(entry.data)
        if entry.op == "delete" or raw == b"null":
            gone = part(entry.data, _gone, line, gathering.faults)
            known.pop(str(gone.id if gone and gone.id is not None else entry.id), None)
            return
        one, many = _decoders[kind]
        if raw.startswith(b"["):  # the whole collection at once
            known.clear()
            found = part(entry.data, many, line, gathering.faults) or []
        else:
            value = part(entry.data, one, line, gathering.faults)
            found = [] if value is None else [value]
        for value in found:
            gathering.faults.spend(2)
            identity = str(value.id if value.id is not None else entry.id)
            if identity in known and kind == "submissions":
                gathering.leave_out("earlier states of a submission")
                line = known[identity][0]
            known.pop(identity, None) if kind == "judgements" else None  # the one that came last stands last
            known[identity] = line, value

    def of(self, kind: str) -> "dict[str, Any]":
        return {identity: value for identity, (_, value) in self.objects[kind].items()}


def read_ccs(
    source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions
) -> Received:
    gathering, feed = Gathering(limits, faults, stream, options), _Feed()
    for line, entry in entries(source, _entry, gathering):
        feed.take(entry, line, gathering)
    contests = feed.of("contests")
    contest: _Contest = next(reversed(contests.values()), _Contest())
    stream.context = beside(_context(contest, feed, gathering), stream.context)
    _take_submissions(feed, str(contest.id if contest.id is not None else ""), _scored(contest), gathering)
    yield from gathering.students(DESCRIBED)


def _take_submissions(feed: _Feed, namespace: str, scored: bool, gathering: Gathering) -> None:
    teams, problems, verdicts = feed.of("teams"), feed.of("problems"), _verdicts(feed)
    here = set[str]()
    for identity, (line, submission) in feed.objects["submissions"].items():
        team_id, problem_id = str(submission.team_id), str(submission.problem_id)
        team = teams.get(team_id, _Team())
        if submission.team_id is None or submission.problem_id is None or team.hidden:
            gathering.leave_out("submissions of hidden teams" if team.hidden else "submissions without team or problem")
            continue
        here.add(team_id)
        verdict = verdicts.get(identity)
        problem = problems.get(problem_id, _Problem())
        kind, score = _judged(verdict, feed, problem if scored else None)
        time = time_in(submission.time, "time", (line,), gathering) if submission.time else None
        gathering.name(namespace, team_id, team.name or "")
        gathering.add(Action(team_id, _label(problem, problem_id), kind, time, score, namespace, identity), (line,))
    if absent := sum(not team.hidden and identity not in here for identity, team in teams.items()):
        gathering.leave_out("teams without submissions", absent)


def _verdicts(feed: _Feed) -> dict[str, _Judgement]:
    """The judgement that counts, by submission: the last with a verdict that was not overruled."""
    return {
        str(judgement.submission_id): judgement
        for judgement in feed.of("judgements").values()
        if judgement.judgement_type_id is not None and judgement.current is not False
    }


def _judged(verdict: _Judgement | None, feed: _Feed, scored: _Problem | None) -> tuple[str, float | None]:
    """The kind of event that a submission is, and its share of the points; None where no judge has said."""
    if verdict is None:
        return "submission", None
    identity = str(verdict.judgement_type_id)
    _, type_ = feed.objects["judgement-types"].get(identity, (Line(0), _JudgementType()))
    if identity == "CE" or "compil" in (type_.name or "").casefold():
        return "compile_error", None
    if scored and scored.max_score and verdict.score is not None:
        return "submission", min(1.0, max(0.0, verdict.score / scored.max_score))
    solved = type_.solved if type_.solved is not None else (True if identity == "AC" else None)
    return "submission", None if solved is None else float(solved)


def _label(problem: _Problem, identity: str) -> str:
    return problem.label or identity


def _scored(contest: _Contest) -> bool:
    return contest.scoreboard_type == "score"


def _context(contest: _Contest, feed: _Feed, gathering: Gathering) -> Context:
    problems = sorted(feed.of("problems").items(), key=lambda item: item[1].ordinal or 0)
    titles = {_label(problem, identity): problem.name or "" for identity, problem in problems}
    points = {
        _label(problem, identity): problem.max_score
        for identity, problem in problems
        if _scored(contest) and problem.max_score and 0 < problem.max_score <= 1_000_000
    }
    starts_at, ends_at = _window(contest, gathering)
    exam = Exam(
        title=short(contest.formal_name or contest.name or ""),
        starts_at=starts_at,
        ends_at=ends_at,
        kind="exam",
        log_kind="submissions",
    )
    return Context(exam=exam, questions=questions_of(titles, points))


def _window(contest: _Contest, gathering: Gathering) -> tuple[datetime | None, datetime | None]:
    """Start and end of a contest; none where it is not to start, or says no duration."""
    duration = _DURATION.fullmatch(contest.duration or "")
    if contest.start_time is None or duration is None:
        return None, None
    hours, minutes, seconds = (int(duration[index]) for index in (1, 2, 3))
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds + float(duration[4] or 0))
    try:
        start = in_utc(datetime.fromisoformat(contest.start_time), gathering.options)
        return (start, start + length) if length else (None, None)
    except (ValueError, OverflowError):
        gathering.faults.add(("contest", "start_time"), "expected a date and time in ISO 8601")
        return None, None


class _Sign(msgspec.Struct):
    """A line of a feed, by its members alone."""

    type: str
    data: msgspec.Raw
    token: str | None = None
    op: str | None = None


_sign = msgspec.json.Decoder(_Sign)


def _is_feed(look: Look) -> bool:
    found = quietly(look.first, _sign) if look.names(b'"type"', b'"data"') else None
    return found is not None and (found.token is not None or found.op is not None)


FORMAT = Format(
    name="ccs",
    label="A contest’s event feed (CCS)",
    described=DESCRIBED,
    read=read_ccs,
    recognises=_is_feed,
)
