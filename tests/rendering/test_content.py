"""Both documents say the same, in the same order."""

import re
from collections.abc import Sequence

import pytest

from feedback.analysis import ClassFindings, Failure, analyse, analyse_class, how_to_read, with_comparison
from feedback.contract.formats import Format
from feedback.events import Student
from feedback.events.context import Context, Exam
from feedback.rendering import RenderOptions, render, render_class
from tests.harness.documents import NUMBER, Parsed, folded, html_of, pages_by_pypdf, pdf_of, pdf_text, running_text
from tests.harness.exams import MANY_QUESTIONS, UNUSUAL, exam
from tests.harness.logs import save, student

CLASS = [exam(60, seed=seed) for seed in range(14)]


def class_findings() -> ClassFindings:
    return analyse_class(map(analyse, CLASS), [Failure("lost-one", None, "It took more than 60 s.")])


def places(names: Sequence[str], text: str) -> list[int]:
    """Where each name stands after the one before it; -1 where it does not."""
    found, start = [], 0
    for name in names:
        start = text.find(name, start)
        found.append(start)
        if start < 0:
            return found
    return found


@pytest.mark.parametrize("who", [exam(), exam(90, scores=False), MANY_QUESTIONS, *UNUSUAL], ids=lambda s: s.student_id)
def test_the_pdf_holds_every_heading_and_number_of_the_page(who: Student) -> None:
    # The drawing for phones has clock times of its own.
    page = Parsed(re.sub(r'<div class="on-phone">.*?</div>', "", html_of(who), flags=re.DOTALL))
    text = pdf_text(pdf_of(who))
    assert page.headings[0] == "Feedback report"
    assert f"Student ID: {who.student_id}" in page.text
    assert f"Student ID: {who.student_id}" in text
    assert -1 not in places([folded(heading) for heading in page.headings], text)
    assert set(NUMBER.findall(page.text)) <= set(NUMBER.findall(text))


def test_the_class_pdf_holds_every_heading_and_number_of_the_class_page() -> None:
    findings = class_findings()
    page = Parsed(render_class(findings, Format.HTML, RenderOptions()).body.decode())
    text = pdf_text(render_class(findings, Format.PDF, RenderOptions()).body)
    assert page.headings[0] == "A class of 15 students"
    assert -1 not in places([folded(heading) for heading in page.headings], text)
    assert set(NUMBER.findall(page.text)) <= set(NUMBER.findall(text))


def test_a_report_answers_how_did_i_do_where_did_it_go_wrong_what_now_and_then_the_rest() -> None:
    page = Parsed(html_of(exam()))
    sections = [
        "Question by question",
        "What now",
        "How to think about it",
        "Every question in numbers",
        "Rhythm and pauses",
        "Path through the questions",
        "How to read this",
        "Event order",
    ]
    assert [heading for heading in page.headings if heading in sections] == sections
    findings = analyse(exam())
    earned, possible = findings.key_figures.score_earned, findings.key_figures.score_possible
    assert earned is not None
    opening = page.text.partition("Question by question")[0]
    assert -1 not in places([f"{earned:g}", f"of {possible:g} points", findings.headline], opening)


def test_page_one_says_each_fact_and_step_and_behind_it_stand_the_readings() -> None:
    findings = analyse(exam())
    assert findings.insights
    # In the order of the structure: pdftotext reads across what stands side by side.
    for text in (Parsed(html_of(exam())).text, running_text(pages_by_pypdf(pdf_of(exam())))):
        now, _, behind = text.partition("How to think about it")
        for insight in findings.insights:
            assert insight.did in now
            assert insight.try_next in now
        for insight in findings.insights:
            assert -1 not in places([insight.title, *insight.readings, insight.ask], behind)
        for insight in findings.further_insights[:2]:
            assert -1 not in places([insight.title, insight.did, insight.try_next], behind)


def test_every_threshold_and_definition_is_printed() -> None:
    text = running_text(pages_by_pypdf(pdf_of(exam())))
    assert "where it is at most 10 minutes" in text
    for each in how_to_read(analyse(exam())):
        for said in (text, Parsed(html_of(exam())).text):
            assert f"{each.name} {each.text}".replace("\u00a0", " ") in said.replace("\u00a0", " ")


def test_the_class_stands_beside_a_student_only_where_it_was_asked_for() -> None:
    findings = analyse(CLASS[0])
    assert "Beside the class" not in Parsed(render(findings, Format.HTML).body.decode()).headings
    compared = with_comparison(findings, class_findings().statistics)
    page = Parsed(render(compared, Format.HTML).body.decode())
    text = pdf_text(render(compared, Format.PDF).body)
    assert "Beside the class" in page.headings
    assert "Class median" in text
    assert set(NUMBER.findall(page.text)) <= set(NUMBER.findall(text))


def test_a_long_path_is_told_by_its_ends() -> None:
    restless = student(*(save(f"q{n % 2}", 30 * n) for n in range(500)))
    for text, left in ((Parsed(html_of(restless)).text, 100), (pdf_text(pdf_of(restless)), 340)):
        assert "500 visits and 499 switches" in text
        assert f"… {left} more visits …" in text


@pytest.mark.parametrize("format", list(Format))
def test_times_are_shown_in_the_zone_asked_for_which_is_named(format: Format) -> None:  # noqa: A002 - as in render
    findings = analyse(exam(20))
    body = render(findings, format, RenderOptions("Asia/Kolkata")).body
    text = Parsed(body.decode()).text if format is Format.HTML else pdf_text(body)
    assert "21 July 2024, 14:30" in text  # 09:00 UTC
    assert "times in Asia/Kolkata" in text


def test_a_zone_that_does_not_exist_is_refused() -> None:
    for name in ("Mars/Olympus", "../../etc/passwd", ""):
        with pytest.raises(ValueError, match="is not a time zone"):
            RenderOptions(name)


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        ([0, 1, 2], "Pauses none of 3 min or more"),
        ([0, 4, 5], "Pauses 1 of 3 to 10 min, none longer: 4 min from 09:00, then Q1"),
        ([0, 11, 12], "Pauses 1 over 10 min: 11 min from 09:00, then Q1"),
        ([0, 3, 23], "Pauses 1 of 3 to 10 min, 1 over 10 min: 20 min from 09:03, then Q1; 3 min from 09:00, then Q1"),
        (range(0, 28, 4), "Pauses 6 of 3 to 10 min, none longer. The longest: 4 min from 09:00, then Q1; 4 min from"),
    ],
)
def test_pauses_are_told_with_their_lengths_starts_and_what_came_next(minutes: Sequence[int], told: str) -> None:
    who = student(*(save("q1", 60 * minute) for minute in minutes))
    assert told in Parsed(html_of(who)).text


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        ([0, 4, 8, 12], "median 4 min; the middle half 4 min"),
        ([0, 2, 5, 14], "median 3 min; the middle half 3 min to 6 min"),
    ],
)
def test_a_middle_half_whose_ends_read_the_same_is_one_value(minutes: Sequence[int], told: str) -> None:
    text = Parsed(html_of(student(*(save("q1", 60 * minute) for minute in minutes)))).text
    # The next row follows at once.
    assert re.search(rf"Between events {re.escape(told)}(?! to)", text), text


def test_the_clock_times_and_the_lengths_of_a_path_agree() -> None:
    minutes = {"a": (0, 2), "b": (5, 8), "c": (9,), "d": (30, 33)}
    who = student(*(save(unit, 60 * minute) for unit, all_of_it in minutes.items() for minute in all_of_it))
    path = Parsed(html_of(who)).text.partition("Path through the questions")[2]
    assert "09:00 Q1 ×2, 2 min 09:02 Q2 ×2, 6 min 09:08 Q3, 1 min 09:30 Q4 ×2, 3 min" in path


def test_a_timeline_says_which_time_it_shows_and_how_many_events_lie_far_off() -> None:
    def caption(last: float) -> str:
        page = html_of(student(*(save("q1", n) for n in range(20)), save("q2", last)))
        return page.partition("<figcaption>")[2].partition("</figcaption>")[0]

    assert caption(7_000) == "21 July 2024, 09:00–10:56, times in UTC."
    # A break of hours is cut out of the drawing.
    assert caption(86_400) == "21 July 2024, 09:00; 22 July 2024, 09:00; times in UTC. The grey gaps are breaks."
    for far in (86_500, -86_500):
        assert caption(far) == "21 July 2024, 09:00, times in UTC. 1 far-off event is not drawn."


@pytest.mark.parametrize("far", [-86_400 * 100, 86_400 * 100])
def test_events_far_off_are_counted_where_sittings_stand_beside_each_other(far: float) -> None:
    first = (save("q1", 60 * n) for n in range(20))
    second = (save("q2", 86_400 + 60 * n) for n in range(20))
    findings = analyse(student(*first, *second, save("q2", far)), Context(exam=Exam(kind="exam")))
    assert len(findings.sittings) == 2
    page = Parsed(render(findings, Format.HTML).body.decode()).text
    assert "The grey gaps are breaks. 1 far-off event is not drawn." in page
