"""How to read this: definitions with the numbers of the settings actually used."""

import re

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
from tests.analysis.logs import save, student, submission

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
        "6 and 17 minutes",
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


def test_a_report_explains_only_what_its_log_can_show() -> None:
    saves = {definition.measure for definition in how_to_read(analyse(student(save("a", 0), save("a", 9))))}
    assert not saves & {"questions.progress", "score_dropped", "quick_resubmissions", "comparison"}
    scores = {definition.measure for definition in how_to_read(analyse(student(submission("a", 0, 0.5))))}
    assert {"questions.progress", "score_dropped", "quick_resubmissions"} <= scores
    assert "steady" not in scores


def test_a_comparison_comes_with_its_definition() -> None:
    logs = [student(save("a", 0), student_id=str(i)) for i in range(10)]
    found = with_comparison(analyse(logs[0]), analyse_class(map(analyse, logs)).statistics)
    assert "comparison" in {definition.measure for definition in how_to_read(found)}


def test_the_class_report_has_definitions_of_its_own() -> None:
    texts = [definition.text for definition in how_to_read_class(ODD)]
    assert any("11.5 minutes" in text for text in texts)
    assert not re.search(r"[{}]", " ".join(texts))


def test_definitions_name_measures_by_their_place_in_the_findings() -> None:
    found = analyse(student(submission("a", 0, 0.5), save("a", 60)))
    for definition in how_to_read(found):
        if definition.group in ("terms", "measures"):
            value: object = found
            for name in definition.measure.split("."):
                value = getattr(value[0] if isinstance(value, tuple) else value, name)
