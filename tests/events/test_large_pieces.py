"""A large piece of a body takes many times its size while it is decoded: it waits for its turn, and for room."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.events import Event, Limits, MediaType, Roster, Student, TooLarge, encode_student, limits, read_students
from feedback.events.effort import Effort
from feedback.events.json_any import memory_of
from feedback.events.limits import DECODED_TIMES, LARGE_PIECE_BYTES
from feedback.events.model import fits

FILLER = "x" * (LARGE_PIECE_BYTES + 1)
LONG = "\U0001f600" * 200


class Rooms:
    """What is held of a server's memory, and each amount that was, in order."""

    def __init__(self) -> None:
        self.now, self.asked = 0, list[int]()

    @contextmanager
    def room(self, size: int) -> Iterator[None]:
        self.asked.append(size)
        self.now += size
        yield
        self.now -= size


class Turn:
    """Counts how often a reading was about to take long."""

    begun = 0

    def begin(self) -> None:
        self.begun += 1

    def give_way(self) -> None:
        pass

    def end(self) -> None:
        pass


def of(name: str, number: int) -> dict[str, object]:
    """A student of `number` events with long texts, of which the fast path takes all."""
    return {"student_id": name, "events": [{"unit": LONG, "type": LONG}] * number}


LARGE = of("large", LARGE_PIECE_BYTES // 1_600)
BODIES = {
    "one student": (MediaType.JSON, [LARGE], "%s"),
    "a class": (MediaType.JSON, [of("a", 1), LARGE, of("b", 1)], "[%s]"),
    "an envelope": (MediaType.JSON, [of("a", 1), LARGE], '{"exam": {"title": "Sets"}, "students": [%s]}'),
    "lines": (MediaType.NDJSON, [of("a", 1), LARGE, of("b", 1)], "%s"),
}


@pytest.mark.parametrize("name", BODIES)
def test_room_for_a_large_piece_is_held_from_before_it_is_decoded_until_it_is_encoded(name: str) -> None:
    media_type, students, frame = BODIES[name]
    texts = [json.dumps(one, ensure_ascii=False) for one in students]
    body = (frame % ("\n" if media_type is MediaType.NDJSON else ",").join(texts)).encode()
    rooms, turn, held = Rooms(), Turn(), dict[str, int]()
    effort = Effort(float("inf"), turn)
    for student in read_students(io.BytesIO(body), media_type, Limits(effort=effort, room=rooms.room)):
        held[student.student_id] = rooms.now
        if student.student_id == "large":
            assert turn.begun, "its owner's turn was waited for"
            assert encode_student(student)

    [amount] = rooms.asked
    assert amount >= DECODED_TIMES * len(json.dumps(LARGE, ensure_ascii=False).encode())
    assert held == {one["student_id"]: amount if one is LARGE else 0 for one in students}
    assert rooms.now == 0


@pytest.mark.parametrize("media_type", [MediaType.JSON, MediaType.NDJSON])
def test_what_only_the_careful_path_reads_has_room_for_its_objects_too(media_type: MediaType) -> None:
    text = json.dumps(of("a", 1) | {"code": FILLER}).encode()
    rooms = Rooms()
    [student] = read_students(io.BytesIO(text), media_type, Limits(room=rooms.room))
    assert student.student_id == "a"
    assert rooms.asked == [DECODED_TIMES * len(text), memory_of(text)]
    assert rooms.now == 0


def test_a_large_part_of_the_context_has_room_until_it_is_taken() -> None:
    body = json.dumps({"exam": {"title": "Sets", "note": FILLER}, "students": [of("a", 1)]}).encode()
    rooms = Rooms()
    held = [rooms.now for _ in read_students(io.BytesIO(body), MediaType.JSON, Limits(room=rooms.room))]
    assert len(rooms.asked) == 1
    assert rooms.asked[0] > LARGE_PIECE_BYTES
    assert held == [0]


def test_a_class_of_many_middling_students_asks_for_nothing() -> None:
    body = json.dumps([of(str(number), 400) for number in range(20)], ensure_ascii=False).encode()
    rooms = Rooms()
    assert len(list(read_students(io.BytesIO(body), MediaType.JSON, Limits(room=rooms.room)))) == 20
    assert len(body) > 10 * LARGE_PIECE_BYTES
    assert rooms.asked == []


def test_what_has_no_room_is_not_decoded_and_leaves_nothing_held() -> None:
    class NoRoomError(Exception):
        pass

    def no_room(_: int) -> "Rooms":
        raise NoRoomError

    body = json.dumps(LARGE, ensure_ascii=False).encode()
    with pytest.raises(NoRoomError):
        list(read_students(io.BytesIO(body), MediaType.JSON, Limits(room=no_room)))  # type: ignore[arg-type] # it raises


def test_the_log_of_a_student_is_bounded_as_it_is_stored_however_short_its_rows_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAX_STUDENT_BYTES", 8 << 20)
    number = 6_000
    rows = "".join(f"a,{LONG},{LONG}\n" for _ in range(number))
    with pytest.raises(TooLarge, match="The log of one student is larger than 8,388,608 bytes") as refused:
        list(read_students(io.BytesIO(b"student_id,unit,type\n" + rows.encode()), MediaType.CSV, Limits()))
    assert "at most 8,388,608 bytes" in str(refused.value.details)
    short = "a,1,saved_code\n" * number
    assert (
        len(list(read_students(io.BytesIO(b"student_id,unit,type\n" + short.encode()), MediaType.CSV, Limits()))) == 1
    )


TEXTS = st.text(min_size=1, max_size=200)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=20), st.integers(0, 5_000), st.integers(0, 2_000))
def test_a_log_that_fits_is_no_larger_when_it_is_encoded(texts: list[tuple[str, str]], times: int, around: int) -> None:
    events = [Event(unit, type_) for unit, type_ in texts] * (times // (len(texts) or 1))
    student = Student("a", events, remark="\x01" * around)
    size = len(encode_student(student))
    assert not fits(student, size - 1)
    assert fits(student, size + 40_000)


def test_a_roster_knows_its_largest_log() -> None:
    students = [Student("a", []), Student("b", [Event(1)] * 9), Student("c", [Event(2)])]
    with Roster(students) as roster:
        assert roster.largest == max(len(encode_student(one)) for one in students)
        assert list(roster.payloads()) == [encode_student(one) for one in students]
