"""xAPI statements of a learning record store."""

import io
import json
from typing import Any

import pytest

from feedback.events import Limits, Question, TooLarge
from feedback.events.formats.look import Look
from feedback.events.sources import recognised
from tests.events.formats.source_files import Reading, refusal, source_options

SOURCE = "xapi"
VERBS = "http://adlnet.gov/expapi/verbs/"
COURSE = {
    "id": "https://lms.example/course/1",
    "definition": {"name": {"de": "Informatik", "en-US": "Computing"}, "type": f"{VERBS}../activities/course"},
}
UNIT = "https://lms.example/question/7"


def statement(verb: str = "answered", **more: Any) -> dict[str, Any]:
    return {
        "id": "s1",
        "actor": {"objectType": "Agent", "name": "Ada L.", "account": {"name": "ada", "homePage": "https://x"}},
        "verb": {"id": VERBS + verb, "display": {"en": verb}},
        "object": {"id": UNIT, "definition": {"name": {"fr": "Somme", "en": "Sum"}}},
        "result": {"score": {"scaled": 0.5, "raw": 2, "min": 0, "max": 4}, "success": False},
        "context": {"contextActivities": {"parent": [COURSE]}},
        "timestamp": "2024-07-21T10:00:01.5+02:00",
        "stored": "2024-07-21T12:00:00Z",
    } | more


def read(*statements: dict[str, Any]) -> Reading:
    return Reading(json.dumps(list(statements)).encode(), SOURCE)


def test_a_statement_is_an_event_of_its_actor_on_its_activity_in_the_course() -> None:
    reading = read(statement())

    [ada] = reading.students
    assert (ada.student_id, ada.name, ada.namespace) == ("ada", "Ada L.", COURSE["id"])
    assert reading.events_of("ada") == [(UNIT, "submission", "2024-07-21T08:00:01.500000+00:00", 0.5)]
    assert reading.context.questions == (Question(UNIT, "Sum", points=4),)
    assert reading.context.exam.course == "Computing"


@pytest.mark.parametrize(
    ("verb", "kind"),
    [
        *((verb, "submission") for verb in ("answered", "evaluated", "passed", "failed")),
        *((verb, "view") for verb in ("attempted", "experienced", "interacted")),
        ("initialized", "start"),
        ("completed", "finish"),
        ("terminated", "finish"),
        ("asked", "hint"),
        ("commented", "commented"),
    ],
)
def test_each_verb_has_its_kind_and_only_a_submission_has_a_score(verb: str, kind: str) -> None:
    assert read(statement(verb)).events_of("ada")[0][1::2] == (kind, 0.5 if kind == "submission" else None)


def test_a_verb_of_ones_own_may_be_given_a_kind() -> None:
    body, options = json.dumps([statement("handed-in")]).encode(), source_options(columns=["kind:submission=Handed In"])

    assert Reading(body, SOURCE, options).events_of("ada")[0][1::2] == ("submission", 0.5)


@pytest.mark.parametrize(
    ("result", "score"),
    [
        ({"score": {"scaled": -0.5}}, 0.0),
        ({"score": {"scaled": 1.0}, "success": False}, 1.0),
        ({"score": {"raw": 3, "max": 4}}, 0.75),
        ({"score": {"raw": 3}, "success": True}, 1.0),
        ({"score": {"raw": 3, "max": 0}, "success": False}, 0.0),
        ({"success": True}, 1.0),
        ({"completion": True}, None),
        (None, None),
    ],
)
def test_a_score_is_scaled_else_raw_of_max_else_what_success_says(result: Any, score: float | None) -> None:
    assert read(statement(result=result)).events_of("ada")[0][3] == score


@pytest.mark.parametrize(
    ("actor", "student_id"),
    [
        ({"mbox": "mailto:ada@x.edu"}, "ada@x.edu"),
        ({"account": {"name": "ada", "homePage": "https://x"}, "mbox": "mailto:a@x.edu"}, "ada"),
        ({"openid": "https://ada.example"}, "https://ada.example"),
        ({"mbox_sha1sum": "ebd31e95"}, "ebd31e95"),
    ],
)
def test_an_actor_is_known_by_account_else_address(actor: Any, student_id: str) -> None:
    assert read(statement(actor=actor)).ids() == [student_id]


def test_a_groups_statement_is_each_members() -> None:
    group = {"objectType": "Group", "name": "Team", "member": [{"mbox": "mailto:a@x"}, {"mbox": "mailto:b@x"}]}

    assert read(statement(actor=group)).ids() == ["a@x", "b@x"]
    assert "of nobody" in str(read(statement(), statement(id="s2", actor={"name": "Team"})).notes["left_out"])


def test_the_time_is_when_it_happened_else_when_it_was_stored() -> None:
    assert read(statement(timestamp=None)).events_of("ada")[0][2] == "2024-07-21T12:00:00+00:00"


def test_a_store_gives_the_newest_first_and_a_report_reads_in_time_order() -> None:
    reading = read(statement(id="s2", timestamp="2024-07-21T11:00:00Z"), statement(object={"id": "first"}))

    assert [unit for unit, *_ in reading.events_of("ada")] == ["first", UNIT]


def voiding(identity: str) -> dict[str, Any]:
    return statement("voided", id="v", object={"objectType": "StatementRef", "id": identity})


@pytest.mark.parametrize("first", [True, False])
def test_a_statement_that_was_voided_is_left_out_whichever_comes_first(first: bool) -> None:
    both = [voiding("s1"), statement()] if first else [statement(), voiding("s1")]
    reading = read(*both, statement(id="s2"))

    assert len(reading.events_of("ada")) == 1
    assert "voided (1)" in reading.notes["left_out"]


def test_a_statement_about_a_statement_or_without_an_activity_is_left_out_and_counted() -> None:
    reading = read(
        statement(),
        statement(id="s2", object={"objectType": "StatementRef", "id": "s1"}),
        statement(id="s3", object={"definition": {"type": "cmi.interaction"}}),
    )

    assert len(reading.events_of("ada")) == 1
    assert "about no activity (another statement, or a person) (1)" in reading.notes["left_out"]
    assert "without an activity (its object has no id) (1)" in reading.notes["left_out"]


def test_the_parts_of_a_group_of_questions_are_one_submission_with_it() -> None:
    group = {"id": UNIT, "objectType": "GroupActivity"}
    parts = {"contextActivities": {"parent": [COURSE], "grouping": [group]}}
    reading = read(
        statement("evaluated", object=group),
        statement("evaluated", id="s2", object={"id": UNIT + "?part=1"}, result={"success": True}, context=parts),
        statement("evaluated", id="s3", object={"id": UNIT + "?part=2"}, result={"success": False}, context=parts),
    )

    assert [event[3] for event in reading.events_of("ada")] == [0.5]
    assert "part of another statement (of a group of questions) (2)" in reading.notes["left_out"]


def test_a_hint_and_an_answer_that_was_shown_belong_to_their_question() -> None:
    reading = read(
        statement(),
        statement("asked", id="s2", object={"id": UNIT + "/hint/1"}),
        statement("asked", id="s3", object={"id": UNIT + "/answer"}),
    )

    assert {unit for unit, *_ in reading.events_of("ada")} == {UNIT}
    assert [question.title for question in reading.context.questions] == ["Sum"]


def test_what_is_no_question_is_left_out_unless_it_was_graded() -> None:
    page = {"id": "https://x/page", "definition": {"type": "http://activitystrea.ms/schema/1.0/page"}}
    reading = read(
        statement(), statement("experienced", id="s2", object=page), statement("passed", id="s3", object=page)
    )

    assert [unit for unit, *_ in reading.events_of("ada")] == [UNIT, "https://x/page"]
    assert "on no question (a course, a page, a file) (1)" in reading.notes["left_out"]


@pytest.mark.parametrize(
    ("context", "namespace"),
    [
        ({"contextActivities": {"grouping": [{"id": "site"}, COURSE], "parent": [{"id": "quiz"}]}}, COURSE["id"]),
        ({"contextActivities": {"grouping": [{"id": "cohort"}], "parent": [{"id": "quiz"}]}}, "cohort"),
        ({"contextActivities": {"parent": {"id": "quiz"}}}, "quiz"),
        ({"platform": "Editor"}, "Editor"),
        (None, None),
    ],
)
def test_the_namespace_is_the_course_else_what_it_stands_under(context: Any, namespace: str | None) -> None:
    assert read(statement(context=context)).students[0].namespace == namespace


def test_a_statement_comes_once_however_often_its_id_does() -> None:
    reading = read(statement(), statement(), statement(id="s2"))

    assert len(reading.events_of("ada")) == 2, "the same content under another id is another statement"
    assert "repeats of an id (1)" in reading.notes["left_out"]


def test_an_activity_with_a_long_name_keeps_apart_and_keeps_its_title() -> None:
    long = UNIT + "/" + "x" * 300
    reading = read(
        statement(object={"id": long + "1", "definition": {"name": {"en": "One"}}}),
        statement(id="s2", object={"id": long + "2"}),
    )
    units = [str(unit) for unit, *_ in reading.events_of("ada")]

    assert len(set(units)) == 2
    assert {len(unit) for unit in units} == {200}
    assert reading.context.questions[0] == Question(units[0], "One", points=4)


ONE, TWO = statement(), statement(id="s2")
FORMS = {
    "a list": json.dumps([ONE, TWO]),
    "a page": json.dumps({"more": "/statements?c=2", "statements": [ONE, TWO]}),
    "a page for people": json.dumps({"statements": [ONE, TWO], "more": ""}, indent=2),
    "pages after each other": "\n".join(json.dumps({"statements": [one], "more": ""}) for one in (ONE, TWO)),
    "lines": "\n".join(map(json.dumps, (ONE, TWO))),
    "lines with a mark": "\ufeff" + "\n\n".join(map(json.dumps, (ONE, TWO))) + "\n",
    "lines, the last one cut": "\n".join(map(json.dumps, (ONE, TWO, statement(id="s3"))))[:-9],
}


@pytest.mark.parametrize("form", FORMS)
def test_statements_come_in_any_form_that_a_store_gives(form: str) -> None:
    body = FORMS[form].encode()

    assert len(Reading(body, SOURCE).events_of("ada")) == 2
    assert recognised(Look(io.BytesIO(body))) == SOURCE


def test_one_statement_alone_is_read() -> None:
    assert len(Reading(json.dumps(ONE, indent=1).encode(), SOURCE).events_of("ada")) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"[1]",
        b'{"statements": 5}',
        b'{"statements": {}}',
        b"actor,verb\n",
        json.dumps([ONE]).encode()[:-20],
        json.dumps([ONE]).encode() + b"]",
        b"[" * 3000,
        b'{"statements":' + b"[" * 3000,
    ],
)
def test_what_is_no_log_of_statements_is_refused(body: bytes) -> None:
    assert refusal(body, SOURCE)


def test_every_fault_is_named_by_its_statement() -> None:
    details = refusal(json.dumps([ONE, statement(timestamp="noon"), statement(actor=5)]).encode(), SOURCE)

    assert "ISO 8601" in str(details["statements[1].timestamp"])
    assert "no entry of this log" in str(details["statements[2]"])


def test_the_limits_of_a_body_hold() -> None:
    with pytest.raises(TooLarge):
        Reading(json.dumps([ONE, TWO]).encode(), SOURCE, limits=Limits(max_student_events=1))


def test_a_class_of_ours_is_none_whatever_fields_it_has_besides() -> None:
    ours = {"student_id": "a", "events": [], "actor": 1, "verb": 1, "object": 1}

    assert recognised(Look(io.BytesIO(json.dumps([ours]).encode()))) == "feedback"
