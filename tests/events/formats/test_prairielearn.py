"""PrairieLearn: all submissions of an assessment."""

import csv
import io
import zipfile

import pytest

from feedback.events import Question
from feedback.events.formats.look import Look
from feedback.events.sources import recognised
from tests.events.formats.source_files import Reading, refusal, source_options

COLUMNS = [
    "UID",
    "UIN",
    "Username",
    "Name",
    "Role",
    "Assessment",
    "Assessment instance",
    "Question",
    "Question instance",
    "Variant",
    "Seed",
    "Params",
    "True answer",
    "Options",
    "submission_id",
    "Submission date",
    "Submitted answer",
    "Partial Scores",
    "Override score",
    "Credit",
    "Mode",
    "Grading requested date",
    "Grading date",
    "Score",
    "Correct",
    "Feedback",
    "Question points",
    "Max points",
    "Question % score",
]
USUAL = {
    "UID": "ada@school.edu",
    "Name": "Ada L.",
    "Role": "Student",
    "Assessment": "Exam 1",
    "Question": "loops/sum",
    "submission_id": "1",
    "Submission date": "2024-07-21T10:00:01-05",
    "Submitted answer": '{"code": "print(\\"a, b\\")"}',
    "Grading requested date": "2024-07-21T10:00:01-05",
    "Score": "0.5",
    "Max points": "4",
}


def table(*rows: dict[str, str], columns: list[str] = COLUMNS) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(USUAL | row for row in rows)
    return text.getvalue().encode()


def read(*rows: dict[str, str]) -> Reading:
    return Reading(table(*rows), "prairielearn")


def test_a_row_is_a_submission_at_its_own_time() -> None:
    reading = read({})

    [ada] = reading.students
    assert (ada.student_id, ada.namespace, ada.name) == ("ada@school.edu", "Exam 1", "Ada L.")
    assert reading.events_of("ada@school.edu") == [("loops/sum", "submission", "2024-07-21T15:00:01+00:00", 0.5)]
    assert reading.context.exam.title == "Exam 1"
    assert reading.context.questions == (Question("loops/sum", points=4),)


def test_events_stand_in_the_order_of_their_times_and_not_of_the_questions() -> None:
    reading = read(
        {"submission_id": "2", "Question": "a", "Submission date": "2024-07-21T10:00:09-05"},
        {"submission_id": "1", "Question": "b", "Submission date": "2024-07-21T10:00:01-05"},
    )

    assert [unit for unit, *_ in reading.events_of("ada@school.edu")] == ["b", "a"]


def test_only_students_are_read_and_others_are_counted_by_role() -> None:
    rows: tuple[dict[str, str], ...] = ({}, {"submission_id": "2", "UID": "t@school.edu", "Role": "Staff"})

    assert read(*rows).ids() == ["ada@school.edu"]
    assert "of the role Staff (1)" in read(*rows).notes["left_out"]
    staff = Reading(table(*rows), "prairielearn", source_options(roles=["staff"]))
    assert staff.ids() == ["t@school.edu"]


def test_the_score_that_a_grader_put_in_its_place_counts() -> None:
    assert read({"Override score": "1"}).events_of("ada@school.edu")[0][3] == 1.0


def test_what_was_only_saved_is_a_save() -> None:
    assert read({"Grading requested date": "", "Score": ""}).events_of("ada@school.edu")[0][1::2] == ("save", None)


def test_what_waits_for_its_grade_is_a_submission_without_a_score() -> None:
    assert read({"Score": ""}).events_of("ada@school.edu")[0][1::2] == ("submission", None)


@pytest.mark.parametrize("names", ['["ada@x.edu","bob@x.edu"]', "{ada@x.edu,bob@x.edu}", "ada@x.edu, bob@x.edu"])
def test_the_work_of_a_group_is_each_members(names: str) -> None:
    columns = ["Group name", "Usernames", "SubmitStudent", *COLUMNS[5:]]
    reading = Reading(table({"Usernames": names, "Name": ""}, columns=columns), "prairielearn")

    assert reading.ids() == ["ada@x.edu", "bob@x.edu"]
    assert reading.events_of("bob@x.edu")[0][3] == 0.5


def test_a_submission_comes_once_however_often_its_id_does() -> None:
    reading = read({}, {}, {"submission_id": "2"})

    assert len(reading.events_of("ada@school.edu")) == 2
    assert "repeats of an id (1)" in reading.notes["left_out"]


def test_every_fault_is_named_by_its_line_and_column() -> None:
    details = refusal(
        table({"Score": "7"}, {"submission_id": "2", "Submission date": "noon"}, {"submission_id": "3", "Score": "x"}),
        "prairielearn",
    )

    assert "from 0 to 1" in str(details["line 2: Score"])
    assert "ISO 8601" in str(details["line 3: Submission date"])
    assert "expected a number" in str(details["line 4: Score"])


def test_a_table_of_students_or_of_points_is_refused_with_the_columns_it_has() -> None:
    assert "UID, UIN, Exam 1" in str(refusal(b"UID,UIN,Exam 1\na,1,50\n", "prairielearn"))


def test_the_table_is_found_in_an_archive_and_recognised_alone() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("cs1/Exam1_all_submissions.csv", table({}))
        packed.writestr("cs1/Exam1_scores.csv", "UID,UIN\n")

    assert Reading(content.getvalue(), "prairielearn").ids() == ["ada@school.edu"]
    assert recognised(Look(io.BytesIO(table({})))) == "prairielearn"
    assert "no *_submissions.csv" in str(refusal(_only_scores(), "prairielearn"))


def _only_scores() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("cs1/Exam1_scores.csv", "UID,UIN\n")
    return content.getvalue()


def test_past_the_first_few_reasons_all_others_are_counted_together() -> None:
    left_out = read({}, *({"Role": f"role {number}"} for number in range(100))).notes["left_out"]

    assert "of the role role 19 (1)" in left_out
    assert left_out.endswith("; for other reasons (80).")
