"""The findings of a class with its items, from the findings stored with its students' reports."""

from collections.abc import Iterator

from benchmarks import samples
from benchmarks.measure import Goal, Row, in_milliseconds, race, scaled
from feedback.analysis import analyse, analyse_class, decode_findings, encode_findings, facts_of
from feedback.events import decode_student, encode_student

# Reading the payloads is the measure that no change of the analysis moves. The first edition, which had no items, took
# 6.5 times as long as it for the findings of a class (five turns of each on one machine); 1.3 times that is the goal.
_FIRST_EDITION, _ALLOWED = 6.5, 1.3
_TURNS = 6


def rows() -> Iterator[Row]:
    number = scaled(1575)
    students = list(samples.students("exam", number, "class findings"))
    facts = facts_of(students)
    payloads = [encode_student(student) for student in students]
    stored = [encode_findings(analyse(student, facts=facts)) for student in students]
    contestants = {
        "class findings": lambda _: analyse_class(decode_findings(each) for each in stored),
        "reading the payloads": lambda _: [decode_student(each) for each in payloads],
    }
    taken = race(contestants, range(_TURNS))
    yield Row(
        f"the findings of a class of {number:,}, with items",
        "reading its payloads",
        taken["class findings"] / taken["reading the payloads"],
        Goal("≤", round(_FIRST_EDITION * _ALLOWED, 2)),
        in_milliseconds(taken),
    )
