"""CodeRunner: the steps of all attempts at a Moodle quiz."""

import csv
import io
from datetime import UTC, datetime

import openpyxl
import pytest

from feedback.events import Faults, Limits, Question, TooLarge
from feedback.events.formats.coderunner_steps import folded
from feedback.events.formats.look import Look
from feedback.events.sources import recognised
from tests.events.formats.source_files import Reading, refusal, source_options

SOURCE = "moodle-coderunner"
COLUMNS = [
    "uniquekey", "quizattemptid", "timestart", "timefinish", "firstname", "lastname", "email", "slot", "questionid",
    "questionsummary", "qname", "mark", "timestamp", "datetime", "fraction", "state", "attemptstepid", "qasdname",
    "value",
]  # fmt: skip
USUAL = {
    "quizattemptid": "90",
    "timestart": "1700000000",
    "timefinish": "1700007200",
    "firstname": "Ada",
    "lastname": "L.",
    "email": "ada@school.edu",
    "slot": "1",
    "questionid": "7",
    "questionsummary": 'Write "sum"',
    "qname": "Sum",
    "mark": "2.0000000",
    "timestamp": "1700000100",
    "datetime": "2023/11/15 11:15:00",
    "fraction": "",
    "state": "todo",
    "attemptstepid": "1",
    "qasdname": "-submit",
    "value": "1",
}
SUBMITTED = {"fraction": "0.5000000", "state": "gradedpartial"}


def rows(*given: dict[str, str], columns: list[str] = COLUMNS) -> list[list[str]]:
    full = (USUAL | {"uniquekey": str(number)} | row for number, row in enumerate(given))
    return [columns, *([row.get(column, "") for column in columns] for row in full)]


def table(*given: dict[str, str], columns: list[str] = COLUMNS) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows(*given, columns=columns))
    return text.getvalue().encode()


def read(*given: dict[str, str]) -> Reading:
    return Reading(table(*given), SOURCE)


def test_the_rows_of_a_step_are_one_event_at_the_time_in_seconds() -> None:
    reading = read(
        SUBMITTED | {"qasdname": "answer", "value": "print(1)\nprint(2)"},
        SUBMITTED | {"qasdname": "-_rawfraction", "value": "0.5"},
        SUBMITTED | {"qasdname": "_testoutcome", "value": "O:21…"},
        SUBMITTED,
    )

    assert reading.events_of("ada@school.edu") == [("Sum", "submission", "2023-11-14T22:15:00+00:00", 0.5)]
    [ada] = reading.students
    assert (ada.name, ada.namespace) == ("Ada L.", None)
    assert reading.context.questions == (Question("Sum", "Sum", points=2),)


def test_a_step_of_very_many_rows_is_one_event() -> None:
    many = ({"qasdname": f"_v{number}", "attemptstepid": "5"} for number in range(350))
    reading = read(*many, SUBMITTED | {"attemptstepid": "5"}, {"attemptstepid": "6"})

    assert [event[1] for event in reading.events_of("ada@school.edu")] == ["submission", "submission"]


def test_no_more_than_some_rows_are_held_as_one() -> None:
    many = table(*({"qasdname": f"_v{number}", "attemptstepid": "5"} for number in range(350)))
    given = ((number, row) for number, row in enumerate(csv.reader(io.StringIO(many.decode()))))

    assert [number for number, _ in folded(given, Faults())] == [0, 1, 102, 203, 304]


@pytest.mark.parametrize(
    ("step", "kind", "score"),
    [
        ({"qasdname": "-submit"} | SUBMITTED, "submission", 0.5),
        ({"qasdname": "-submit", "fraction": "", "state": "invalid"}, "submission", None),
        ({"qasdname": "-submit", "fraction": "NULL", "state": "todo"}, "submission", None),
        ({"qasdname": "-submit", "fraction": "-0.25", "state": "gradedwrong"}, "submission", 0.0),
        ({"qasdname": "-precheck", "fraction": "0.5"}, "run", None),
        ({"qasdname": "answer", "state": "complete"}, "save", None),
        ({"qasdname": "sub1_answer", "state": "todo"}, "save", None),
        ({"qasdname": "-finish", "state": "gaveup"}, "finish", None),
        ({"qasdname": "-finish", "state": "gradedright", "fraction": "1.0"}, "submission", 1.0),
    ],
)
def test_each_step_has_its_kind(step: dict[str, str], kind: str, score: float | None) -> None:
    assert read(step).events_of("ada@school.edu")[0][1::2] == (kind, score)


def test_a_precheck_whose_step_says_submit_too_was_a_precheck() -> None:
    assert read({"qasdname": "-submit"}, {"qasdname": "-precheck"}).events_of("ada@school.edu")[0][1] == "run"


def test_the_end_of_a_quiz_is_a_hand_in_only_where_it_earned_more_than_before() -> None:
    reading = read(
        {"attemptstepid": "1"} | SUBMITTED,
        {"attemptstepid": "2", "timestamp": "1700007200", "qasdname": "-finish"} | SUBMITTED,
        {"attemptstepid": "3", "slot": "2", "qname": "Max", "timestamp": "1700000200", "qasdname": "answer"},
        {"attemptstepid": "4", "slot": "2", "qname": "Max", "timestamp": "1700007200", "qasdname": "-finish"}
        | {"fraction": "0.0000000", "state": "gradedwrong"},
    )

    assert [(unit, kind, score) for unit, kind, _, score in reading.events_of("ada@school.edu")] == [
        ("Sum", "submission", 0.5),
        ("Max", "save", None),
        ("Sum", "finish", None),
        ("Max", "submission", 0.0),
    ]


def test_a_mark_given_by_hand_and_a_regrade_are_no_work_of_the_student() -> None:
    reading = read(
        {},
        {"attemptstepid": "2", "qasdname": "-mark", "state": "mangrright", "fraction": "1"},
        {"attemptstepid": "3", "qasdname": "-_rawfraction", "state": "gradedright", "fraction": "1"},
    )

    assert len(reading.events_of("ada@school.edu")) == 1
    assert "steps that are no student's, such as marks given by hand and regrades (2)" in reading.notes["left_out"]


def test_steps_of_one_second_stand_in_the_order_in_which_the_database_numbered_them() -> None:
    reading = read({"attemptstepid": "100", "qname": "B", "slot": "2"}, {"attemptstepid": "99", "qname": "A"})

    assert [unit for unit, *_ in reading.events_of("ada@school.edu")] == ["A", "B"]


def test_the_window_is_each_students_from_the_first_start_to_the_last_end() -> None:
    reading = read(
        {},
        {"attemptstepid": "2", "quizattemptid": "91", "timestart": "1700010000", "timefinish": "1700012000"},
        {"attemptstepid": "3", "quizattemptid": "92", "email": "bob@school.edu", "timefinish": "0"},
    )
    windows = {student.student_id: (student.starts_at, student.ends_at) for student in reading.students}

    assert windows["ada@school.edu"] == (
        datetime.fromtimestamp(1700000000, UTC),
        datetime.fromtimestamp(1700012000, UTC),
    )
    assert windows["bob@school.edu"] == (None, None), "an attempt that is still open has no end"


def test_a_question_that_stands_twice_in_a_quiz_is_told_apart_by_its_slot() -> None:
    reading = read({}, {"attemptstepid": "2", "slot": "4"})

    assert [unit for unit, *_ in reading.events_of("ada@school.edu")] == ["Sum (slot 1)", "Sum (slot 4)"]


def test_what_a_slot_draws_at_random_are_versions_of_one_question() -> None:
    bob = {"quizattemptid": "91", "email": "bob@school.edu"}
    reading = read(
        {}, bob | {"attemptstepid": "2", "qname": "Product"}, bob | {"attemptstepid": "3", "slot": "2", "qname": "Max"}
    )

    assert {question.unit: question.group for question in reading.context.questions} == {
        "Sum": "Slot 1",
        "Product": "Slot 1",
        "Max": None,
    }


def test_a_question_without_a_name_is_called_by_its_slot() -> None:
    assert read({"qname": "", "slot": "3"}).events_of("ada@school.edu")[0][0] == "3"


def test_an_export_without_names_has_hashed_addresses() -> None:
    known = [column for column in COLUMNS if column not in ("firstname", "lastname")]
    columns = ["hashed_email" if column == "email" else column for column in known]
    assert Reading(table({"hashed_email": "9f86d0"}, columns=columns), SOURCE).ids() == ["9f86d0"]


def test_quotes_that_php_escaped_and_quotes_of_programs_are_both_read() -> None:
    program = 'print("a\\"b, c")\nx = "\\n",'
    proper = table({"value": program}, {"attemptstepid": "2", "value": "x"})
    broken = proper.replace(b'\\""', b'\\"')

    assert b'\\"' in proper
    assert broken != proper
    for body in (proper, broken):
        assert [kind for _, kind, *_ in Reading(body, SOURCE).events_of("ada@school.edu")] == ["submission"] * 2


def test_a_footer_does_not_change_how_quotes_are_read() -> None:
    body = table({"value": 'print("a\\"b")'}) + b"Total\n"

    assert Reading(body, SOURCE).ids() == ["ada@school.edu"]


def test_a_workbook_is_read_as_well() -> None:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in rows({}, {"attemptstepid": "2"}):
        book.active.append(row)
    book.save(content)

    assert len(Reading(content.getvalue(), SOURCE).events_of("ada@school.edu")) == 2


def test_a_row_that_is_no_step_makes_no_student() -> None:
    reading = read({}, dict.fromkeys(COLUMNS, "") | {"uniquekey": "Total", "mark": "40"})

    assert reading.ids() == ["ada@school.edu"]
    assert "rows that are no step of a student (1)" in reading.notes["left_out"]


@pytest.mark.parametrize("time", ["1700000100000", "0", "noon", "-1", "nan", "1e400"])
def test_a_time_that_is_not_in_seconds_is_a_fault_of_its_line(time: str) -> None:
    assert "seconds since 1970" in str(refusal(table({}, {"attemptstepid": "2", "timestamp": time}), SOURCE))


def test_every_fault_is_named_by_its_line_and_column() -> None:
    other = {"attemptstepid": "2", "quizattemptid": "91", "timestart": "then"}
    details = refusal(table({"fraction": "most"}, other), SOURCE)

    assert "expected a number" in str(details["line 2: fraction"])
    assert "seconds since 1970" in str(details["line 3: timestart"])


def test_moodles_table_of_grades_is_refused_with_the_columns_it_has() -> None:
    assert "Surname, Grade/10.00" in str(refusal(b"Surname,Grade/10.00\nL.,5\n", SOURCE))


def test_a_word_of_its_own_may_be_given_a_kind() -> None:
    options = source_options(columns=["kind:hint=tryhint"])

    assert Reading(table({"qasdname": "-tryhint"}), SOURCE, options).events_of("ada@school.edu")[0][1] == "hint"


def test_the_limits_of_a_body_hold() -> None:
    with pytest.raises(TooLarge):
        Reading(table({}, {"attemptstepid": "2"}), SOURCE, limits=Limits(max_student_events=1))


def test_the_export_is_recognised_by_its_header() -> None:
    assert recognised(Look(io.BytesIO(table({})))) == SOURCE


def test_versions_whose_names_have_another_form_as_units_are_of_one_group() -> None:
    long, accents = "x" * 300, "Me\u0301thode"
    first = {"quizattemptid": "1", "email": "ada", "qname": long}
    second = {"quizattemptid": "2", "email": "bob", "qname": accents, "attemptstepid": "2"}
    [ours, theirs] = read(first, second).context.questions

    assert (ours.group, theirs.group) == ("Slot 1", "Slot 1")
    assert (len(str(ours.unit)), theirs.unit) == (200, "M\u00e9thode")
