"""ProgSnap2: the main table of a data set."""

import gzip
import io
import zipfile

import pytest

from feedback.events import OWN, Limits, TooLarge
from feedback.events.formats.look import Look
from feedback.events.sources import recognised
from tests.events.formats.source_files import Reading, refusal, source_options

HEADER = "EventType,EventID,SubjectID,ToolInstances,CodeStateID,ServerTimestamp,ProblemID,Score\n"


def read(text: str, *columns: str, zone: str | None = None) -> Reading:
    return Reading(text.encode(), "progsnap2", source_options(zone, columns))


def submit(event_id: str, subject: str = "ada", time: str = "2024-07-21T10:00:01", score: str = "0.5") -> str:
    return f"Submit,{event_id},{subject},x,c,{time},p1,{score}\n"


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("Submit", "submission"),
        ("File.Edit", "save"),
        ("File.Save", "save"),
        ("Run.Program", "run"),
        ("Run.Test", "run"),
        ("Compile", "compile"),
        ("Compile.Error", "compile_error"),
        ("X-HintRequest", "hint"),
        ("Intervention", "hint"),
        ("Resource.View", "view"),
        ("Session.Start", "start"),
        ("Session.End", "finish"),
        ("File.Close", "other"),
    ],
)
def test_each_event_type_has_its_kind(event_type: str, kind: str) -> None:
    reading = read(HEADER + f"{event_type},1,ada,x,c,2024-07-21T10:00:01,p1,\n")

    assert reading.events_of("ada") == [("p1", kind, "2024-07-21T10:00:01+00:00", None)]


def test_an_unknown_event_type_keeps_its_name_until_it_is_given_a_kind() -> None:
    row = HEADER + "X-Quiz.Handed,1,ada,x,c,2024-07-21T10:00:01,p1,1\n"

    assert read(row).events_of("ada")[0][1:] == ("X-Quiz.Handed", "2024-07-21T10:00:01+00:00", None)
    assert read(row, "kind:submission=x-quiz.handed").events_of("ada")[0][1::2] == ("submission", 1.0)


def test_times_are_of_the_zone_that_was_said_and_the_note_says_which() -> None:
    reading = read(HEADER + submit("1"), zone="America/New_York")

    assert reading.events_of("ada")[0][2] == "2024-07-21T14:00:01+00:00"
    assert "America/New_York" in reading.notes["times_without_zone"]
    assert "taken as UTC" in read(HEADER + submit("1")).notes["times_without_zone"]


def test_a_zone_in_the_time_counts_whatever_zone_was_said() -> None:
    reading = read(HEADER + submit("1", time="2024-07-21T10:00:01-04:00"), zone="Asia/Kolkata")

    assert reading.events_of("ada")[0][2] == "2024-07-21T14:00:01+00:00"
    assert "times_without_zone" not in reading.notes


def test_the_servers_time_counts_before_the_clients() -> None:
    text = "EventType,EventID,SubjectID,ClientTimestamp,ServerTimestamp,ProblemID\n"
    reading = read(
        text + "Submit,1,ada,2024-07-21T11:13:59,2024-07-21T15:13:59,p\n" + "Submit,2,ada,2024-07-21T11:14:59,,p\n"
    )

    assert [time for _, _, time, _ in reading.events_of("ada")] == [
        "2024-07-21T15:13:59+00:00",
        "2024-07-21T11:14:59+00:00",
    ]


def test_an_event_of_nobody_and_one_on_no_question_are_left_out_and_counted() -> None:
    reading = read(
        HEADER
        + submit("1")
        + submit("2", subject="-1")
        + submit("3", subject="")
        + "Session.Start,4,ada,x,c,2024-07-21T10:00:01,,\n"
    )

    assert reading.ids() == ["ada"]
    assert len(reading.events_of("ada")) == 1
    assert "of nobody (SubjectID blank or -1) (2)" in reading.notes["left_out"]
    assert "on no question (ProblemID and AssignmentID blank) (1)" in reading.notes["left_out"]


def test_an_assignment_is_the_question_where_there_is_no_problem() -> None:
    text = "EventType,EventID,SubjectID,AssignmentID,ProblemID\nSubmit,1,ada,a1,\nSubmit,2,ada,a1,p1\n"

    assert [unit for unit, *_ in read(text).events_of("ada")] == ["a1", "p1"]


def test_course_and_term_are_the_namespace() -> None:
    text = "EventType,EventID,SubjectID,CourseID,TermID,ProblemID\nSubmit,1,ada,CS1,F19,p1\nSubmit,2,ada,CS1,S20,p1\n"

    assert [student.namespace for student in read(text).students] == ["CS1 F19", "CS1 S20"]


def test_an_event_comes_once_however_often_its_id_does() -> None:
    reading = read(HEADER + submit("1") + submit("1") + submit("2"))

    assert len(reading.events_of("ada")) == 2, "the same content under another id is another event"
    assert "repeats of an id (1)" in reading.notes["left_out"]


CHILDREN = "EventType,EventID,ParentEventID,SubjectID,ProblemID,Score\n"


@pytest.mark.parametrize(
    "rows",
    [
        "Submit,1,,ada,p,0.5\nCompile.Error,2,1,ada,p,\nRun.Test,3,1,ada,p,1\n",
        "Compile.Error,2,1,ada,p,\nRun.Test,3,1,ada,p,1\nSubmit,1,,ada,p,0.5\n",
    ],
)
def test_an_action_and_its_children_are_one_event_whichever_comes_first(rows: str) -> None:
    reading = read(CHILDREN + rows)

    assert reading.events_of("ada") == [("p", "submission", None, 0.5)]
    assert "part of another event (ParentEventID) (2)" in reading.notes["left_out"]


@pytest.mark.parametrize(
    ("rows", "kinds"),
    [
        ("Run.Program,1,,ada,p,\nCompile,2,1,ada,p,\nCompile.Error,3,2,ada,p,\n", ["compile_error"]),
        ("Compile.Error,2,1,ada,p,\nCompile,1,,ada,p,\n", ["compile_error"]),
        ("Run.Program,1,,ada,p,\nCompile,2,1,ada,p,\n", ["run"]),
        ("Submit,1,,ada,p,0\nCompile.Error,2,1,ada,p,\n", ["submission"]),
        ("Compile.Error,1,2,ada,p,\nCompile,2,1,ada,p,\nSubmit,3,,ada,p,1\n", ["submission"]),
    ],
)
def test_a_run_or_compilation_with_an_error_as_its_part_is_a_compile_error(rows: str, kinds: list[str]) -> None:
    assert [kind for _, kind, *_ in read(CHILDREN + rows).events_of("ada")] == kinds


def test_a_child_of_an_event_that_is_not_read_stands_for_itself() -> None:
    reading = read(CHILDREN + "Session.Start,1,,ada,,\nCompile,2,1,ada,p,\nSubmit,3,1,ada,p,1\n")

    assert [kind for _, kind, *_ in reading.events_of("ada")] == ["compile", "submission"]


def test_the_score_of_one_test_and_the_state_at_a_hint_are_no_scores_of_the_question() -> None:
    text = "EventType,EventID,SubjectID,ProblemID,Score\nRun.Test,1,ada,p,1\nX-HintRequest,2,ada,p,0\n"

    assert [score for *_, score in read(text).events_of("ada")] == [None, None]


@pytest.mark.parametrize(("cell", "score"), [("TRUE", 1.0), ("FALSE", 0.0), ("True", 1.0), ("NA", None), ("", None)])
def test_correct_stands_for_the_score_where_there_is_none(cell: str, score: float | None) -> None:
    text = f"EventType,EventID,SubjectID,ProblemID,Correct\nSubmit,1,ada,p,{cell}\n"

    assert read(text).events_of("ada") == [("p", "submission", None, score)]


def test_times_to_the_minute_are_said_to_be_so() -> None:
    coarse = HEADER + submit("1", time="2024-07-21T10:00:00") + submit("2", time="2024-07-21T10:05:00")

    assert "to the minute" in read(coarse).notes["times_to_the_minute"]
    assert "times_to_the_minute" not in read(coarse + submit("3")).notes


def test_every_fault_is_named_by_its_line_and_column() -> None:
    details = refusal(
        (HEADER + submit("1", score="7") + submit("2", time="yesterday") + submit("3", time="1700000000")).encode(),
        "progsnap2",
    )

    assert "from 0 to 1" in str(details["line 2: Score"])
    assert "yesterday" in str(details["line 3: ServerTimestamp"])
    assert "ISO 8601" in str(details["line 4: ServerTimestamp"])


def test_a_table_without_a_student_column_names_the_columns_that_it_has() -> None:
    details = refusal(b"EventType,EventID,Learner,ProblemID\nSubmit,1,ada,p\n", "progsnap2")

    assert "EventType, EventID, Learner, ProblemID" in str(details["line 1: student_id"])
    assert read("EventType,EventID,Learner,ProblemID\nSubmit,1,ada,p\n", "student_id=Learner").ids() == ["ada"]


def test_a_column_that_was_named_and_is_not_there_is_a_fault() -> None:
    options = source_options(columns=["student_id=Learner"])

    assert "no column is called" in str(refusal(HEADER.encode(), "progsnap2", options)["line 1: student_id"])


def test_a_file_without_any_event_is_refused() -> None:
    assert "no student" in str(refusal(HEADER.encode(), "progsnap2")["body"])
    assert refusal(b"", "progsnap2")


@pytest.mark.parametrize(
    "body",
    [
        (HEADER + submit("1", subject="Zoë")).encode("cp1252"),
        (HEADER + submit("1", subject="Zoë")).encode("utf-16"),
        (HEADER + submit("1", subject="Zoë")).encode("utf-8-sig"),
        (HEADER + submit("1", subject="Zoë")).replace(",", "|").encode(),
        ("sep=;\n" + (HEADER + submit("1", subject="Zoë")).replace(",", ";")).encode(),
        (HEADER + submit("1", subject="Zoë") + HEADER + submit("2", subject="Zoë")).encode(),
    ],
    ids=["cp1252", "utf-16", "mark", "pipe", "sep", "header repeated"],
)
def test_the_table_may_be_written_as_any_spreadsheet_does(body: bytes) -> None:
    assert Reading(body, "progsnap2").ids() == ["Zoë"]


def archive(*members: tuple[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in members:
            packed.writestr(name, text)
    return content.getvalue()


def test_the_main_table_is_found_in_an_archive_and_what_macos_adds_is_not_it() -> None:
    body = archive(
        ("data/DatasetMetadata.csv", "Property,Value\nVersion,3\n"),
        ("__MACOSX/data/._MainTable.csv", "x"),
        ("data/MainTable.csv", HEADER + submit("1")),
    )

    assert Reading(body, "progsnap2").ids() == ["ada"]
    assert recognised(Look(io.BytesIO(body))) == "progsnap2"


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ([("data/Other.csv", "x")], "there is no MainTable.csv in it (data/Other.csv)"),
        ([("a/MainTable.csv", HEADER), ("b/MainTable.csv", HEADER)], "2 times"),
        ([("../MainTable.csv", HEADER)], "leads out of the archive"),
        ([("/etc/MainTable.csv", HEADER)], "leads out of the archive"),
    ],
)
def test_an_archive_without_the_one_table_that_counts_is_refused(members: list[tuple[str, str]], why: str) -> None:
    assert why in str(refusal(archive(*members), "progsnap2")["body"])


def test_an_archive_that_is_damaged_is_refused_at_every_length() -> None:
    body = archive(("MainTable.csv", HEADER + submit("1") * 50))

    for length in range(4, len(body) - 1, 7):
        assert refusal(body[:length], "progsnap2")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    body = archive(("MainTable.csv", HEADER + "\n" * (64 << 20)))

    with pytest.raises(TooLarge):
        Reading(body, "progsnap2")


def test_the_limits_of_a_body_hold() -> None:
    with pytest.raises(TooLarge):
        Reading((HEADER + submit("1") + submit("2")).encode(), "progsnap2", limits=Limits(max_student_events=1))


def test_the_table_is_recognised_by_its_header_and_ours_is_not() -> None:
    assert recognised(Look(io.BytesIO(HEADER.encode()))) == "progsnap2"
    assert recognised(Look(io.BytesIO(b"student_id,unit,type\nada,1,Submit\n"))) == OWN
    assert recognised(Look(io.BytesIO(gzip.compress(HEADER.encode())))) == OWN, "who opens a file inflates it"
