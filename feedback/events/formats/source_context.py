"""What the log of another platform knows of the exam: its questions, beside what the sender says of it."""

import hashlib
from collections.abc import Mapping

import msgspec

from feedback.events.context import MOST_POINTS, Context, Exam, Question
from feedback.events.normal_form import settled

TITLE_CHARACTERS = 200
_HASH_CHARACTERS = 12
# A title with all that may stand before it; the rest is not looked at.
_TITLE_WITH_SPACE = 1_000


def as_points(number: float | None) -> float | None:
    """The number where it can be the points of a question; None where it cannot, as of one that is not graded."""
    return number if number is not None and 0 < number <= MOST_POINTS else None


def questions_of(titles: Mapping[str, str], points: Mapping[str, float] | None = None) -> tuple[Question, ...]:
    """Questions with a title, points or both, by unit; a title is cut to the 200 characters that one may have."""
    most = points or {}
    units = [unit for unit in dict.fromkeys((*titles, *most)) if settled(unit) and "\0" not in unit]
    return tuple(
        Question(
            unit_text(unit),
            title=short(titles.get(unit, "")),
            points=most.get(unit),
        )
        for unit in units
    )


def unit_text(unit: str) -> str:
    """The unit as events and questions name it: one that is too long is cut, and keeps apart by a hash of the whole."""
    text = settled(unit)
    if len(text) <= TITLE_CHARACTERS:
        return text
    digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:_HASH_CHARACTERS]
    return f"{text[: TITLE_CHARACTERS - _HASH_CHARACTERS - 1]}…{digest}"


def beside(own: Context, given: Context) -> Context:
    """The source's own context, with what the sender gave in its place where both say something."""
    exam = {name: value for name in Exam.__struct_fields__ if (value := getattr(given.exam, name)) is not None}
    known = {str(question.unit): question for question in own.questions}
    for question in given.questions:
        before = known.get(str(question.unit))
        known[str(question.unit)] = _joined(before, question) if before else question
    return Context(exam=msgspec.structs.replace(own.exam, **exam), questions=tuple(known.values()), report=given.report)


def _joined(own: Question, given: Question) -> Question:
    """A question with each field that the sender gave: it is optional only where the sender says so.

    Versions of one question count the same: one that counts otherwise now is of the log's group no longer.
    """
    said = {name: value for name in Question.__struct_fields__ if (value := getattr(given, name)) is not None}
    joined = msgspec.structs.replace(own, **said)
    if given.group or (joined.points, joined.optional) == (own.points, own.optional):
        return joined
    return msgspec.structs.replace(joined, group=None)


def short(text: str) -> str | None:
    """A title of at most 200 characters, without the NUL that no database keeps, or none."""
    begun = text[:_TITLE_WITH_SPACE].replace("\0", "")
    return settled(begun)[:TITLE_CHARACTERS].rstrip() or None
