"""Students at rest: nothing lost, nothing reordered, and a hash of the content alone."""

import hashlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.events import Event, Roster, Student, decode_student, encode_student

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
EVENTS = st.builds(Event, unit=TEXTS, type=TEXTS, score=st.floats(0, 1))
STUDENTS = st.builds(Student, student_id=TEXTS, events=st.lists(EVENTS, max_size=3), namespace=st.none() | TEXTS)


@given(st.lists(STUDENTS, max_size=5))
def test_what_went_in_comes_out_in_order_whichever_way_it_is_read(students: list[Student]) -> None:
    with Roster(students) as roster:
        assert roster.keys == [student.key for student in students]
        assert [decode_student(payload) for payload in roster.payloads()] == students
        assert list(roster.rows()) == [(student.key, encode_student(student)) for student in students]
        assert roster.ndjson().read() == b"".join(encode_student(student) + b"\n" for student in students)


@given(st.lists(STUDENTS, max_size=5), st.lists(STUDENTS, max_size=5))
def test_two_rosters_have_one_hash_where_their_students_are_equal_and_only_there(
    one: list[Student], other: list[Student]
) -> None:
    with Roster(one) as first, Roster(other) as second, Roster() as grown:
        for student in one:
            grown.add(student)
        assert grown.content_sha256 == first.content_sha256
        assert (first.content_sha256 == second.content_sha256) == (list(first.payloads()) == list(second.payloads()))


def test_the_hash_is_the_one_that_identities_in_databases_were_made_with() -> None:
    with Roster([Student("ada", [])]) as roster:
        assert roster.content_sha256 == hashlib.sha256(b'32 {"student_id":"ada","events":[]}').digest()


def test_a_fault_among_the_students_passes_through_and_closes_the_spool(monkeypatch: pytest.MonkeyPatch) -> None:
    closed, close = [], Roster.close

    def noted(roster: Roster) -> None:
        closed.append(roster)
        close(roster)

    def students() -> Iterator[Student]:
        yield Student("ada", [])
        raise LookupError

    monkeypatch.setattr(Roster, "close", noted)
    with pytest.raises(LookupError):
        Roster(students())
    assert len(closed) == 1
