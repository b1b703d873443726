"""The last state of each object of a contest's feed.

Nearly all are submissions and judgements, so of those no more is kept than is read in the end.
"""

import types
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from feedback.events.faults import Line
from feedback.events.formats.gathering import Gathering
from feedback.events.formats.json_lines import part

Id = str | int


class Entry(msgspec.Struct):
    type: str | None
    id: Id | None = None
    op: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Object(msgspec.Struct, gc=False):
    id: Id | None = None


class Contest(_Object):
    name: str | None = None
    formal_name: str | None = None
    start_time: str | None = None
    duration: str | None = None
    scoreboard_type: str | None = None


class Problem(_Object):
    label: str | None = None
    name: str | None = None
    ordinal: float | None = None
    max_score: float | None = None


class Team(_Object):
    name: str | None = None
    hidden: bool | None = None


class JudgementType(_Object):
    name: str | None = None
    solved: bool | None = None


class _Submission(_Object):
    problem_id: Id | None = None
    team_id: Id | None = None
    time: str | None = None


class _Judgement(_Object):
    submission_id: Id | None = None
    judgement_type_id: Id | None = None
    score: float | None = None
    current: bool | None = None


_TYPES: dict[str, type[_Object]] = {
    "contests": Contest,
    "problems": Problem,
    "teams": Team,
    "judgement-types": JudgementType,
    "submissions": _Submission,
    "judgements": _Judgement,
}
_object: "msgspec.json.Decoder[_Object | None]" = msgspec.json.Decoder(_Object | None)
_decoders: "dict[str, tuple[msgspec.json.Decoder[Any], msgspec.json.Decoder[Any]]]" = {
    name: (msgspec.json.Decoder(type_), msgspec.json.Decoder(types.GenericAlias(list, (type_,))))
    for name, type_ in _TYPES.items()
}


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What a judge said of a submission: the type of judgement, and the points where the contest has any."""

    type_id: str
    score: float | None


class Sent(msgspec.Struct, gc=False):
    """A submission, in a form of which there may be millions. `line` is 0 where the feed does not have it (any more).

    `time` is a text where it is none that can be taken as it is. `outcome` is that of the judgement that counts.
    """

    line: Line = Line(0)
    team_id: str | None = None
    problem_id: str | None = None
    time: datetime | str | None = None
    outcome: Outcome | None = None


class _Ruling(msgspec.Struct, gc=False):
    """A judgement: of which submission, and its outcome; None where there is none yet, or it was overruled."""

    sent: Sent
    outcome: Outcome | None


class Feed:
    """What a feed says in the end: the decoded objects of which there are few by id, and the submissions."""

    def __init__(self) -> None:
        self.contests = dict[str, Contest]()
        self.problems = dict[str, Problem]()
        self.teams = dict[str, Team]()
        self.types = dict[str, JudgementType]()
        self._sent = dict[str, Sent]()
        self._rulings = dict[str, _Ruling]()
        self._outcomes = dict[Outcome, Outcome]()
        self._texts = dict[str, str]()
        self._kept: dict[str, dict[str, Any]] = {
            "contests": self.contests,
            "problems": self.problems,
            "teams": self.teams,
            "judgement-types": self.types,
            "judgements": self._rulings,
        }

    def take(self, entry: Entry, line: Line, gathering: Gathering) -> None:
        """Take in a line, or record its faults."""
        kind = "contests" if entry.type == "contest" else entry.type or ""
        if kind not in _TYPES:
            return
        raw = bytes(entry.data)
        if entry.op == "delete" or raw == b"null":
            gone = part(entry.data, _object, line, gathering.faults)
            self._drop(kind, str(gone.id if gone and gone.id is not None else entry.id))
            return
        one, many = _decoders[kind]
        if raw.startswith(b"["):  # the whole collection at once
            self._drop_all(kind)
            found = part(entry.data, many, line, gathering.faults) or []
        else:
            value = part(entry.data, one, line, gathering.faults)
            found = [] if value is None else [value]
        for value in found:
            gathering.faults.spend(2)
            self._keep(kind, str(value.id if value.id is not None else entry.id), value, line, gathering)

    def _keep(self, kind: str, identity: str, value: Any, line: Line, gathering: Gathering) -> None:
        if kind == "submissions":
            self._keep_submission(identity, value, line, gathering)
        elif kind == "judgements":
            self._rulings.pop(identity, None)  # the one that came last stands last
            self._rulings[identity] = _Ruling(self._sent_of(str(value.submission_id)), self._outcome_of(value))
        else:
            self._kept[kind][identity] = value

    def _keep_submission(self, identity: str, value: _Submission, line: Line, gathering: Gathering) -> None:
        sent = self._sent_of(identity)
        if sent.line:
            gathering.leave_out("earlier states of a submission")
        else:  # it stands where it came, whatever named it before
            self._sent[identity] = self._sent.pop(identity)
            sent.line = line
        sent.team_id = None if value.team_id is None else self._shared(str(value.team_id))
        sent.problem_id = None if value.problem_id is None else self._shared(str(value.problem_id))
        sent.time = _instant(value.time) if value.time else None

    def _shared(self, text: str) -> str:
        """The same text as before, where it came before. (Python's own `intern` keeps it for good in some releases.)"""
        return self._texts.setdefault(text, text)

    def _sent_of(self, identity: str) -> Sent:
        return self._sent.get(identity) or self._sent.setdefault(identity, Sent())

    def _outcome_of(self, judgement: _Judgement) -> Outcome | None:
        if judgement.judgement_type_id is None or judgement.current is False:
            return None
        outcome = Outcome(str(judgement.judgement_type_id), judgement.score)
        return self._outcomes.setdefault(outcome, outcome)

    def _drop(self, kind: str, identity: str) -> None:
        if kind == "submissions":
            self._sent_of(identity).line = Line(0)  # its judgements may come before it does again
        else:
            self._kept[kind].pop(identity, None)

    def _drop_all(self, kind: str) -> None:
        if kind == "submissions":
            for sent in self._sent.values():
                sent.line = Line(0)
        else:
            self._kept[kind].clear()

    def submissions(self) -> Iterator[Sent]:
        """Each that the feed has, with its outcome: that of the last judgement which has one and was not overruled.

        They are forgotten as they are given, since they are most of the memory.
        """
        for ruling in self._rulings.values():
            if ruling.outcome is not None:
                ruling.sent.outcome = ruling.outcome
        self._rulings.clear()
        left = [sent for sent in reversed(self._sent.values()) if sent.line]
        self._sent.clear()
        while left:
            yield left.pop()


def _instant(text: str) -> datetime | str:
    """A time that says its zone, in UTC; any other text as it is."""
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else text
    except (ValueError, OverflowError):
        return text
