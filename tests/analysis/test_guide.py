"""How to read this: definitions with the numbers of the settings actually used."""

import re

import pytest

from feedback.analysis import (
    AnalysisSettings,
    analyse,
    analyse_class,
    definitions,
    how_to_read,
    how_to_read_class,
    with_comparison,
)
from feedback.analysis.insights import RULES
from feedback.analysis.insights.sources import KARAVIRTA
from feedback.events import Event
from feedback.events.context import Context, Exam, ExamKind
from tests.harness.logs import at, save, student, submission

ODD = AnalysisSettings(
    session_gap_minutes=11.5,
    narrow_gap_minutes=6,
    wide_gap_minutes=17,
    pause_minutes=2,
    long_pause_minutes=8,
    quick_resubmission_seconds=45,
    late_share_of_window=0.2,
    comparison_students=13,
    common_question_share=0.7,
)


def test_every_definition_is_whole_and_quotes_the_settings() -> None:
    text = " ".join(definition.text for definition in definitions(ODD))
    for quoted in (
        "11.5 minutes",
        "2 to 8 minutes",
        "45 seconds",
        "last 20\u00a0%",
        "13 students",
        "70\u00a0%",
    ):
        assert quoted in text
    assert not re.search(r"[{}]", text)


def test_every_rule_is_printed_with_its_threshold() -> None:
    texts = {definition.measure: definition.text for definition in definitions(AnalysisSettings())}
    for rule in RULES:
        threshold = rule.threshold(AnalysisSettings())
        shown = f"{threshold * 100:.0f}\u00a0%" if rule.unit == "share" else f"{threshold:g}"
        assert f"{shown} " in texts[rule.id]


def test_compile_measures_are_said_to_be_out_of_reach() -> None:
    limits = [definition for definition in definitions(AnalysisSettings()) if definition.group == "limits"]
    assert "Watwin" in limits[0].text
    assert "Jadud" in limits[0].source


def explained(*log: Event) -> set[str]:
    return {definition.measure for definition in how_to_read(analyse(student(*log)))}


def test_a_report_explains_only_what_it_shows() -> None:
    assert explained() == {"event_order", "error_quotient"}
    saves = explained(save("a", 0), save("a", 9))
    assert {"rhythm.median_seconds", "rhythm.pauses", "questions.seconds", "path"} <= saves
    assert not saves & {"key_figures.score_earned", "rhythm.quick_resubmissions", "comparison"}
    untimed = explained(save("a"), save("a"))
    assert not untimed & {"rhythm.median_seconds", "rhythm.pauses", "questions.seconds"}
    once = explained(submission("a", 0, 0.5))
    assert "key_figures.score_earned" in once
    assert "rhythm.quick_resubmissions" not in once
    assert "rhythm.quick_resubmissions" in explained(submission("a", 0), submission("a", 90))


def test_of_the_insights_those_given_are_explained() -> None:
    found = analyse(student(submission("a", 0, 1), submission("b", 9, 0.5), submission("b", 20, 0.25)))
    rules = {rule.id for rule in RULES}
    given = {insight.id for insight in found.insights}
    assert given
    assert rules & {definition.measure for definition in how_to_read(found)} == given


def test_where_none_is_given_all_that_the_log_could_have_brought_are_explained() -> None:
    found = analyse(student(submission("a", 0)))
    assert not found.insights
    measures = {definition.measure for definition in how_to_read(found)}
    assert "quick_resubmissions" in measures
    assert not measures & {"score_dropped", "steady", "long_pauses"}


def test_a_source_is_given_in_full_once() -> None:
    found = analyse(student(*(submission("a", 20 * i) for i in range(9))))
    sources = {definition.measure: definition.source for definition in how_to_read(found)}
    assert sources["rhythm.quick_resubmissions"] == KARAVIRTA
    assert sources["quick_resubmissions"] == "Karavirta, Korhonen & Malmi 2006"


def test_a_comparison_comes_with_its_definition() -> None:
    logs = [student(save("a", 0), student_id=str(i)) for i in range(10)]
    found = with_comparison(analyse(logs[0]), analyse_class(map(analyse, logs)).statistics)
    assert "comparison" in {definition.measure for definition in how_to_read(found)}


def test_the_class_report_has_definitions_of_its_own() -> None:
    texts = [definition.text for definition in how_to_read_class(ODD)]
    assert any("11.5 minutes" in text for text in texts)
    assert not re.search(r"[{}]", " ".join(texts))


DAY, HOUR = 86_400, 3_600
WEEKS = [submission(unit, n * 3 * DAY + 60 * place, 0.5) for n in range(12) for place, unit in enumerate("abc")]


@pytest.mark.parametrize(
    ("log", "kind"),
    [
        ([submission("a", 0, 0.5), save("a", 60)], "exam"),
        ([submission("a", 0, 0.5), submission("b", 5 * HOUR, 0.5)], "exam"),
        (WEEKS, "course"),
        (
            [Event("a", kind, at(60 * n)) for n, kind in enumerate(("compile_error", "compile", "compile_error"))],
            "exam",
        ),
    ],
    ids=["exam", "sittings", "course", "compilations"],
)
def test_definitions_name_measures_by_their_place_in_the_findings(log: list[Event], kind: ExamKind) -> None:
    found = analyse(student(*log), Context(exam=Exam(kind=kind)))
    for definition in how_to_read(found):
        if definition.group in ("terms", "measures"):
            value: object = found
            for name in definition.measure.split("."):
                holder = value[0] if isinstance(value, tuple) else value
                assert hasattr(holder, name), definition.measure
                value = getattr(holder, name)


def test_sittings_are_explained_wherever_their_table_stands() -> None:
    assert "sittings" in explained(save("a", 0), save("a", 5 * HOUR))
    assert "sittings" not in explained(save("a", 0), save("a", 60))
    course = analyse(student(*WEEKS), Context(exam=Exam(kind="course")))
    assert {"sittings", "course.days"} <= {definition.measure for definition in how_to_read(course)}
