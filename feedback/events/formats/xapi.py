"""xAPI statements (1.0), as a learning record store gives them: a list, its pages `{"statements": […]}`, or lines.

An actor is a student, a group's statement each member's. The activity is the unit; the course that it belongs to is
the namespace. A statement that was voided, one about another statement, one that is part of a group of questions
(Open edX writes the group and each part), and one on something that is no question are left out and counted.
"""

import re
from functools import lru_cache
from typing import IO

from feedback.events.context import Context, Exam
from feedback.events.faults import Faults, Place
from feedback.events.formats.format import Format
from feedback.events.formats.gathering import Action, Gathering
from feedback.events.formats.json_lists import listed
from feedback.events.formats.source_context import as_points, beside, short, unit_text
from feedback.events.formats.source_options import SourceOptions
from feedback.events.formats.source_times import time_in
from feedback.events.formats.xapi_statement import Activity, Actor, Agent, Result, Statement, Where, decoder
from feedback.events.limits import Limits
from feedback.events.reading import Received, StudentStream
from feedback.events.spool import content_of

DESCRIBED = "xAPI statements"
_KINDS = {
    **dict.fromkeys(("answered", "evaluated", "passed", "failed"), "submission"),
    **dict.fromkeys(("attempted", "experienced", "interacted"), "view"),
    "initialized": "start",
    **dict.fromkeys(("completed", "terminated"), "finish"),
    "asked": "hint",  # as Open edX says that a hint was shown
}
_VOIDED = "voided"
# Of an IRI the end is looked at; it is kept for the next one.
_WORD_CHARACTERS = 300
# Types of activities, by the last part of their IRI, on which nobody answers anything.
_NO_QUESTION = frozenset(
    {
        *("course", "courses", "curriculum", "lms", "module", "profile", "site", "source", "system"),
        *("blog", "chat", "discussion", "file", "forum", "link", "media", "meeting", "page", "video", "webpage"),
    }
)
_COURSE = ("course", "courses")
# Open edX names a question's hints and its answer as activities of their own.
_PART_OF_QUESTION = re.compile(r"/(?:hint/[0-9]+|answer)\Z", re.ASCII)


class _Log:
    """What the statements say of courses and questions, beside the students."""

    def __init__(self, voided: frozenset[str]) -> None:
        self.voided = voided
        self.courses = dict[str, str]()
        self.titles = dict[str, str]()
        self.points = dict[str, float]()


def read_xapi(
    source: IO[bytes], limits: Limits, faults: Faults, stream: StudentStream, options: SourceOptions
) -> Received:
    gathering, log = Gathering(limits, faults, stream, options), _Log(_voided(source, limits, options))
    for place, statement in listed(source, "statements", decoder, gathering):
        _take(statement, place, log, gathering)
    course = next(iter(log.courses.values())) if len(log.courses) == 1 else None
    own = Context(
        exam=Exam(course=short(course or "")),
        questions=gathering.questions(log.titles, log.points, known=len(log.courses) == 1),
    )
    stream.context = beside(own, stream.context)
    yield from gathering.students(DESCRIBED, in_time_order=True)


def _voided(source: IO[bytes], limits: Limits, options: SourceOptions) -> frozenset[str]:
    """The ids of the statements that others take back, wherever those stand. The content is left rewound."""
    found = set[str]()
    if content_of(source).find(b"/voided") >= 0:
        source.seek(0)
        aside = Gathering(limits, Faults(limits.effort.spend), StudentStream(), options)
        for _, statement in listed(source, "statements", decoder, aside):
            if _word(statement) == _VOIDED and statement.object and statement.object.id:
                found.add(statement.object.id)
    source.seek(0)
    return frozenset(found)


def _take(statement: Statement, place: Place, log: _Log, gathering: Gathering) -> None:
    activity, word = statement.object or Activity(), _word(statement)
    kind = gathering.options.kind_for(word) or _KINDS.get(word) or word
    around = _around(statement.context)
    students = _students(statement.actor)
    if why := _why_left_out(statement, log, kind, around, students):
        gathering.leave_out(why)
        return
    unit = _PART_OF_QUESTION.sub("", activity.id or "")
    course = _course(around)
    namespace = unit_text(course.id) if course and course.id else (statement.context or Where()).platform or ""
    written = statement.timestamp or statement.stored
    time = time_in(written, "timestamp", place, gathering) if written else None
    score = _score(statement.result) if kind == "submission" else None
    for identity, name in students:
        source_id = (statement.id, identity) if statement.id else None
        gathering.name(namespace, identity, name)
        gathering.add(Action(identity, unit, kind, time, score, namespace, source_id), place)
    if not log.courses.get(namespace):
        log.courses[namespace] = _title(course) if course else ""
    if not log.titles.get(unit):
        log.titles[unit] = _title(activity) if unit == activity.id else ""
    most = statement.result.score.max if kind == "submission" and statement.result and statement.result.score else None
    if points := as_points(most):
        log.points[unit] = points


def _why_left_out(
    statement: Statement, log: _Log, kind: str, around: list[Activity], students: list[tuple[str, str]]
) -> str | None:
    activity = statement.object or Activity()
    if statement.id in log.voided:
        return "voided"
    if activity.object_type in ("StatementRef", "SubStatement", "Agent", "Group"):
        return "about no activity (another statement, or a person)"
    if not students:
        return "of nobody (no actor that can be told apart)"
    if not activity.id:
        return "without an activity (its object has no id)"
    if any(one.object_type == "GroupActivity" for one in around):
        return "part of another statement (of a group of questions)"
    if kind != "submission" and _type_of(activity) in _NO_QUESTION:
        return "on no question (a course, a page, a file)"
    return None


def _word(statement: Statement) -> str:
    return _last_part(statement.verb.id or "") if statement.verb else ""


def _last_part(iri: str) -> str:
    """`answered` of `http://adlnet.gov/expapi/verbs/answered`."""
    return _after_slash(iri[-_WORD_CHARACTERS:])


@lru_cache(maxsize=1024)
def _after_slash(iri: str) -> str:
    return re.split(r"[/#:]", iri.rstrip("/#"))[-1].casefold()


def _type_of(activity: Activity) -> str:
    return _last_part(activity.definition.type or "") if activity.definition else ""


def _students(actor: Actor | None) -> list[tuple[str, str]]:
    """(what tells them apart, name) of the actor, or of each member of a group."""
    agents: list[Agent] = [] if actor is None else [*actor.member] if actor.member else [actor]
    return [(agent.identity, agent.name or "") for agent in agents if agent.identity]


def _around(where: Where | None) -> list[Activity]:
    """The activities that this one belongs to: its groupings, then its parents."""
    activities = where.context_activities if where else None
    if activities is None:
        return []
    both = (activities.grouping, activities.parent)
    return [one for some in both if some for one in (some if isinstance(some, list) else [some])]


def _course(around: list[Activity]) -> Activity | None:
    """What the activity belongs to: the course where one is named, else what it is grouped under."""
    return next((one for one in around if _type_of(one) in _COURSE), around[0] if around else None)


def _title(activity: Activity) -> str:
    """The name, in English where there are several languages."""
    names = (activity.definition.name if activity.definition else None) or {}
    return next((name for language, name in names.items() if language.startswith("en")), next(iter(names.values()), ""))


def _score(result: Result | None) -> float | None:
    """The share of the points, none of them where `scaled` is below 0; without a score, what `success` says."""
    score = result.score if result else None
    if score and score.scaled is not None:
        return min(1.0, max(0.0, score.scaled))
    if score and score.raw is not None and score.max is not None and score.max > 0:
        return min(1.0, max(0.0, score.raw / score.max))
    return None if result is None or result.success is None else float(result.success)


FORMAT = Format(
    name="xapi",
    label="xAPI (a learning record store)",
    described=DESCRIBED,
    read=read_xapi,
    recognises=lambda look: look.names(b'"actor"', b'"verb"', b'"object"') and b'"student_id"' not in look.head,
)
