"""CSV: a header row, then an event a row."""

import contextlib
import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.events import Event, EventsError, Limits, MediaType, Student, TooLarge, read_students
from feedback.events.faults import Details
from tests.harness import reading

HEADER = "student_id,namespace,unit,type,created_time,score\n"


def read(text: str | bytes, limits: Limits | None = None) -> list[Student]:
    body = text if isinstance(text, bytes) else text.encode()
    return reading.read(body, MediaType.CSV, limits)


def faults_of(text: str | bytes) -> Details:
    return reading.faults_of(text if isinstance(text, bytes) else text.encode(), MediaType.CSV)


def test_a_row_is_an_event() -> None:
    row = "ada,cs101,17,submission,2024-07-21T03:04:55Z,0.5\n"

    [ada] = read(HEADER + row)
    assert ada == Student("ada", [Event("17", "submission", datetime(2024, 7, 21, 3, 4, 55, tzinfo=UTC), 0.5)], "cs101")


def test_the_rows_of_a_student_need_not_stand_together() -> None:
    ada, grace = read("student_id,unit\nada,1\ngrace,2\nada,3\n")

    assert [event.unit for event in ada.events] == ["1", "3"]
    assert [event.unit for event in grace.events] == ["2"]


def test_one_id_in_two_namespaces_is_two_students() -> None:
    assert [student.namespace for student in read("student_id,namespace,unit\nada,a,1\nada,b,1\nada,,1\n")] == [
        "a",
        "b",
        None,
    ]


def test_a_row_with_nothing_but_a_student_is_a_student_without_events() -> None:
    assert read(HEADER + "ada,cs101,,,,\n") == [Student("ada", [], "cs101")]


def test_columns_come_in_any_order_and_unknown_ones_are_ignored() -> None:
    [ada] = read("Unit , comment,STUDENT_ID\n7,a comment,ada\n")

    assert ada == Student("ada", [Event("7")])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_what_the_header_uses(separator: str) -> None:
    text = 'student_id,unit,score\n"a,d;a",1,0.5\n'.replace(",", separator).replace(f"a{separator}d", "a,d")

    [ada] = read(text)
    assert ada.events == [Event("1", score=0.5)]
    assert ada.student_id == "a,d;a"


def test_a_decimal_comma_is_read_where_spreadsheets_write_one() -> None:
    assert read("student_id;unit;score\nada;1;0,75\n")[0].events[0].score == 0.75


def test_marks_blank_lines_and_line_ends_of_every_kind_are_no_trouble() -> None:
    assert read(b"\xef\xbb\xbf\r\n\r\nstudent_id,unit\r\n\r\nada,1\r\n\n") == [Student("ada", [Event("1")])]


def test_every_fault_is_named_by_its_line() -> None:
    rows = [
        ",cs101,1,,,7",
        "ada,cs101,,submission,,",
        "ada,cs101,1,,yesterday,",
        'ada,cs101,1,"two\nlines",,2',
        "ada,cs101,1,,,half",
        "ada,cs101,1,,,,,surplus",
        f"{'x' * 201},,1,,,",
        "ada,cs101,1,,,nan",
    ]
    details = faults_of(HEADER + "\n".join(rows))

    assert set(details) == {
        "line 2: student_id",
        "line 2: score",
        "line 3: unit",
        "line 4: created_time",
        "line 5: score",
        "line 7: score",
        "line 8",
        "line 9: student_id",
        "line 10: score",
    }
    assert "half" in str(details["line 7: score"])


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "body", "it is empty"),
        (HEADER, "body", "it is empty"),
        ("name,topic\nada,1\n", "line 1: student_id", "no column has this name"),
        ("name,topic\nada,1\n", "line 1: unit", "no column has this name"),
        ("student_id,unit,unit\nada,1,2\n", "line 1: unit", "two columns"),
        ('\nstudent_id,unit\nada,"1"2\n', "line 3", "not CSV"),
        ('student_id,unit\nada,1\nada,"never closed\n', "line 3", "not CSV"),
        ("student_id,unit\nada,a\0b\n", "line 2", "NUL"),
        ("student_id,unit,else\nada,1,\0\n", "line 2", "NUL"),
        (b"student_id,unit\nada,\xff\n", "line 2", "not UTF-8"),
        (f"student_id,unit\nada,{'x' * (1 << 20)}", "line 2", "longer than"),
        (f"student_id,unit\nada,{'x' * 200_000}", "line 2", "not CSV"),
    ],
)
def test_what_is_no_table_of_events_is_refused_by_its_place(text: str | bytes, place: str, words: str) -> None:
    details = faults_of(text)

    assert words in str(details[place])


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(max_students=1), "More than 1 students"),
        (Limits(max_events=3), "More than 3 events in one body"),
        (Limits(max_student_events=2), "More than 2 events for one student"),
    ],
)
def test_limits_are_held_while_rows_are_gathered(limits: Limits, words: str) -> None:
    with pytest.raises(TooLarge, match=words):
        read("student_id,unit\n" + "ada,1\nada,2\ngrace,1\n" * 2, limits)


def _as_csv(students: list[Student]) -> str:
    """All students, the first event of each, then the second of each, and so on."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER.strip().split(","))
    for student in students:
        writer.writerow([student.student_id, student.namespace, "", "", "", ""])
    for index in range(max((len(student.events) for student in students), default=0)):
        for student in students:
            for event in student.events[index : index + 1]:
                time = event.created_time.isoformat() if event.created_time else ""
                writer.writerow([student.student_id, student.namespace, event.unit, event.type, time, event.score])
    return text.getvalue()


def _in_a_cell(student: Student) -> Student:
    """As it comes back from CSV: a unit is text, and there is no difference between empty and absent."""
    events = [Event(str(each.unit), each.type or None, each.created_time, each.score) for each in student.events]
    return Student(student.student_id, events, student.namespace or None)


@given(st.lists(reading.students, min_size=1, max_size=5, unique_by=lambda student: student.key))
def test_what_is_written_as_csv_is_read_as_it_was(students: list[Student]) -> None:
    assert read(_as_csv(students)) == [_in_a_cell(student) for student in students]


@given(st.text())
def test_no_text_raises_anything_but_an_error_of_this_room(text: str) -> None:
    body = ("student_id,unit\n" + text).encode("utf-8", "surrogatepass")
    with contextlib.suppress(EventsError):
        read(body)


@pytest.mark.parametrize(
    "tail",
    ["(2 rows)", "(2 rows affected)", "# exported by x", "s34,4", "ada,1,submission,2024-07-21T09:00:00Z,0,85,x"],
)
def test_a_row_of_another_number_of_cells_is_a_fault_of_its_line(tail: str) -> None:
    rows = "student_id,unit,type,created_time,score,comment\nada,1,submission,2024-07-21T09:00:00Z,1,\n"
    assert list(faults_of(rows + tail)) == ["line 3"]


def test_an_unquoted_decimal_comma_is_a_fault_and_no_score_of_0() -> None:
    rows = "student_id,unit,type,created_time,score,comment\nt,1,submission,2024-07-21T09:00:00Z,0,85,good\n"
    assert "7 cells, the header has 6" in str(faults_of(rows)["line 2"])


@pytest.mark.parametrize("end", ["\x1a", "\x1a\r\n", ",,,,,\n", ",,,,,,,,\n"])
def test_an_end_of_file_mark_and_empty_cells_are_no_student(end: str) -> None:
    assert [student.student_id for student in read(HEADER + "ada,,1,,,\n" + end)] == ["ada"]


def test_empty_cells_at_the_end_do_not_count() -> None:
    assert read("student_id,unit,,\nada,1\nbob,2,,,,\n") == [Student("ada", [Event("1")]), Student("bob", [Event("2")])]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_of_spreadsheets_are_read(encoding: str, end: str) -> None:
    text = end.join(["student_id;unit", "Jos\u00e9;1", "bob;2", ""])
    assert [student.student_id for student in read(text.encode(encoding))] == ["Jos\u00e9", "bob"]


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nstudent_id;unit\nada;1\n",
        "SEP=|\r\nstudent_id|unit\r\nada|1\r\n",
        '"student_id", "unit"\n"ada", "1"\n',
        'student_id;unit;"a, b, c, d"\n"ada";1;x\n'.replace(", ", " "),
    ],
)
def test_habits_of_spreadsheets_are_read(text: str) -> None:
    assert read(text) == [Student("ada", [Event("1")])]


@pytest.mark.parametrize(
    "header", ["User ID,Question", "user-id,UNIT", "StudentId,problem_id", "student id,unit", "USER,Unit"]
)
def test_headings_are_known_however_they_are_written(header: str) -> None:
    assert read(f"{header}\nada,1\n") == [Student("ada", [Event("1")])]


def test_a_heading_that_may_mean_two_things_is_not_guessed() -> None:
    assert list(faults_of("student_id,question,problem\nada,1,2\n")) == ["line 1: unit"]


def test_the_columns_that_were_used_and_those_ignored_are_told() -> None:
    stream = read_students(io.BytesIO(b"User ID,unit,Points\nada,1,3\n"), MediaType.CSV, Limits())
    assert list(stream) == [Student("ada", [Event("1")])]
    assert stream.columns == ({"User ID": "student_id", "unit": "unit"}, ("Points",))
    assert ("columns_ignored", "Columns not read: Points.") in stream.notes


def test_the_first_row_that_has_a_students_field_counts() -> None:
    [ada] = read("student_id,unit,student_name,remark,extra_minutes\nada,1,,,\nada,1,Ada,,30\nada,2,Eve,Well done,5\n")
    assert (ada.name, ada.remark, ada.extra_minutes, len(ada.events)) == ("Ada", "Well done", 30.0, 3)
    [eve] = read("student_id,unit,student_language,language\neve,1,,Java\neve,1,hi,C\n")
    assert eve.language == "hi"
    assert list(faults_of("student_id,unit,student_language\nada,1,Java\n")) == ["line 2: student_language"]
    assert list(faults_of("student_id,unit,extra_minutes\nada,1,soon\n")) == ["line 2: extra_minutes"]


def test_a_huge_cell_is_refused_in_words() -> None:
    assert "a cell of more than" in str(faults_of(f"student_id,unit,code\nada,1,{'x' * 150_000}\n"))
