"""Joining rows and students: by what is unique on both sides, and never by a guess."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.submissions.roster_file import RosterRow
from feedback.submissions.roster_match import NOBODY, SEVERAL, TWICE, Person, join


def person(student_id: str, name: str = "", namespace: str = "") -> Person:
    return Person(uuid4(), namespace, student_id, name)


def row(line: int = 2, **said: Any) -> RosterRow:
    return RosterRow(line, **said)


@pytest.mark.parametrize(
    ("student", "said"),
    [
        (person("1815"), {"student_id": "1815"}),
        (person("Ada@Example.edu"), {"email": "ada@example.edu"}),
        (person("ada@example.edu"), {"login": "ada@example.edu"}),
        (person("ada"), {"email": "ada@example.edu"}),
        (person("Ada"), {"login": "ada"}),
        (person("ada@example.edu"), {"login": "ada"}),
        (person("x7", "Ada Lovelace"), {"name": "ADA LOVELACE"}),
        (person("x7", "Lovelace, Ada"), {"name": "Ada Lovelace"}),
        (person("Ada Lovelace"), {"name": "Ada Lovelace"}),
    ],
)
def test_a_row_finds_its_student_by_any_of_what_it_says(student: Person, said: dict[str, Any]) -> None:
    other = row(3, student_id="nobody", email="nobody@example.edu", name="Nobody")
    found = join([row(**said), other], [student, person("someone else", "Someone Else")])

    assert found.pairs == [(student, row(**said))]
    assert found.rows == [(other, NOBODY)]
    assert [one.student_id for one in found.people] == ["someone else"]


def test_an_address_of_another_domain_is_another_person() -> None:
    assert join([row(email="ada@elsewhere.org")], [person("ada@example.edu")]).rows[0][1] == NOBODY


def test_the_id_number_comes_before_the_address_and_the_address_before_the_name() -> None:
    ada, by_address, by_name = person("1815"), person("ada@example.edu"), person("x", "Ada Lovelace")
    said = row(student_id="1815", email="ada@example.edu", name="Ada Lovelace")

    assert join([said], [by_name, by_address, ada]).pairs == [(ada, said)]
    assert join([said], [by_name, by_address]).pairs == [(by_address, said)]
    assert join([said], [by_name]).pairs == [(by_name, said)]


def test_two_rows_of_one_name_are_told_apart_by_number_or_not_at_all() -> None:
    first, second = person("1", "Kim Lee"), person("2", "Kim Lee")
    rows = [row(2, student_id="1", name="Kim Lee"), row(3, name="Kim Lee")]
    found = join(rows, [first, second])

    assert found.pairs == [(first, rows[0])]
    assert found.rows == [(rows[1], SEVERAL)], "not the other one by elimination"


def test_a_student_whom_two_rows_fit_is_nobodys() -> None:
    rows = [row(2, name="Kim Lee", email="a@example.edu"), row(3, name="Kim Lee", email="b@example.edu")]
    found = join(rows, [person("7", "Kim Lee")])

    assert (found.pairs, [why for _, why in found.rows]) == ([], [TWICE, TWICE])


def test_a_namespace_narrows_whom_a_row_can_mean() -> None:
    here, there = person("ada", namespace="cs101"), person("ada", namespace="cs102")
    assert join([row(student_id="ada")], [here, there]).rows == [(row(student_id="ada"), SEVERAL)]
    rows = [row(2, student_id="ada", namespace="cs101"), row(3, student_id="ada", namespace="cs102")]
    assert [pair[0] for pair in join(rows, [there, here]).pairs] == [here, there]


class Counted(Person):
    """Counts how often anything is asked of a student."""

    asked = 0

    def __getattribute__(self, name: str) -> Any:
        Counted.asked += 1
        return super().__getattribute__(name)


@pytest.mark.parametrize("namespace", [None, ""])
def test_the_work_grows_with_the_class_however_many_one_row_fits(namespace: str | None) -> None:
    def asked(number: int) -> int:
        Counted.asked = 0
        people = [Counted(uuid4(), "", f"x@{one}", "") for one in range(number)]
        assert join([row(one, login="x", namespace=namespace) for one in range(number)], people).pairs == []
        return Counted.asked

    assert asked(400) <= 2 * asked(200)


TEXTS = st.sampled_from(["", "ada", "ADA", "grace", "ada@x.org", "ada@y.org", "Ada Lovelace", "Lovelace, Ada", "7"])
PEOPLE = st.lists(
    st.tuples(st.sampled_from(["", "n"]), TEXTS.filter(bool), TEXTS), unique_by=lambda one: one[:2], max_size=8
).map(lambda found: [Person(uuid4(), *one) for one in found])
ROWS = st.lists(
    st.builds(
        RosterRow,
        line=st.just(2),
        student_id=TEXTS,
        name=TEXTS,
        email=TEXTS.filter(lambda text: "@" in text or not text),
        login=TEXTS,
        namespace=st.sampled_from([None, "", "n"]),
    ),
    max_size=8,
)


@given(rows=ROWS, people=PEOPLE)
def test_nobody_has_two_rows_no_row_has_two_students_and_none_is_lost(
    rows: list[RosterRow], people: list[Person]
) -> None:
    found = join(rows, people)

    assert len({pair[0].pk for pair in found.pairs}) == len(found.pairs)
    assert len(found.pairs) + len(found.rows) == len(rows)
    assert {pair[0] for pair in found.pairs} | set(found.people) == set(people)
    assert len(found.pairs) + len(found.people) == len(people)


@given(rows=ROWS, people=PEOPLE, data=st.data())
def test_the_order_of_rows_and_students_does_not_matter(
    rows: list[RosterRow], people: list[Person], data: st.DataObject
) -> None:
    numbered = [
        RosterRow(line, *[getattr(one, name) for name in one.__struct_fields__[1:]]) for line, one in enumerate(rows)
    ]
    shuffled = join(data.draw(st.permutations(numbered)), data.draw(st.permutations(people)))

    assert {(pair[0].pk, pair[1].line) for pair in shuffled.pairs} == {
        (pair[0].pk, pair[1].line) for pair in join(numbered, people).pairs
    }
