"""The event feed of a contest: a stream of states."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from feedback.events import OWN, Context, Exam, Limits, Question, TooLarge
from feedback.events.formats.look import Look
from feedback.events.sources import recognised
from tests.events.formats.source_files import Reading, refusal, source_options

START = "2025-03-02T09:30:00.000Z"


def line(type_: str, **data: Any) -> str:
    return json.dumps({"type": type_, "id": data.get("id"), "data": data, "token": "t"}) + "\n"


def contest(**more: Any) -> str:
    fields = {"id": "c1", "name": "C", "formal_name": "The Contest", "start_time": START, "duration": "5:00:00.000"}
    return line("contest", **fields | more)


SETTING = (
    line("judgement-types", id="AC", name="correct", solved=True)
    + line("judgement-types", id="WA", name="wrong answer", solved=False)
    + line("judgement-types", id="CE", name="compiler error", solved=False)
    + line("problems", id="p-b", label="B", name="Bridges", ordinal=1)
    + line("problems", id="p-a", label="A", name="Arches", ordinal=0)
    + line("teams", id="7", label="7", name="Wizards", display_name="A University")
    + line("teams", id="8", label="8", name="Absent")
)


def submission(identity: str = "1", team: str = "7", problem: str = "p-a", second: int = 0) -> str:
    time = f"2025-03-02T10:00:{second:02}.500Z"
    return line("submissions", id=identity, team_id=team, problem_id=problem, time=time)


def judged(verdict: str | None, identity: str = "j1", of: str = "1", **more: Any) -> str:
    fields = {"id": identity, "submission_id": of} | ({"judgement_type_id": verdict} if verdict else {})
    return line("judgements", **fields | more)


def read(*lines: str) -> Reading:
    return Reading("".join(lines).encode(), "ccs")


def test_a_duration_that_no_calendar_has_is_named() -> None:
    faults = refusal(
        (contest(start_time="9990-01-01T00:00:00Z", duration="999999:00:00") + SETTING + submission()).encode(), "ccs"
    )
    assert faults == {"contest.duration": ["it leads beyond the year 9999"]}


def test_a_team_is_a_student_and_a_problem_its_label() -> None:
    reading = read(contest(), SETTING, submission(), judged(None), judged("AC"))

    [team] = reading.students
    assert (team.student_id, team.namespace, team.name) == ("7", "c1", "Wizards"), "not the university's name"
    assert reading.events_of("7") == [("A", "submission", "2025-03-02T10:00:00.500000+00:00", 1.0)]


def test_what_the_feed_knows_of_the_contest_is_the_context() -> None:
    reading = read(contest(), SETTING, submission())

    assert reading.context.exam == Exam(
        title="The Contest",
        starts_at=datetime(2025, 3, 2, 9, 30, tzinfo=UTC),
        ends_at=datetime(2025, 3, 2, 14, 30, tzinfo=UTC),
        kind="exam",
        log_kind="submissions",
    )
    assert reading.context.questions == (Question("A", "Arches"), Question("B", "Bridges")), "in the contest's order"


def test_what_the_sender_says_of_the_contest_counts_before_the_feed() -> None:
    given = Context(exam=Exam(title="Our exam"), questions=(Question("A", "First", points=5),))
    reading = Reading((contest() + SETTING + submission()).encode(), "ccs", context=given)

    assert (reading.context.exam.title, reading.context.exam.kind) == ("Our exam", "exam")
    assert reading.context.questions == (Question("A", "First", points=5), Question("B", "Bridges"))


def test_the_last_state_of_the_contest_counts() -> None:
    moved = read(contest(), contest(start_time="2025-03-02T09:40:00+01:00"), SETTING, submission())

    assert moved.context.exam.starts_at == datetime(2025, 3, 2, 8, 40, tzinfo=UTC)


def test_a_contest_that_was_paused_before_its_start_has_no_window() -> None:
    assert read(contest(start_time=None), SETTING, submission()).context.exam.starts_at is None


def test_a_submission_whose_state_comes_again_is_one() -> None:
    reading = read(contest(), SETTING, submission(), judged("WA"), submission(), submission("2", second=1))

    assert [score for *_, score in reading.events_of("7")] == [0.0, None]
    assert "earlier states of a submission (1)" in reading.notes["left_out"]


@pytest.mark.parametrize("gone", [{"data": None}, {"op": "delete", "data": {"id": "1"}}])
def test_a_submission_that_is_taken_back_is_none(gone: dict[str, Any]) -> None:
    taken_back = json.dumps({"type": "submissions", "id": "1", "token": "t"} | gone) + "\n"

    assert len(read(contest(), SETTING, submission(), submission("2", second=1), taken_back).events_of("7")) == 1


def test_a_judgement_without_a_verdict_yet_says_nothing() -> None:
    assert read(contest(), SETTING, submission(), judged(None)).events_of("7")[0][3] is None


@pytest.mark.parametrize(
    "judgements",
    [
        judged("WA") + judged("AC", "j2"),
        judged("AC", "j2", current=True) + judged("WA", "j1", current=False),
        judged("WA") + judged("WA", "j2") + judged("AC", "j1"),
    ],
)
def test_of_several_judgements_the_current_one_counts(judgements: str) -> None:
    assert read(contest(), SETTING, submission(), judgements).events_of("7")[0][3] == 1.0


def test_a_compile_error_is_no_attempt() -> None:
    assert read(contest(), SETTING, submission(), judged("CE")).events_of("7")[0][1::2] == ("compile_error", None)


def test_teams_without_submissions_and_hidden_ones_are_left_out_and_counted() -> None:
    hidden = line("teams", id="9", name="Jury", hidden=True)
    reading = read(contest(), SETTING, hidden, submission(), submission("2", team="9"))

    assert reading.ids() == ["7"]
    assert "teams without submissions (1)" in reading.notes["left_out"]
    assert "submissions of hidden teams (1)" in reading.notes["left_out"]


def test_a_contest_with_points_gives_shares_of_them() -> None:
    points = line("problems", id="p-a", label="A", name="Arches", ordinal=0, max_score=40)
    reading = read(contest(scoreboard_type="score"), SETTING, points, submission(), judged("AC", score=30))

    assert reading.events_of("7")[0][3] == 0.75
    assert reading.context.questions[0] == Question("A", "Arches", points=40)


def test_the_older_form_of_the_feed_is_read_too() -> None:
    older = [
        {"id": f"e{number}", "type": type_, "op": "create", "data": data}
        for number, (type_, data) in enumerate(
            [
                ("contests", {"id": "c", "formal_name": "Old", "start_time": START, "duration": "1:00:00"}),
                ("judgement-types", {"id": "AC", "solved": True}),
                ("problems", {"id": 3, "label": "C"}),
                ("teams", {"id": 5, "name": "Five"}),
                ("submissions", {"id": 11, "team_id": 5, "problem_id": 3, "time": START}),
                ("judgements", {"id": 12, "submission_id": 11, "judgement_type_id": "AC"}),
            ]
        )
    ]
    reading = read("\n".join(map(json.dumps, older)))

    assert reading.events_of("5") == [("C", "submission", "2025-03-02T09:30:00+00:00", 1.0)]
    assert reading.context.exam.title == "Old"


def test_a_collection_that_comes_as_a_whole_replaces_what_was() -> None:
    whole = json.dumps({"type": "teams", "id": None, "token": "t", "data": [{"id": "7", "name": "Renamed"}]}) + "\n"
    reading = read(contest(), SETTING, whole, submission())

    assert reading.students[0].name == "Renamed"
    assert "left_out" not in reading.notes, "the team that is no more was not absent"


def test_blank_lines_that_keep_a_connection_alive_are_no_entries() -> None:
    assert read(contest(), "\n\n", SETTING, "\n", submission()).ids() == ["7"]


def test_a_last_line_that_was_cut_is_left_out_and_counted() -> None:
    reading = read(contest(), SETTING, submission(), submission("2", second=1)[:-20])

    assert len(reading.events_of("7")) == 1
    assert "last lines that were cut off (1)" in reading.notes["left_out"]


def test_any_other_line_that_is_no_entry_is_a_fault_of_its_line() -> None:
    details = refusal((contest() + "{nonsense\n" + SETTING + submission()).encode(), "ccs")

    assert "no entry of this log" in str(details["line 2"])


def test_a_feed_before_the_first_submission_is_refused() -> None:
    assert "no student" in str(refusal((contest() + SETTING).encode(), "ccs")["body"])


def test_options_that_a_feed_has_no_use_for_are_refused() -> None:
    body = (contest() + SETTING + submission()).encode()

    assert "no columns" in str(refusal(body, "ccs", source_options(columns=["unit=Problem"]))["column"])
    assert "no roles" in str(refusal(body, "ccs", source_options(roles=["Student"]))["role"])


def test_a_feed_is_recognised_by_its_first_line_and_ours_is_not() -> None:
    assert recognised(Look(io.BytesIO(contest().encode()))) == "ccs"
    assert recognised(Look(io.BytesIO(b'{"type": "x", "student_id": "a", "events": []}\n'))) == OWN


def test_a_name_and_a_title_keep_no_nul_and_at_most_200_characters() -> None:
    odd = line("teams", id="7", name="Wi\0z" + "a" * 300) + line("problems", id="p-a", label="A", name="\0" + "b" * 300)
    reading = read(contest(formal_name="\0Finals"), SETTING, odd, submission())

    assert reading.students[0].name == "Wiz" + "a" * 197
    assert (reading.context.exam.title, reading.context.questions[0].title) == ("Finals", "b" * 200)


def test_a_unit_with_a_nul_is_a_fault_of_its_line() -> None:
    odd = line("problems", id="p-a", label="A\0", name="Arches")
    body = "".join((contest(), SETTING, odd, submission())).encode()

    assert "NUL" in str(refusal(body, "ccs"))


def test_more_problems_than_an_exam_may_have_are_refused() -> None:
    with pytest.raises(TooLarge):
        Reading((contest() + SETTING + submission()).encode(), "ccs", limits=Limits(max_questions=1))


def test_a_judgement_counts_though_its_submission_comes_later_or_again() -> None:
    gone = json.dumps({"type": "submissions", "id": "1", "token": "t", "data": None}) + "\n"

    assert read(contest(), SETTING, judged("AC"), submission()).events_of("7")[0][3] == 1.0
    assert read(contest(), SETTING, submission(), judged("AC"), gone, submission()).events_of("7")[0][3] == 1.0


_IDS = st.sampled_from("123")
_STATES = st.one_of(
    st.tuples(st.just("submissions"), _IDS, st.none()),
    st.tuples(st.just("judgements"), _IDS, st.tuples(_IDS, st.sampled_from(["AC", "WA", None]), st.booleans())),
    st.tuples(st.just("gone"), st.sampled_from(["submissions", "judgements"]), _IDS),
)


@given(st.lists(_STATES, max_size=20))
def test_the_last_state_of_everything_counts_in_whatever_order_states_come(states: list[Any]) -> None:
    """Against two dictionaries that hold all there is."""
    sent, judgements, lines = dict[str, int](), dict[str, Any](), list[str]()
    for second, (type_, one, other) in enumerate(states):
        if type_ == "submissions":
            lines.append(submission(one, second=second))
            sent[one] = second
        elif type_ == "judgements":
            of, verdict, current = other
            lines.append(line("judgements", id=one, submission_id=of, judgement_type_id=verdict, current=current))
            judgements.pop(one, None)
            judgements[one] = other
        else:
            lines.append(json.dumps({"type": one, "id": other, "token": "t", "data": None}) + "\n")
            (sent if one == "submissions" else judgements).pop(other, None)
    assume(sent)
    outcomes = {of: float(verdict == "AC") for of, verdict, current in judgements.values() if verdict and current}

    found = [(str(time)[17:19], score) for _, _, time, score in read(contest(), SETTING, *lines).events_of("7")]
    assert found == [(f"{second:02}", outcomes.get(one)) for one, second in sent.items()]
