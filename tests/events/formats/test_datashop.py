"""DataShop: transactions of a tutor."""

import io
import zipfile

import pytest

from feedback.events.formats.look import Look
from feedback.events.sources import recognised
from tests.events.formats.source_files import Reading, refusal, source_options

SOURCE = "datashop"
COLUMNS = [
    "Row",
    "Sample Name",
    "Transaction Id",
    "Anon Student Id",
    "Session Id",
    "Time",
    "Time Zone",
    "Duration (sec)",
    "Student Response Type",
    "Student Response Subtype",
    "Tutor Response Type",
    "Level (Unit)",
    "Problem Name",
    "Step Name",
    "Attempt At Step",
    "Outcome",
    "Selection",
    "Action",
    "Input",
    "Selection",
    "Action",
    "Total Num Hints",
    "KC (Default)",
    "KC Category (Default)",
    "KC (Default)",
]
USUAL = {
    "Sample Name": "All Data",
    "Anon Student Id": "Stu_1",
    "Time": "2013-09-20 10:45:50.0",
    "Student Response Type": "ATTEMPT",
    "Tutor Response Type": "RESULT",
    "Level (Unit)": "Unit 1",
    "Problem Name": "P1",
    "Step Name": "s1",
    "Outcome": "CORRECT",
}


def table(*given: dict[str, str]) -> bytes:
    full = [USUAL | {"Transaction Id": str(number)} | row for number, row in enumerate(given)]
    lines = [COLUMNS, *([row.get(column, "") for column in COLUMNS] for row in full)]
    return "".join("\t".join(line) + "\n" for line in lines).encode()


def read(*given: dict[str, str], zone: str | None = None) -> Reading:
    return Reading(table(*given), SOURCE, source_options(zone))


def test_a_transaction_is_an_event_of_the_student_on_the_problem() -> None:
    reading = read({})

    assert reading.events_of("Stu_1") == [("P1", "submission", "2013-09-20T10:45:50+00:00", 1.0)]
    assert reading.students[0].namespace is None, "All Data is no course"


@pytest.mark.parametrize(
    ("row", "kind", "score"),
    [
        ({"Outcome": "CORRECT"}, "submission", 1.0),
        ({"Outcome": "OK"}, "submission", 1.0),
        ({"Outcome": "INCORRECT"}, "submission", 0.0),
        ({"Outcome": "BUG"}, "submission", 0.0),
        ({"Outcome": "HINT", "Student Response Type": "HINT_REQUEST"}, "hint", None),
        ({"Outcome": "INITIAL_HINT"}, "hint", None),
        ({"Outcome": "", "Student Response Type": "HINT_REQUEST"}, "hint", None),
        ({"Outcome": "STUDY"}, "view", None),
        ({"Outcome": ""}, "submission", None),
        ({"Outcome": "UNTUTORED"}, "UNTUTORED", None),
    ],
)
def test_the_outcome_gives_kind_and_score(row: dict[str, str], kind: str, score: float | None) -> None:
    assert read(row).events_of("Stu_1")[0][1::2] == (kind, score)


def test_a_problem_of_several_steps_is_worth_the_share_that_is_right_so_far() -> None:
    reading = read(
        {"Step Name": "s1"},
        {"Step Name": "s2", "Outcome": "INCORRECT"},
        {"Step Name": "s2", "Outcome": "HINT"},
        {"Step Name": "s2"},
        {"Step Name": "s3", "Anon Student Id": "Stu_2", "Outcome": "INCORRECT"},
        {"Step Name": "s4", "Outcome": "STUDY"},
    )

    assert [score for *_, score in reading.events_of("Stu_1")] == pytest.approx([1 / 3, 1 / 3, None, 2 / 3, None])
    assert reading.events_of("Stu_2")[0][3] == 0.0


def test_steps_of_one_second_are_several_events() -> None:
    assert len(read({}, {"Step Name": "s2"}).events_of("Stu_1")) == 2


def test_what_the_tutor_does_by_itself_is_left_out_and_counted() -> None:
    reading = read(
        {}, {"Student Response Type": ""}, {"Student Response Subtype": "tutor-performed"}, {"Anon Student Id": ""}
    )

    assert len(reading.events_of("Stu_1")) == 1
    assert "of the tutor (no response of the student) (2)" in reading.notes["left_out"]
    assert "rows without a student (1)" in reading.notes["left_out"]


def test_times_are_of_the_rows_zone_else_of_the_one_that_was_said() -> None:
    row = {"Time Zone": "US/Eastern"}

    assert read(row, zone="Asia/Kolkata").events_of("Stu_1")[0][2] == "2013-09-20T14:45:50+00:00"
    assert "times_without_zone" not in read(row).notes
    assert read({}, zone="Asia/Kolkata").events_of("Stu_1")[0][2] == "2013-09-20T05:15:50+00:00"
    assert "times_without_zone" in read({}).notes


def test_a_zone_of_no_known_name_is_a_fault_until_one_is_said() -> None:
    row = {"Time Zone": "Pittsburgh time"}

    assert "source_tz" in str(refusal(table(row), SOURCE)["line 2: Time Zone"])
    assert read(row, zone="America/New_York").events_of("Stu_1")[0][2] == "2013-09-20T14:45:50+00:00"


def test_a_transaction_comes_once_however_often_its_id_does() -> None:
    assert "repeats of an id (1)" in read({"Transaction Id": "x"}, {"Transaction Id": "x"}).notes["left_out"]


def test_a_problem_with_a_long_name_keeps_apart_and_keeps_its_title() -> None:
    reading = read({"Problem Name": "x" * 300 + "1"}, {"Problem Name": "x" * 300 + "2"})
    units = [unit for unit, *_ in reading.events_of("Stu_1")]

    assert len(set(units)) == 2
    assert [question.title for question in reading.context.questions] == ["x" * 200] * 2


def test_where_one_name_is_long_all_problems_are_questions_that_count_where_they_were_tried() -> None:
    questions = read({}, {"Problem Name": "x" * 300}).context.questions

    assert [(str(question.unit)[:2], question.optional) for question in questions] == [("xx", True), ("P1", True)]


def test_a_column_of_ones_own_is_the_namespace_or_the_unit() -> None:
    options = source_options(columns=["namespace=Level (Unit)", "unit=Step Name"])
    reading = Reading(table({}), SOURCE, options)

    assert reading.students[0].namespace == "Unit 1"
    assert reading.events_of("Stu_1")[0][0] == "s1"


def test_every_fault_is_named_by_its_line_and_column() -> None:
    assert "ISO 8601" in str(refusal(table({}, {"Time": "9/20/2013 10:45"}), SOURCE)["line 3: Time"])


def test_a_table_of_students_is_refused_with_the_columns_it_has() -> None:
    assert "Anon Student Id, Grade" in str(refusal(b"Anon Student Id\tGrade\nStu_1\t5\n", SOURCE))


def test_the_table_is_found_in_its_archive_and_recognised() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("ds123_tx_All_Data_45_2013_0920_104550.txt", table({}))

    assert Reading(content.getvalue(), SOURCE).ids() == ["Stu_1"]
    assert recognised(Look(io.BytesIO(content.getvalue()))) == SOURCE
    assert recognised(Look(io.BytesIO(table({})))) == SOURCE
