"""The heading and the Event Order stand as text in both formats, whole, whatever reads them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.events import Student
from feedback.rendering.student.path import event_order_lines
from tests.harness.documents import Parsed, folded, html_of, pages_by_poppler, pages_by_pypdf, pdf_of, running_text
from tests.harness.exams import MANY_QUESTIONS, NO_EVENTS, ONE_EVENT, exam
from tests.harness.logs import save, student


def expected(numbers: list[int]) -> str:
    """The line for events on units that are whole numbers, computed on its own."""
    place = {unit: position for position, unit in enumerate(sorted(set(numbers)), start=1)}
    return "Event Order: " + " -> ".join(f"Q{place[number]}" for number in numbers)


def texts(who: Student) -> list[str]:
    pdf = pdf_of(who)
    return [Parsed(html_of(who)).text, running_text(pages_by_poppler(pdf)), running_text(pages_by_pypdf(pdf))]


@settings(max_examples=25)
@given(st.lists(st.integers(0, 1200), max_size=400))
def test_the_line_is_whole_in_a_page_and_in_a_pdf(numbers: list[int]) -> None:
    who = student(*(save(number, position) for position, number in enumerate(numbers)), student_id="ada")
    for text in texts(who):
        assert "Student ID: ada" in text
        assert f"{expected(numbers)} ".rstrip() in text


def test_it_is_in_the_order_received_not_in_that_of_time() -> None:
    who = student(save(3, 300), save(1, 100), save(2, 200), save(3, None))
    for text in texts(who):
        assert text.endswith("Event Order: Q3 -> Q1 -> Q2 -> Q3")


@pytest.mark.parametrize("who", [NO_EVENTS, ONE_EVENT, MANY_QUESTIONS, exam(1500)], ids=lambda who: who.student_id)
def test_nothing_comes_after_it(who: Student) -> None:
    for text in texts(who):
        before, _, order = text.rpartition("Event Order:")
        assert re.fullmatch(r"( Q\d+ ->)*( Q\d+)?", order)
        assert " -> " not in before


@given(st.lists(st.integers(1, 100_000), max_size=300))
def test_a_line_breaks_only_after_an_arrow_and_fits_the_page(numbers: list[int]) -> None:
    aliases = [f"Q{number}" for number in numbers]
    lines = event_order_lines(aliases)
    assert folded(" ".join(lines)) == " ".join(["Event Order:", " -> ".join(aliases)]).strip()
    assert all(line.endswith("->") for line in lines[:-1] if line != "Event Order:")
    assert max(map(len, lines)) <= 112
