"""Gradescope: the metadata of an assignment's submissions."""

import io
import random
import zipfile

import pytest
import yaml

from feedback.events import Context, Limits, Question, TooLarge
from feedback.events.formats.look import Look
from feedback.events.sources import recognised
from tests.events.formats.source_files import Reading, refusal

SOURCE = "gradescope"
FOLDER = "assignment_8046601_export"
TESTS = """\
    tests:
    - name: adds
      score: 1
      max_score: 3
      output: |-
        :score: 99
        submission_9:
    - name: subtracts
      score: 2
      max_score: 5.0
      number: '1.2'
"""
ADA = "  - :name: Ada L.\n    :sid: '100'\n    :email: ada@x.edu\n"
BOB = "  - :name: Bob\n    :sid: ''\n    :email: bob@x.edu\n"


def submission(
    identity: int = 1, who: str = ADA, score: str = "6.0", history: str = " []\n", time: str = "10:00:00.123456000 Z"
) -> str:
    return (
        f"submission_{identity}:\n  :submitters:\n{who}  :created_at: 2023-09-21 {time}\n"
        f"  :score: {score}\n  :status: processed\n  :results:\n{TESTS}  :history:{history}"
    )


def earlier(time: str, score: str) -> str:
    return f"  - :created_at: 2023-09-21 {time}\n    :score: {score}\n    :submitters: []\n"


def read(*submissions: str) -> Reading:
    return Reading(("---\n" + "".join(submissions)).encode(), SOURCE)


def archive(text: str, folder: str = FOLDER + "/") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(f"{folder}submission_1/main.py", "print(1)")
        packed.writestr(f"__MACOSX/{folder}._submission_metadata.yml", "x")
        packed.writestr(f"{folder}submission_metadata.yml", text)
    return content.getvalue()


def test_a_submission_is_its_students_with_the_share_of_the_tests_points() -> None:
    reading = read(submission())

    assert reading.events_of("100") == [("assignment", "submission", "2023-09-21T10:00:00.123456+00:00", 0.75)]
    assert reading.students[0].name == "Ada L."
    assert reading.context.questions == (Question("assignment", points=8),)


def test_the_folder_of_the_export_is_the_question() -> None:
    body = archive(submission())

    assert Reading(body, SOURCE).events_of("100")[0][0] == FOLDER
    assert recognised(Look(io.BytesIO(body))) == SOURCE
    assert Reading(archive(submission(), ""), SOURCE).events_of("100")[0][0] == "assignment"


def test_every_earlier_submission_is_one_and_the_last_stands_once() -> None:
    history = "\n" + earlier("09:00:00 Z", "0.0") + earlier("09:30:00 -05:00", "'4'")
    history += earlier("10:00:00.123456000 Z", "6.0")
    reading = read(submission(history=history))

    assert [(time, score) for _, _, time, score in reading.events_of("100")] == [
        ("2023-09-21T09:00:00+00:00", 0.0),
        ("2023-09-21T10:00:00.123456+00:00", 0.75),
        ("2023-09-21T14:30:00+00:00", 0.5),
    ]


def test_whatever_stands_in_an_earlier_submission_only_its_time_and_score_are_read() -> None:
    more = (
        "  - :id: 7\n    :created_at: 2023-09-21 09:00:00 Z\n    :submitters:\n    - :name: Bob\n      :sid: '9'\n"
        '    :results:\n      output: |\n        text\n\n        :score: 5\n      tests:\n      - name: "a\n'
        '          b"\n        max_score: 900\n    :active: true\n    :score: 4\n'
        "  - :results:\n      tests: []\n    :created_at: 2023-09-21 09:10:00 Z\n    :score: 2\n"
    )

    assert [score for *_, score in read(submission(history="\n" + more)).events_of("100")] == [0.5, 0.25, 0.75]


def test_a_groups_submission_is_each_members_by_number_else_address() -> None:
    assert read(submission(who=ADA + BOB)).ids() == ["100", "bob@x.edu"]


def test_an_entry_without_a_submitter_is_left_out_and_counted() -> None:
    reading = read(submission(), "submission_2:\n  :submitters: []\n", "notes: 5\n")

    assert reading.ids() == ["100"]
    assert "entries without a submitter (2)" in reading.notes["left_out"]


def test_times_as_ruby_on_rails_writes_them_are_read() -> None:
    rails = (
        "&1 !ruby/object:ActiveSupport::TimeWithZone\n    utc: &2 2023-09-21 17:00:00.5 Z\n    time: 2023-09-21 10:00\n"
    )
    text = submission().replace("2023-09-21 10:00:00.123456000 Z\n", rails)

    assert read(text).events_of("100")[0][2] == "2023-09-21T17:00:00.500000+00:00"


def test_what_stands_under_an_alias_is_read_where_it_is_meant() -> None:
    text = submission().replace("  :submitters:\n", "  :submitters: &3\n")
    text += "submission_2:\n  :submitters: *3\n  :created_at: 2023-09-21 11:00:00 Z\n  :score: 8\n"

    assert [score for *_, score in read(text).events_of("100")] == [0.75, 1.0]


@pytest.mark.parametrize(("score", "share"), [("9", 1.0), ("-1", 0.0), ("", None), ("~", None)])
def test_a_score_above_the_tests_is_the_whole_and_none_is_none(score: str, share: float | None) -> None:
    assert read(submission(score=score)).events_of("100")[0][3] == share


def test_without_tests_a_score_counts_where_the_sender_says_the_points() -> None:
    text = submission().replace(TESTS, "    tests: []\n")
    given = Context(questions=(Question("assignment", points=12),))

    assert read(text).events_of("100")[0][3] is None
    assert (
        "scores without a maximum (the tests have none: give the points of the question) (1)"
        in read(text).notes["left_out"]
    )
    assert Reading(text.encode(), SOURCE, context=given).events_of("100")[0][3] == 0.5


def test_every_fault_is_named_by_its_line_and_submission() -> None:
    details = refusal((submission() + submission(2, score="most") + submission(3, time="noon")).encode(), SOURCE)

    [score, time] = sorted(details)
    assert "submission_2: score" in score
    assert "submission_3: created_at" in time
    assert "ISO 8601" in str(details[time])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"- a\n",
        b"text",
        b"a: [\n",
        b"a: &x [*x]\n",
        b"\0",
        b"[" * 5000,
        b"? [a, b]\n: c\n",
        b"submission_1:\n  :submitters:\n  - :sid: \xff\xfe\n",
        b"submission_1: " + b"{a: " * 40 + b"1" + b"}" * 40,
        b"!!python/object/apply:os.system ['true']\n",
        b"submission_1:\n\t:submitters: 1\n",
    ],
)
def test_what_is_no_metadata_is_refused(body: bytes) -> None:
    assert refusal(body, SOURCE)


def test_nothing_is_constructed_that_a_tag_names() -> None:
    text = submission().replace("processed", "!!python/object/apply:os.system ['exit 3']")

    assert len(read(text).events_of("100")) == 1


def test_aliases_of_aliases_are_not_written_out() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 20))

    assert len(read(bomb + submission()).events_of("100")) == 1


def test_an_archive_without_the_metadata_is_refused_with_what_it_has() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("export/scores.csv", "x")

    assert "no submission_metadata.yml in it (export/scores.csv)" in str(refusal(content.getvalue(), SOURCE))


def test_the_limits_of_a_body_hold() -> None:
    with pytest.raises(TooLarge):
        Reading((submission() + submission(2, time="11:00:00 Z")).encode(), SOURCE, limits=Limits(max_student_events=1))


def test_the_metadata_is_recognised_alone() -> None:
    assert recognised(Look(io.BytesIO(("---\n" + submission()).encode()))) == SOURCE


def test_a_file_of_many_blocks_is_read_as_any_reader_of_yaml_reads_it() -> None:
    chance = random.Random(7)  # noqa: S311 - chance that can be repeated
    lines = list[str]()
    for number in range(300):
        lines.append(f"submission_{number}:\n  :submitters:\n  - :name: N\n    :sid: s{number}\n  :history:\n")
        for attempt in range(3):
            output = "\n".join(f"        {'x' * chance.randint(0, 90)}" for _ in range(chance.randint(0, 9)))
            lines.append(
                f"  - :id: {attempt}\n    :created_at: 2023-09-21 09:{attempt:02}:00 Z\n    :results:\n"
                f"      output: |\n{output}\n\n      tests:\n      - max_score: 9\n    :score: {chance.randint(0, 8)}\n"
            )
        lines.append("  :score: 8\n  :created_at: 2023-09-21 10:00:00 Z\n  :results:\n    tests:\n    - max_score: 8\n")
    text = "".join(lines)
    expected = {
        one[":submitters"][0][":sid"]: [part[":score"] / 8 for part in (*one[":history"], one)]
        for one in yaml.safe_load(text).values()
    }

    assert len(text) > 4 * 65_536
    assert {
        student.student_id: [event.score for event in student.events] for student in read(text).students
    } == expected
