"""The exam's context: an envelope, a first line of NDJSON, the fields of a student, and every fault by its place."""

import io
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from feedback.analysis import known_names
from feedback.events import (
    NO_CONTEXT,
    Context,
    Exam,
    InvalidEvents,
    Limits,
    MediaType,
    Question,
    ReportOptions,
    Roster,
    TooLarge,
    decode_context,
    encode_context,
    read_students,
)
from feedback.events.context_files import read_context, read_questions
from feedback.events.faults import Details

ADA = {"student_id": "ada", "events": [{"unit": "1"}]}
EXAM = {"title": "Midterm", "starts_at": "2024-07-21T09:00:00Z", "ends_at": "2024-07-21T11:00:00Z"}


class Taken(NamedTuple):
    """What a roster is after a body was read."""

    context: Context
    content_sha256: bytes
    payloads: list[bytes]


def taken(body: Any, media_type: MediaType = MediaType.JSON) -> Taken:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    with Roster(read_students(io.BytesIO(text), media_type, Limits(), known_names())) as roster:
        return Taken(roster.context, roster.content_sha256, list(roster.payloads()))


def faults_of(body: Any, media_type: MediaType = MediaType.JSON) -> Details:
    with pytest.raises(InvalidEvents) as refused:
        taken(body, media_type)
    return refused.value.details


def context_faults(**members: Any) -> Details:
    return faults_of({"students": [ADA]} | members)


def test_an_envelope_gives_its_context_and_its_students() -> None:
    versions = [{"unit": unit, "group": "B"} for unit in ("B_1", "B_2")]
    questions = [{"unit": 1, "points": 2, "title": "Loops"}, *versions]
    report = {"hide": ["path"], "thresholds": {"pause_minutes": 5}}

    roster = taken({"exam": EXAM, "questions": questions, "report": report, "students": [ADA], "more": {"of": []}})
    assert [json.loads(payload) for payload in roster.payloads] == [ADA]
    assert roster.context.exam.title == "Midterm"
    assert roster.context.questions[0] == Question(1, title="Loops", points=2.0)
    assert roster.context.report == ReportOptions(("path",), {"pause_minutes": 5})
    assert decode_context(encode_context(roster.context)) == roster.context
    payload = encode_context(roster.context)
    assert decode_context(payload) is decode_context(bytes(bytearray(payload))), "once for all documents of an upload"


def test_the_context_may_stand_after_the_students() -> None:
    assert taken({"students": [ADA], "exam": EXAM}).context.exam.title == "Midterm"


@pytest.mark.parametrize("empty", [{}, {"exam": {}}, {"exam": None, "questions": [], "report": {"hide": []}}])
def test_an_envelope_of_students_alone_is_that_list(empty: dict[str, Any]) -> None:
    roster = taken(empty | {"students": [ADA]})
    assert not roster.context
    assert roster.content_sha256 == taken([ADA]).content_sha256


def test_the_same_content_is_identical_in_every_format() -> None:
    lines = b"\n".join(json.dumps(line).encode() for line in ({"exam": EXAM}, ADA))

    ndjson = taken(lines, MediaType.NDJSON)
    assert ndjson.content_sha256 == taken({"students": [ADA], "exam": EXAM}).content_sha256
    assert ndjson.content_sha256 != taken([ADA]).content_sha256


def test_the_order_of_what_to_hide_does_not_matter() -> None:
    one, other = (Context(report=ReportOptions(hide)) for hide in (("path", "notes"), ("notes", "path", "path")))
    assert encode_context(one) == encode_context(other)
    assert encode_context(NO_CONTEXT) == b""


def test_text_of_a_context_is_trimmed_and_nothing_is_absence() -> None:
    exam = taken({"students": [ADA], "exam": {"title": " Jose\u0301 ", "course": "  ", "message": None}}).context.exam
    assert exam == Exam(title="Jos\u00e9")


def test_a_student_has_a_name_a_remark_and_a_window() -> None:
    more = {"name": " Ada ", "remark": "", "starts_at": "2024-07-21T09:00:00Z", "extra_minutes": 30}

    lines = taken([ADA | more | {"unread": 1}]).payloads
    assert lines == taken([ADA | more]).payloads
    assert json.loads(lines[0]) == ADA | {"name": "Ada", "starts_at": "2024-07-21T09:00:00Z", "extra_minutes": 30.0}


def test_an_exam_and_a_student_say_in_which_language_and_on_what_paper() -> None:
    exam = {"language": " de", "paper": "letter"}
    roster = taken({"exam": exam, "students": [ADA | {"language": "hi"}, ADA | {"student_id": "bob", "language": ""}]})
    assert roster.context.exam == Exam(language="de", paper="letter")
    assert [json.loads(payload).get("language") for payload in roster.payloads] == ["hi", None]


def test_an_unknown_language_or_paper_is_a_fault_that_names_the_known() -> None:
    faults = context_faults(exam={"language": "tlh", "paper": "a5"}) | faults_of(ADA | {"language": "DE"})
    assert "expected one of de, en, es, fr, hi" in str(faults["exam.language"])
    assert "expected one of de, en, es, fr, hi" in str(faults["language"])
    assert 'expected "a4" or "letter"' in str(faults["exam.paper"])


def test_every_fault_of_a_context_is_named_by_its_place() -> None:
    faults = context_faults(
        exam={"kind": "quiz", "counts": 1, "solutions_url": "javascript:alert(1)", "starts_at": "soon"},
        questions=[{"unit": "1", "points": 0}, {"title": "x"}, 3, {"unit": " ", "optional": "yes"}],
        report={"hide": "path", "thresholds": []},
    )
    assert set(faults) == {
        "exam.kind",
        "exam.counts",
        "exam.solutions_url",
        "exam.starts_at",
        "questions[0].points",
        "questions[1].unit",
        "questions[2]",
        "questions[3].unit",
        "questions[3].optional",
        "report.hide",
        "report.thresholds",
    }


@pytest.mark.parametrize(
    ("members", "place", "said"),
    [
        ({"questions": [{"unit": "1"}, {"unit": 1.0}]}, "questions[1].unit", "the same unit as questions[0]"),
        ({"questions": [{"unit": "a"}, {"unit": "b", "group": "a"}]}, "questions[1].group", "unit of questions[0]"),
        (
            {"questions": [{"unit": "a", "group": "g", "points": 2}, {"unit": "b", "group": "g"}]},
            "questions[1].points",
            "same group",
        ),
        (
            {"questions": [{"unit": "a", "group": "g", "optional": True}, {"unit": "b", "group": "g"}]},
            "questions[1].optional",
            "same group",
        ),
        ({"report": {"hide": ["pathh"]}}, "report.hide[0]", "path, progress"),
        ({"report": {"thresholds": {"pause": 1}}}, "report.thresholds.pause", "pause_minutes"),
        ({"report": {"thresholds": {"pause_minutes": -1}}}, "report.thresholds.pause_minutes", "got -1"),
        ({"exam": {"starts_at": "2024-01-01T01:00Z", "ends_at": "2024-01-01T01:00:00"}}, "exam.ends_at", "not after"),
        ({"exam": {"solutions_url": "https://a/" + "b" * 2000}}, "exam.solutions_url", "2,000 characters"),
        ({"exam": []}, "exam", "expected an object, got a list"),
        ({"questions": {}}, "questions", "expected a list of questions"),
        ({"exam": {"x": {"y": "\0"}}}, "exam.x.y", "NUL"),
        ({"ignored": ["\0"]}, "ignored[0]", "NUL"),
    ],
)
def test_a_fault_says_what_is_wrong(members: dict[str, Any], place: str, said: str) -> None:
    faults = context_faults(**members)
    assert list(faults) == [place]
    assert said in str(faults[place])


def test_a_students_window_ends_after_it_starts() -> None:
    window = {"starts_at": "2024-07-21T09:00:00Z", "ends_at": "2024-07-21T08:00:00Z", "extra_minutes": 10_081}
    assert list(faults_of([ADA, ADA | {"student_id": "bob"} | window])) == ["students[1].extra_minutes"]
    assert list(faults_of([ADA | window | {"extra_minutes": 1}])) == ["students[0].ends_at"]


def test_faults_of_students_in_an_envelope_are_named_as_in_a_list() -> None:
    students = [ADA, {"student_id": "bob", "events": [{"unit": ""}, {"unit": 1, "score": 2}]}]
    assert faults_of({"exam": EXAM, "students": students}) == faults_of(students)
    assert list(faults_of({"students": []})) == ["students"]


def test_an_object_that_is_neither_gets_the_faults_of_a_student() -> None:
    assert list(faults_of({"exam": EXAM})) == ["student_id", "events"]
    assert list(faults_of({"students": {}})) == ["student_id", "events"]
    assert list(faults_of({"student_id": 1, "students": [ADA]})) == ["student_id", "events"]


def test_only_the_first_line_of_ndjson_may_be_the_context() -> None:
    lines = b"\n".join(json.dumps(line).encode() for line in (ADA, {"exam": EXAM}))
    assert list(faults_of(lines, MediaType.NDJSON)) == ["line 2: student_id", "line 2: events"]
    assert "line 1: exam.kind" in faults_of(b'{"exam": {"kind": 1}}\n{"x": 1}', MediaType.NDJSON)
    assert list(faults_of(b'{"exam": {}}\n', MediaType.NDJSON)) == ["body"]


def test_a_question_that_is_null_is_a_fault_of_its_place() -> None:
    assert context_faults(questions=[None]) == {"questions[0]": ["expected an object, got null"]}


def large(number: int = 2_200) -> list[dict[str, Any]]:
    """Questions whose links have 2,000 characters each."""
    return [
        {"unit": unit, "title": "Loops", "solution_url": f"https://a.example/{unit:01982d}"} for unit in range(number)
    ]


def test_an_exam_of_two_thousand_questions_with_every_field_is_taken_in_any_script() -> None:
    questions = [
        {"unit": f"question {number}", "title": "😀" * 200, "topic": "😀" * 40, "points": 12.5, "minutes": 7.5}
        | {"group": f"group {number}", "optional": True, "solution_url": f"https://lms.example.edu/{number:0276d}"}
        for number in range(2_000)
    ]
    exam = {"title": "😀" * 200, "course": "😀" * 200, "message": "😀" * 2_000}
    assert len(encode_context(taken({"exam": exam, "questions": questions, "students": [ADA]}).context)) > 2_500_000


def _in_an_envelope(questions: list[dict[str, Any]]) -> None:
    taken({"questions": questions, "students": [ADA]})


def _in_a_line(questions: list[dict[str, Any]]) -> None:
    lines = [json.dumps({"questions": questions}), json.dumps(ADA)]
    taken("\n".join(lines).encode(), MediaType.NDJSON)


def _in_a_file(questions: list[dict[str, Any]]) -> None:
    read_context(io.BytesIO(json.dumps({"questions": questions}).encode()), known_names(), Limits())


def _in_a_table(questions: list[dict[str, Any]]) -> None:
    rows = [",".join(map(str, row.values())) for row in questions]
    read_questions(io.BytesIO("\n".join(["unit,title,solution_url", *rows]).encode()), known_names(), Limits())


def _found_in_a_log(questions: list[dict[str, Any]]) -> None:
    with Roster() as roster:
        roster.take_context(Context(questions=tuple(Question(**question) for question in questions)))


@pytest.mark.parametrize("door", [_in_an_envelope, _in_a_line, _in_a_file, _in_a_table, _found_in_a_log])
def test_a_context_of_too_many_bytes_is_refused_wherever_it_comes_and_says_what_to_shorten(
    door: Callable[[list[dict[str, Any]]], None],
) -> None:
    with pytest.raises(TooLarge) as refused:
        door(large())

    assert "more than 4,194,304. Shorten `solution_url` of its questions" in refused.value.error
    said = "".join(map(str, refused.value.details.values()))
    assert "`solution_url` takes 4,404,400 bytes" in said
    door(large(2_000))
