"""Logs at the edges: each a page that makes sense, at most four printed pages beside the Event Order."""

import re

import msgspec
import pytest

from feedback.analysis import Findings, analyse, encode_findings
from feedback.contract.formats import Format
from feedback.events.context import Context, Question
from feedback.rendering import RenderOptions, render
from feedback.rendering.blocks import Chart
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.pdf.typeset import typeset
from feedback.rendering.student.document import student_document
from feedback.rendering.student.timeline import timeline_blocks
from feedback.rendering.words import Words
from tests.harness.courses import CONTEXT, course_student
from tests.harness.documents import Parsed, pages_by_poppler, pdf_text
from tests.harness.extremes import EXTREMES, PROBLEMS
from tests.harness.logs import student, submission

NAMES = list(EXTREMES)
WORDS = Words("en", RenderOptions(), Legible(Coverage.BROWSER))


def found(name: str) -> Findings:
    who, context = EXTREMES[name]
    return analyse(who, context)


def page(name: str) -> Parsed:
    return Parsed(render(found(name), Format.HTML).body.decode())


def notes(name: str) -> dict[str, str]:
    return {note.code: note.text for note in found(name).data_notes}


@pytest.mark.parametrize("name", NAMES)
def test_at_most_four_printed_pages_beside_the_event_order_which_is_whole(name: str) -> None:
    findings = found(name)
    document = student_document(findings, RenderOptions(), Legible(Coverage.FONTS))
    without = [section for section in document.sections if section.id != "event-order"]
    assert len(document.sections) - len(without) == 1
    pages = pages_by_poppler(typeset(msgspec.structs.replace(document, sections=tuple(without))))
    assert 1 <= len(pages) <= 4
    order = "Event Order: " + " -> ".join(findings.event_order)
    assert order in pdf_text(render(findings, Format.PDF).body)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_opens_with_a_figure_and_a_sentence_and_has_no_empty_or_broken_words(name: str) -> None:
    text = page(name).text
    assert found(name).headline in text
    assert not re.search(r"[{}]|\bNone\b|\bnan\b|\binf\b", text)


@pytest.mark.parametrize("name", NAMES)
def test_all_that_paper_leaves_out_is_in_the_findings(name: str) -> None:
    findings = found(name)
    stored = msgspec.json.decode(encode_findings(findings))
    assert len(stored["questions"]) == findings.key_figures.questions
    assert len(stored["event_order"]) == len(EXTREMES[name][0].events)
    assert len(stored["path"]) == len(findings.path)


def test_a_log_without_times_is_drawn_in_its_order() -> None:
    parsed = page("no times")
    assert "What you did, in order" in parsed.headings
    assert "No event has a time, so they stand in the order of the log." in parsed.text
    [chart] = [block for block in timeline_blocks(found("no times"), WORDS) if isinstance(block, Chart)]
    assert chart.title == "Best score of each question, in the order of the log"
    assert "score-line" in chart.drawing.marks


def test_two_hundred_questions_are_told_by_those_that_matter_with_the_rest_counted() -> None:
    assert "170 more questions are in the details below." in page("200 questions").text
    text = pdf_text(render(found("200 questions"), Format.PDF).body)
    assert "… 170 more questions are in the findings (JSON)." in text
    assert "… 160 more questions are in the findings (JSON)." in text


def test_a_contest_names_a_few_of_the_problems_that_were_not_opened_and_counts_the_others() -> None:
    text = page("contest").text
    unopened = PROBLEMS - 12
    assert "Problem number 29 0" in text
    assert "Problem number 30" not in text
    assert f"… and {unopened - 18} more questions that you did not open, in the findings (JSON)." in text


def test_the_question_to_start_with_is_named_among_many_that_were_not_opened() -> None:
    who, context = EXTREMES["contest"]
    last = msgspec.structs.replace(context.questions[-1], points=9.0)
    findings = analyse(who, msgspec.structs.replace(context, questions=(*context.questions[:-1], last)))
    text = Parsed(render(findings, Format.HTML).body.decode()).text
    assert f"Problem number {PROBLEMS - 1} start here" in text


def test_a_question_that_was_not_opened_is_not_taken_for_another_whose_alias_is_its_name() -> None:
    who = student(submission("Q2", 0, 1.0), submission("Q3", 60, 1.0))  # Q1 and Q2 by their aliases
    context = Context(questions=(Question("Q1", points=5), Question("Q2"), Question("Q3")))
    findings = analyse(who, context)
    table = Parsed(render(findings, Format.HTML).body.decode()).text.partition("Question by question")[2]
    assert table.count("start here") == 1
    assert "Q1 start here 0 of 5" in table
    drawing = next(block for block in timeline_blocks(findings, WORDS) if isinstance(block, Chart)).drawing
    assert not [label.text for label in drawing.labels if label.name == "label-low"]


def test_scores_on_saves_alone_are_said_to_be_unused_where_the_score_would_stand() -> None:
    text = page("scores on saves").text
    assert text.index("carry scores. These are not used.") < text.index("Question by question")


def test_a_log_of_views_claims_no_work_and_no_tries() -> None:
    parsed = page("views")
    assert "You opened 5 questions; the log holds no work on them." in parsed.text
    assert "questions opened" in parsed.text
    assert not re.search(r"\b(tries|try|worked on)\b", parsed.text.split("How to read this")[0].split("Event Order")[0])


def test_two_sittings_and_retakes_stand_beside_each_other_without_the_days_between() -> None:
    for name, sittings in (("two sittings", 2), ("retakes", 3)):
        findings = found(name)
        assert len(findings.sittings) == sittings
        text = page(name).text
        assert "The grey gaps are breaks." in text
        assert "Sittings" in page(name).headings
    assert not any(insight.id == "unused_time" for insight in found("retakes").insights)


def test_a_clock_that_went_back_is_noted_with_its_times_and_one_that_went_on_is_not() -> None:
    note = notes("set back")["clock_back"]
    assert note.startswith("At one place the time goes back by 59 minutes, from 09:29 to 08:30."), "it stands by itself"
    assert "clock_back" not in notes("set forward")
    assert not {"clock_back", "several_offsets"} & notes("midnight").keys()


def test_times_of_two_zones_are_noted_and_shown_in_one() -> None:
    assert "(UTC and UTC+5:30)" in notes("two zones")["several_offsets"]
    assert "times in UTC" in page("two zones").text


def test_an_exam_over_midnight_names_both_days() -> None:
    text = page("midnight").text
    assert "21 July 2024 23:10" in text
    assert "22 July 2024" in text


def test_a_course_has_a_calendar_weeks_and_sittings_in_words_and_nothing_of_an_exam() -> None:
    who = course_student("ada", list(range(0, 98, 3)), 5)
    findings = analyse(who, CONTEXT)
    parsed = Parsed(render(findings, Format.HTML).body.decode())
    assert "You worked on 33 days, in 14 of 14 weeks" in parsed.headings
    for heading in ("Week by week", "Sittings"):
        assert heading in parsed.headings
    for heading in ("Rhythm and pauses", "Path through the questions"):
        assert heading not in parsed.headings
    assert "Deadline: 8 June 2025 23:00." in parsed.text
    assert "In the exam" not in parsed.text
    printed = pdf_text(render(findings, Format.PDF).body)
    assert "You worked on 33 days, in 14 of 14 weeks" in printed
    assert "… and 19 earlier ones, in the findings (JSON)." in printed


def test_the_calendar_has_a_square_for_each_day_shown_and_marks_the_deadline() -> None:
    who = course_student("ada", [0, 9, 20], 5)
    parsed = Parsed(render(analyse(who, CONTEXT), Format.HTML).body.decode())
    squares = [attrs for tag, attrs in parsed.tags if tag == "path" and (attrs["class"] or "").startswith("heat")]
    drawn = sum((attrs["d"] or "").count("M") for attrs in squares)
    legend = 3
    # 21 days: the deadline is far beyond them. Half a page wide, the drawing fits a phone as it is.
    assert drawn == 21 + legend
    near = course_student("ada", [0, 40, 90], 5)
    parsed = Parsed(render(analyse(near, CONTEXT), Format.HTML).body.decode())
    assert sum(tag == "path" and attrs["class"] == "low-line" for tag, attrs in parsed.tags) >= 2
