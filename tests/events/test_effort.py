"""What one body may cost: each loop of each reader ends at its deadline, and what is counted is bounded."""

import gzip
import io
import json
import time
from collections.abc import Iterator
from importlib import import_module

import pytest

from feedback.events import Limits, MediaType, Student, TooLarge, inflate, read_students, spool
from feedback.events.effort import Effort
from feedback.events.fault_lines import lines_of
from feedback.events.limits import MAX_COLUMNS, MAX_PIECE_BYTES
from feedback.events.spool import IN_MEMORY_BYTES, MAX_RATIO, content_of

MEBIBYTE = 1 << 20
HOSTILE = {
    "rows that name nobody's question": (b"student_id,unit,type\n" + b"a,,\n" * 2_000_000, MediaType.CSV),
    "rows of nothing": (b"student_id,unit\n" + b",\n" * 4_000_000, MediaType.CSV),
    "blank lines before a table": (b"\n" * 8_000_000, MediaType.CSV),
    "lines of ignored objects": ((b'{"student_id":1,"x":[' + b"{}," * 4_000 + b"{}]}\n") * 500, MediaType.NDJSON),
    "students of nothing": (b'[{"student_id":"a","events":[' + b"{}," * 600_000 + b"{}]}]", MediaType.JSON),
}


@pytest.mark.parametrize(("body", "media_type"), HOSTILE.values(), ids=list(HOSTILE))
def test_a_body_of_much_that_counts_for_little_is_given_up(body: bytes, media_type: MediaType) -> None:
    with pytest.raises(TooLarge) as refused:
        list(read_students(io.BytesIO(body), media_type, Limits(effort=Effort(0.2))))
    assert "FEEDBACK_READ_SECONDS" in refused.value.error or "in one body" in refused.value.error


def test_what_is_inflated_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("feedback.events.spool"), "MAX_RATIO", 10_000)
    bomb = gzip.compress(b" " * (256 * MEBIBYTE))
    with pytest.raises(TooLarge, match="FEEDBACK_READ_SECONDS"):
        for _ in inflate([bomb[at : at + 512] for at in range(0, len(bomb), 512)], Effort(0.02)):
            pass


def test_what_inflates_beyond_all_measure_is_refused_soon() -> None:
    sizes: list[int] = []
    with pytest.raises(TooLarge, match=f"more than {MAX_RATIO} times"):
        sizes.extend(len(piece) for piece in inflate([gzip.compress(b" " * (64 * MEBIBYTE))]))
    assert sum(sizes) < 48 * MEBIBYTE
    small = gzip.compress(b" " * (4 * MEBIBYTE))
    assert len(b"".join(inflate([small]))) == 4 * MEBIBYTE


def test_a_table_of_too_many_columns_is_refused_by_its_header() -> None:
    header = ",".join(["student_id", "unit", *(f"c{number}" for number in range(500_000 // 8))])
    with pytest.raises(Exception, match="cannot be read") as refused:
        list(read_students(io.BytesIO(header[: MEBIBYTE - 1].encode() + b"\na,1\n"), MediaType.CSV, Limits()))
    assert f"at most {MAX_COLUMNS} are read" in str(refused.value.details)  # type: ignore[attr-defined] # InvalidEvents


def test_rows_are_counted_whatever_they_hold() -> None:
    body = b"student_id,unit\n" + b"a,\n" * 8
    with pytest.raises(TooLarge, match="More than 7 rows"):
        list(read_students(io.BytesIO(body), MediaType.CSV, Limits(max_students=1, max_events=5)))


@pytest.mark.parametrize("media_type", [MediaType.JSON, MediaType.NDJSON])
def test_one_student_has_a_largest_text(media_type: MediaType) -> None:
    body = b'{"student_id":"a","events":[],"x":"' + b"x" * MAX_PIECE_BYTES + b'"}'
    for whole in (body, b"[" + body + b"]") if media_type is MediaType.JSON else (body,):
        with pytest.raises(TooLarge, match="Leave out the fields"):
            list(read_students(io.BytesIO(whole), media_type, Limits()))


def test_questions_are_counted_over_the_whole_body() -> None:
    body = json.dumps([{"student_id": str(one), "events": [{"unit": one * 2}, {"unit": 1}]} for one in range(3)])
    assert len(list(read_students(io.BytesIO(body.encode()), MediaType.JSON, Limits(max_questions=4)))) == 3
    with pytest.raises(TooLarge, match="More than 3 different questions"):
        list(read_students(io.BytesIO(body.encode()), MediaType.JSON, Limits(max_questions=3)))


def test_an_honest_body_is_read_within_the_deadline_whatever_is_done_with_its_students() -> None:
    body = json.dumps([{"student_id": str(one), "events": [{"unit": 1}] * 100} for one in range(50)]).encode()
    students: list[Student] = []
    for student in read_students(io.BytesIO(body), MediaType.JSON, Limits(effort=Effort(0.25))):
        students.append(student)
        until = time.thread_time() + 0.01
        while time.thread_time() < until:  # what the caller does with a student is not the sender's
            pass
    assert len(students) == 50


def test_a_long_reading_gives_way_and_a_short_one_does_not() -> None:
    class Turn:
        given = ended = 0

        def begin(self) -> None:
            raise AssertionError("no step of it takes long")

        def give_way(self) -> None:
            self.given += 1

        def end(self) -> None:
            self.ended += 1

    def read(rows: int) -> tuple[int, int]:
        turn = Turn()
        body = io.BytesIO(b"student_id,unit\n" + b"a,1\n" * rows)
        list(read_students(body, MediaType.CSV, Limits(effort=Effort(60, turn))))
        return turn.given, turn.ended

    assert read(10) == (0, 1)
    given, ended = read(60_000)
    assert given > 5
    assert ended == 1


def test_a_large_body_at_rest_is_not_copied_into_memory() -> None:
    with spool([b" " * (2 * IN_MEMORY_BYTES)], 4 * IN_MEMORY_BYTES) as body:
        assert not isinstance(content_of(body), bytes)
    with spool([b"small"], IN_MEMORY_BYTES) as body:
        assert content_of(body) == b"small"
    assert content_of(io.BytesIO(b" " * (2 * IN_MEMORY_BYTES)))[:1] == b" "


def test_blanks_without_end_are_passed_over_in_windows() -> None:
    for body in (b" " * (32 * MEBIBYTE), b"[" + b" " * (32 * MEBIBYTE) + b"]"):
        with pytest.raises(Exception, match="1 fault"):
            list(read_students(io.BytesIO(body), MediaType.JSON, Limits()))
    with pytest.raises(TooLarge):
        list(read_students(io.BytesIO(b" " * (512 * MEBIBYTE)), MediaType.JSON, Limits(effort=Effort(0.01))))


def test_lines_are_looked_for_once_for_all_places_and_not_for_ever() -> None:
    body = b"[" + b'{"":1,' * 400_000
    assert lines_of(body, [f"students[0].events[{number}].unit" for number in range(20)], Effort(0.2)) == {}


def test_many_places_of_one_body_are_all_found() -> None:
    students = [{"student_id": str(one), "events": [{"unit": 1}, {"unit": 2}]} for one in range(40)]
    body = json.dumps(students, indent=1).encode()
    places = [f"students[{one}].events[{event}].unit" for one in range(40) for event in (0, 1)]
    lines = lines_of(body, reversed(places))
    text = body.decode().splitlines()

    def expected() -> Iterator[int]:
        return (number for number, line in enumerate(text, start=1) if '"unit"' in line)

    assert [lines[place] for place in places] == list(expected())


@pytest.mark.parametrize("number", [3, 4])
@pytest.mark.parametrize("media_type", [MediaType.JSON, MediaType.NDJSON])
def test_the_questions_of_a_context_in_the_body_are_limited_and_counted(media_type: MediaType, number: int) -> None:
    turns = [0]

    class Counted(Effort):
        def spend(self, weight: int = 1) -> None:
            turns[0] += weight

    context = {"questions": [{"unit": str(unit)} for unit in range(number)]}
    ada = {"student_id": "ada", "events": [{"unit": 1}]}
    lines = "\n".join(map(json.dumps, (context, ada)))
    body = json.dumps(context | {"students": [ada]}) if media_type is MediaType.JSON else lines
    limits = Limits(max_questions=3, effort=Counted())
    if number > limits.max_questions:
        with pytest.raises(TooLarge, match="More than 3 different questions"):
            list(read_students(io.BytesIO(body.encode()), media_type, limits))
    else:
        assert len(list(read_students(io.BytesIO(body.encode()), media_type, limits))) == 1
        assert turns[0] >= 3 * 40
