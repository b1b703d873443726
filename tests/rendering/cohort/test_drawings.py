"""The drawings of a class report: everybody is in them, nothing leaves them, half of the points parts the colours."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.analysis.cohort.results import Item, Version
from feedback.analysis.cohort.scores import Score, scores_of
from feedback.phrasing.phrases import Phrases
from feedback.rendering.charts.svg import HALF_WIDTH, Drawing
from feedback.rendering.cohort.drawings import mean_among_versions, score_columns, ticks, time_and_score

WORDS = Phrases("en")
shares = st.lists(st.floats(0, 1), min_size=1, max_size=200)


def starts(svg: str, name: str) -> list[tuple[float, float]]:
    """Where each part of the paths of this class begins."""
    found = re.findall(rf'<path class="{name}"[^>]* d="([^"]*)"', svg)
    return [(float(x), float(y)) for d in found for x, y in re.findall(r"M(-?[\d.]+) (-?[\d.]+)", d)]


def inside(drawing: Drawing) -> bool:
    points = [point for name in ("score", "low", "rule") for point in starts(drawing.marks, name)]
    return all(0 <= x <= drawing.width for x, _ in points) and all(
        0 <= label.x <= drawing.width for label in drawing.labels
    )


@given(shares, st.sampled_from([1, 7, 30, 100]))
def test_every_student_is_in_a_column_that_says_how_many_it_holds(values: list[float], possible: int) -> None:
    scores = scores_of([Score(share * possible, possible) for share in values])
    assert scores is not None
    drawing = score_columns(scores, WORDS.number, WORDS.say)
    counts = {
        name: [
            int(label.text.replace(",", ""))
            for label in drawing.labels
            if label.size == 9 and (label.name == "label-low") == (name == "low")
        ]
        for name in ("score", "low")
    }
    assert sum(counts["score"]) + sum(counts["low"]) == len(values)
    assert [len(starts(drawing.marks, name)) for name in ("score", "low")] == [len(counts["score"]), len(counts["low"])]
    if scores.histogram and (possible / 2 / scores.bin_width) % 1 == 0:
        assert sum(counts["low"]) == scores.below_half
    assert inside(drawing)


@given(st.lists(st.tuples(st.floats(0, 240), st.floats(0, 7)), min_size=1, max_size=300))
def test_a_dot_stands_for_everybody_and_half_of_the_points_parts_the_colours(points: list[tuple[float, float]]) -> None:
    drawing = time_and_score(points, 7, 240, WORDS.number, WORDS.say)
    assert bool(starts(drawing.marks, "low")) == any(score < 3.5 - 1e-9 for _, score in points)
    assert bool(starts(drawing.marks, "score")) == any(score >= 3.5 - 1e-9 for _, score in points)
    assert inside(drawing)


def test_a_score_on_the_top_line_is_drawn_on_it() -> None:
    drawing = time_and_score([(0, 7), (240, 0)], 7, 240, WORDS.number, WORDS.say)
    [top], [bottom] = starts(drawing.marks, "score"), starts(drawing.marks, "low")
    assert (top[1], bottom[1]) == pytest.approx((16, 148), abs=1.5)
    assert bottom[0] > HALF_WIDTH - 15


@given(st.floats(0.01, 1e6))
def test_ticks_are_few_round_and_begin_at_nought(top: float) -> None:
    found = ticks(top)
    assert found[0] == 0
    assert len(found) <= 9
    assert found[-1] <= top * (1 + 1e-6)


def test_versions_that_few_had_are_not_drawn() -> None:
    versions = (Version("a", 20, 0.25), Version("b", 19, 0.5), Version("c", 40, 0.75))
    item = Item("q", 79, facility=0.5, facility_low=0.4, facility_high=0.6, versions=versions)
    assert len(starts(mean_among_versions(item, 20), "version")) == 2
    assert mean_among_versions(Item("q", 0), 20) == ""
