"""A context from an untyped value, every fault named by its place. It comes once in a body, so no path is fast."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from feedback.events.context import NO_CONTEXT, Context, Exam, Question, ReportOptions, encode_context
from feedback.events.context_rules import Names, check_context
from feedback.events.faults import Faults, Place
from feedback.events.limits import Limits
from feedback.events.normal_form import settled
from feedback.events.strict_decoder import (
    DATE_EXPECTED,
    EXPECTED,
    LANGUAGE_EXPECTED,
    REFUSALS,
    convert_field,
    found_instead,
    inspect,
    kind_of,
)

Struct = TypeVar("Struct", bound=msgspec.Struct)
MEMBERS = ("exam", "questions", "report")
# Converting the fields of one takes some 40 µs.
_TURNS_OF_A_QUESTION = 40
_OF_200, _OF_100 = (f"expected a string of at most {number} characters, or null" for number in (200, 100))
_URL = "expected an http or https URL of at most 2,000 characters, or null"
_EXPECTED = {
    "unit": EXPECTED["unit"],
    "title": _OF_200,
    "course": _OF_200,
    "topic": _OF_100,
    "group": _OF_100,
    "message": "expected a string of at most 2,000 characters, or null",
    "starts_at": DATE_EXPECTED,
    "ends_at": DATE_EXPECTED,
    "kind": 'expected "exam" or "course", or null',
    "log_kind": 'expected "saves", "submissions" or "visits", or null',
    "counts": 'expected "best" or "last", or null',
    "language": LANGUAGE_EXPECTED,
    "paper": 'expected "a4" or "letter", or null',
    "solutions_url": _URL,
    "solution_url": _URL,
    "points": "expected a number above 0 and at most 1,000,000, or null",
    "minutes": "expected a number above 0 and at most 1,000,000, or null",
    "optional": "expected true or false, or null",
    "hide": "expected a list of names of sections and insights, or null",
    "thresholds": "expected an object of numbers by the names of thresholds, or null",
}


def context_from(members: Mapping[str, Any], place: Place, names: Names, faults: Faults, limits: Limits) -> Context:
    """The context that an object's members give, members of other names aside; what is wrong is recorded.

    `place` is that of the object. A member that is null is absent. Raises TooLarge for too many
    questions or bytes.
    """
    before, questions = faults.count, members.get("questions")
    if isinstance(questions, list):
        limits.check_questions(questions)
    for name in MEMBERS:
        inspect(members.get(name), (*place, name), 1, faults)
    context = Context(
        exam=_object(Exam, members.get("exam"), (*place, "exam"), faults) or NO_CONTEXT.exam,
        questions=_questions(questions, (*place, "questions"), faults),
        report=_object(ReportOptions, members.get("report"), (*place, "report"), faults) or NO_CONTEXT.report,
    )
    if faults.count == before:
        check_context(context, names, place, faults)
        encode_context(context)  # raises TooLarge here already, before a class is read for nothing
    return context


def _questions(value: Any, place: Place, faults: Faults) -> tuple[Question, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        faults.add(place, f"expected a list of questions, got {kind_of(value)}")
        return ()
    for index, one in enumerate(value):
        faults.spend(_TURNS_OF_A_QUESTION)
        if one is None:
            faults.add((*place, index), "expected an object, got null")
    found = (_object(Question, one, (*place, index), faults) for index, one in enumerate(value))
    return tuple(question for question in found if question is not None)


def question_from(row: Mapping[str, Any], place: Place, faults: Faults) -> Question | None:
    """A question from the cells of a table; None with the faults recorded."""
    inspect(row, place, 0, faults)
    return _object(Question, row, place, faults)


def _object(type_: type[Struct], value: Any, place: Place, faults: Faults) -> Struct | None:
    """A struct from an object; None with the faults recorded, and where it is null."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        faults.add(place, f"expected an object, got {kind_of(value)}")
        return None
    before, fields = faults.count, dict[str, Any]()
    for field in msgspec.structs.fields(type_):
        given = _without_outer_space(value.get(field.name))
        if given is None and not field.required:
            continue
        try:
            fields[field.name] = convert_field(field.name, given, field.type)
        except REFUSALS:
            faults.add((*place, field.name), f"{_EXPECTED[field.name]}; {found_instead(value, field.name)}")
    return type_(**fields) if faults.count == before else None


def _without_outer_space(value: Any) -> Any:
    """Text in one form; none at all where nothing is left of it."""
    if isinstance(value, str):
        return settled(value) or None
    if isinstance(value, list):
        return [settled(item) if isinstance(item, str) else item for item in value]
    return value
