"""Any spreadsheet with a row an event."""

import contextlib
import io
from datetime import datetime

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from feedback.events import (
    Context,
    EventsError,
    Faults,
    InvalidEvents,
    Limits,
    Question,
    TooLarge,
    read_source,
)
from feedback.events.formats.source_context import beside
from feedback.events.formats.workbook import workbook_table
from feedback.events.reading import Columns
from tests.events.formats.source_files import Reading, refusal, source_options


def read(text: str, *columns: str, zone: str | None = None) -> Reading:
    return Reading(text.encode(), "table", source_options(zone, columns))


def faults(text: str, *columns: str) -> str:
    return str(refusal(text.encode(), "table", source_options(columns=columns)))


def workbook(*rows: list[object], sheet: str = "Events") -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "d.m.yyyy hh:mm"}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return content.getvalue()


def test_columns_are_found_by_name_and_a_row_is_an_event() -> None:
    reading = read("Email Address,Task,Activity,Date,Grade\na@b.c,T1,submitted,2024-07-21 10:00:01,0.5\n")

    assert reading.events_of("a@b.c") == [("T1", "submitted", "2024-07-21T10:00:01+00:00", 0.5)]


def test_columns_of_any_name_are_read_when_they_are_named() -> None:
    reading = read(
        "Matrikel,Aufgabe,Was,Wann,Punkte,von\n7,A,Abgabe,21.7.2024 10:05,3,4\n",
        *("student_id=Matrikel", "unit=aufgabe", "type=Was", "created_time=Wann", "score=Punkte", "max_score=von"),
        "kind:submission=abgabe",
        zone="Europe/Berlin",
    )

    assert reading.events_of("7") == [("A", "submission", "2024-07-21T08:05:00+00:00", 0.75)]
    assert reading.context.questions == (Question("A", points=4),)
    assert "Europe/Berlin" in reading.notes["times_without_zone"]


def test_a_footer_and_a_sum_are_no_students() -> None:
    reading = read("student,question,score\nada,1,0.5\n,,\nAverage,,0.5\n,,0.5\nExported by Moodle\n")

    assert reading.ids() == ["ada"]
    assert "rows without a question (2)" in reading.notes["left_out"]
    assert "rows without a student (1)" in reading.notes["left_out"]


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2024-07-21T10:05:06Z", "2024-07-21T10:05:06+00:00"),
        ("2024-07-21 10:05", "2024-07-21T10:05:00+00:00"),
        ("2024-07-21T10:05:06+05:30", "2024-07-21T04:35:06+00:00"),
        ("21.7.2024 10:05", "2024-07-21T10:05:00+00:00"),
        ("21.07.2024 10:05:06", "2024-07-21T10:05:06+00:00"),
        ("21.07.2024, 1:05", "2024-07-21T01:05:00+00:00"),
    ],
)
def test_times_are_iso_or_day_first(written: str, utc: str) -> None:
    assert read(f"student;question;time\nada;1;{written}\n").events_of("ada")[0][2] == utc


@pytest.mark.parametrize("written", ["7/21/2024 10:05", "1721556000", "1721556000000", "2024-07-21", "31.2.2024 10:05"])
def test_a_time_that_could_mean_two_things_or_none_is_a_fault(written: str) -> None:
    assert "ISO 8601" in faults(f"student,question,time\nada,1,{written}\n")


@pytest.mark.parametrize(
    ("separator", "written", "score"),
    [
        (";", "0,5", 0.5),
        ("\t", "0,5", 0.5),
        (";", "0.5", 0.5),
        (",", "50 %", 0.5),
        (",", "50%", 0.5),
        (",", "-", None),
        (",", "", None),
        ("|", "1", 1.0),
    ],
)
def test_scores_are_shares_in_any_form(separator: str, written: str, score: float | None) -> None:
    text = "\n".join(separator.join(row) for row in (("student", "question", "score"), ("ada", "1", written)))

    assert read(text + "\n").events_of("ada")[0][3] == score


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("ada,1,7,", "max_score=HEADER"),
        ('ada,1,"1,5",2', "expected a number"),
        ("ada,1,3,2", "from 0 to 2"),
        ("ada,1,1,0", "above 0"),
        ("ada,1,-1,2", "from 0 to 2"),
        ("ada,1,good,2", "expected a number"),
    ],
)
def test_a_score_that_is_no_share_is_a_fault(row: str, why: str) -> None:
    assert why in faults(f"student,question,score,max_score\n{row}\n")


def test_a_table_without_a_student_column_names_the_columns_that_it_has() -> None:
    said = faults("Learner,question\nada,1\n")

    assert "the columns are Learner, question" in said
    assert "student_id=HEADER" in said


def test_two_columns_that_may_be_the_same_field_are_a_fault_until_one_is_named() -> None:
    text = "student,username,question\nAda,al1,1\n"

    assert "student, username" in faults(text)
    assert read(text, "student_id=username").ids() == ["al1"]
    assert read("student_id,username,question\n7,al1,1\n").ids() == ["7"], "a heading that is ours is preferred"


def test_an_unknown_field_is_a_fault_of_the_option() -> None:
    with pytest.raises(EventsError):
        source_options(columns=["colour=Blue"])


def test_a_workbook_is_read_with_its_times_and_numbers() -> None:
    body = workbook(
        ["student", "question", "time", "score", "name"],
        ["ada", 17, datetime(2024, 7, 21, 10, 5, 6), 0.5, "Ada L."],  # noqa: DTZ001 - Excel knows no zone
        ["ada", "A", "2024-07-21T10:05:07Z", 1, None],
        [7, "A", None, None, "Seven"],
        ["Sum", None, None, 1.5, None],
    )
    reading = Reading(body, "table", source_options("Europe/Berlin"))

    assert reading.events_of("ada") == [
        ("17", None, "2024-07-21T08:05:06+00:00", 0.5),
        ("A", None, "2024-07-21T10:05:07+00:00", 1.0),
    ]
    assert [(one.student_id, one.name) for one in reading.students] == [("ada", "Ada L."), ("7", "Seven")]


def test_a_workbook_and_a_csv_of_it_are_the_same() -> None:
    rows: list[list[object]] = [["student", "question", "score"], ["ada", "1", 0.5], ["Zoë", "2", 1]]
    text = "\n".join(",".join(map(str, row)) for row in rows)

    assert Reading(workbook(*rows), "table").students == read(text).students


def test_a_fault_in_a_workbook_is_named_by_its_row() -> None:
    assert "line 3: score" in refusal(workbook(["student", "question", "score"], ["a", "1", 1], ["a", "1", 9]), "table")


def test_a_damaged_workbook_is_refused_at_every_length() -> None:
    body = workbook(["student", "question"], ["ada", "1"])

    for length in range(4, len(body) - 1, 97):
        assert refusal(body[:length], "table")


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    content = io.BytesIO()
    book = openpyxl.Workbook()
    book.save(content)

    assert "no header row" in str(refusal(content.getvalue(), "table")), "an empty sheet"
    assert refusal(b"PK\x05\x06" + b"\0" * 18, "table")


def test_a_workbook_that_unpacks_to_more_than_any_log_is_refused() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        for number in range(3_000):
            page.write_row(number, 0, ["0" * 30_000])

    with pytest.raises(TooLarge):
        Reading(content.getvalue(), "table")


def test_what_the_sender_says_of_a_question_is_joined_to_what_the_table_says() -> None:
    body = b"student,question,score,max_score\nada,A,2,4\nada,7,1,2\n"
    said = Context(questions=(Question("A", topic="loops"), Question(7, points=3), Question("C", title="Sum")))
    reading = Reading(body, "table", context=said)

    assert reading.context.questions == (
        Question("A", topic="loops", points=4),
        Question(7, points=3),
        Question("C", title="Sum"),
    )


def test_a_version_that_the_sender_makes_count_otherwise_is_of_its_group_no_longer() -> None:
    own = Context(questions=(Question("A", points=2, group="Slot 1"), Question("B", points=2, group="Slot 1")))
    given = Context(questions=(Question("A", topic="loops"), Question("B", points=4)))

    assert beside(own, given).questions == (
        Question("A", topic="loops", points=2, group="Slot 1"),
        Question("B", points=4),
    )


@pytest.mark.parametrize("spared", [0, 4, 8])
def test_what_the_reading_raises_is_no_fault_of_a_workbook(spared: int) -> None:
    class Elsewhere(Exception):
        pass

    times = iter(range(spared))

    def spend(_: int) -> None:
        if next(times, None) is None:
            raise Elsewhere

    with pytest.raises(Elsewhere):
        list(workbook_table(io.BytesIO(workbook(["student", "question"], ["ada", "1"])), Faults(spend), 1 << 20).rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_encoding_and_separator_of_a_spreadsheet_is_read(encoding: str, separator: str) -> None:
    text = f"student{separator}question\r\nZoë{separator}1\r\n"

    assert Reading(text.encode(encoding), "table").ids() == ["Zoë"]


def test_the_limits_of_a_body_hold() -> None:
    with pytest.raises(TooLarge):
        Reading(b"student,question\na,1\nb,1\n", "table", limits=Limits(max_students=1))


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: ("student,question\n" + text).encode()))
def test_no_table_breaks_the_reading(body: bytes) -> None:
    with contextlib.suppress(EventsError):
        assert all(student.student_id for student in Reading(body, "table").students)


def test_a_field_may_be_read_from_no_column() -> None:
    german = "Matrikel,Aufgabe,Note\n17,A,3.7\n"
    assert "expected a number from 0 to 1" in faults(german)

    assert read(german, "score=").events_of("17") == [("A", None, None, None)]
    assert "cannot do without it; the columns are Matrikel, Aufgabe, Note" in faults(german, "student_id=")


def test_what_was_found_of_a_table_that_is_refused_is_told() -> None:
    stream = read_source(io.BytesIO(b"Who,Task,Grade\nada,A,1\n"), "table", source_options(), Limits())
    with pytest.raises(InvalidEvents, match="1 fault"):
        list(stream)

    assert stream.columns == Columns({"Task": "unit", "Grade": "score"}, ("Who",))


def test_a_log_without_times_is_not_said_to_have_times_to_the_minute() -> None:
    assert "times_to_the_minute" not in read("student,task\nada,1\nada,2\n").notes
    assert "times_to_the_minute" in read("student,task,time\nada,1,\nada,2,21.7.2024 10:05\n").notes


def test_an_old_workbook_is_named_as_what_it_is() -> None:
    assert "old Excel workbook (.xls)" in str(refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "table"))
