"""The event feed of the CCS Contest API (DOMjudge, Kattis, PC-squared, the ICPC's CDS), 2020 to 2023 versions.

A feed is a stream of states: an object that comes again replaces what it was, one whose data is null is gone. A team
is a student, a problem's label is the unit. Of several judgements the current one counts, and a compile error is no
attempt. Teams without submissions, and hidden ones, are left out.
"""

import re
from datetime import datetime, timedelta
from typing import IO

import msgspec

from feedback.events.context import Context, Exam
from feedback.events.faults import Faults
from feedback.events.formats.ccs_feed import Contest, Entry, Feed, JudgementType, Outcome, Problem, Team
from feedback.events.formats.format import Format
from feedback.events.formats.gathering import Action, Gathering
from feedback.events.formats.json_lines import entries, quietly
from feedback.events.formats.look import Look
from feedback.events.formats.source_context import as_points, beside, questions_of, short
from feedback.events.formats.source_options import SourceOptions, in_utc
from feedback.events.formats.source_times import time_in
from feedback.events.limits import Limits
from feedback.events.reading import Received, StudentStream

DESCRIBED = "an event feed of the CCS Contest API"
_DURATION = re.compile(r"([0-9]{1,6}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,9})?", re.ASCII)
_entry = msgspec.json.Decoder(Entry)


def read_ccs(
    source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions
) -> Received:
    gathering, feed = Gathering(limits, faults, stream, options), Feed()
    for line, entry in entries(source, _entry, gathering):
        feed.take(entry, line, gathering)
    contest = next(reversed(feed.contests.values()), Contest())
    stream.context = beside(_context(contest, feed, gathering), stream.context)
    _take_submissions(feed, str(contest.id if contest.id is not None else ""), _scored(contest), gathering)
    yield from gathering.students(DESCRIBED)


def _take_submissions(feed: Feed, namespace: str, scored: bool, gathering: Gathering) -> None:
    here = set[str]()
    for sent in feed.submissions():
        if sent.team_id is None or sent.problem_id is None:
            gathering.leave_out("submissions without team or problem")
            continue
        team, problem = feed.teams.get(sent.team_id, Team()), feed.problems.get(sent.problem_id, Problem())
        if team.hidden:
            gathering.leave_out("submissions of hidden teams")
            continue
        here.add(sent.team_id)
        kind, score = _judged(sent.outcome, feed, problem if scored else None)
        place, time = (sent.line,), sent.time
        if isinstance(time, str):
            time = time_in(time, "time", place, gathering)
        gathering.name(namespace, sent.team_id, team.name or "")
        gathering.add(Action(sent.team_id, _label(problem, sent.problem_id), kind, time, score, namespace), place)
    if absent := sum(not team.hidden and identity not in here for identity, team in feed.teams.items()):
        gathering.leave_out("teams without submissions", absent)


def _judged(outcome: Outcome | None, feed: Feed, scored: Problem | None) -> tuple[str, float | None]:
    """The kind of event that a submission is, and its share of the points; None where no judge has said."""
    if outcome is None:
        return "submission", None
    identity = outcome.type_id
    type_ = feed.types.get(identity, JudgementType())
    if identity == "CE" or "compil" in (type_.name or "").casefold():
        return "compile_error", None
    if scored and scored.max_score and outcome.score is not None:
        return "submission", min(1.0, max(0.0, outcome.score / scored.max_score))
    solved = type_.solved if type_.solved is not None else (True if identity == "AC" else None)
    return "submission", None if solved is None else float(solved)


def _label(problem: Problem, identity: str) -> str:
    return problem.label or identity


def _scored(contest: Contest) -> bool:
    return contest.scoreboard_type == "score"


def _context(contest: Contest, feed: Feed, gathering: Gathering) -> Context:
    problems = sorted(feed.problems.items(), key=lambda item: item[1].ordinal or 0)
    titles = {_label(problem, identity): problem.name or "" for identity, problem in problems}
    points = {
        _label(problem, identity): most
        for identity, problem in problems
        if _scored(contest) and (most := as_points(problem.max_score))
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


def _window(contest: Contest, gathering: Gathering) -> tuple[datetime | None, datetime | None]:
    """Start and end of a contest; none where it is not to start, or says no duration."""
    duration = _DURATION.fullmatch(contest.duration or "")
    if contest.start_time is None or duration is None:
        return None, None
    hours, minutes, seconds = (int(duration[index]) for index in (1, 2, 3))
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds + float(duration[4] or 0))
    wrong = "start_time", "expected a date and time in ISO 8601"
    try:
        start = in_utc(datetime.fromisoformat(contest.start_time), gathering.options)
        wrong = "duration", "it leads beyond the year 9999"
        return (start, start + length) if length else (None, None)
    except (ValueError, OverflowError):
        gathering.faults.add(("contest", wrong[0]), wrong[1])
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
