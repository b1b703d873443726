"""The drawings: everything inside, nothing lost, and clock times where people expect them."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.analysis import analyse
from feedback.analysis.findings import Kind, Mark
from feedback.contract.languages import LANGUAGES
from feedback.phrasing.i18n import speech
from feedback.rendering import RenderOptions
from feedback.rendering.characters import Coverage, Legible
from feedback.rendering.charts import Timeline, distribution, heat_strip, key, progress, strip
from feedback.rendering.charts.axes import SequenceAxis, SittingsAxis, TimeAxis
from feedback.rendering.charts.calendar import HALF_CALENDAR, WIDE_CALENDAR, Calendar, CalendarSize, calendar
from feedback.rendering.charts.svg import Label
from feedback.rendering.charts.ticks import clock_ticks
from feedback.rendering.charts.timeline import timelines
from feedback.rendering.charts.weeks import Weeks, weeks_chart
from feedback.rendering.words import Words
from tests.harness.exams import MANY_QUESTIONS, exam

ENGLISH = speech("en")
START = datetime(2024, 7, 21, 9, 3, 20, tzinfo=UTC)
MOVE = re.compile(r"M(-?[\d.]+) (-?[\d.]+)")
zones = st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati"])


def draw(marks: list[Mark], questions: int) -> str:
    times = [mark.at for mark in marks if mark.at]
    scores = any(mark.score is not None for mark in marks)
    labels = [f"Q{n}" for n in range(1, questions + 1)]
    axis = TimeAxis(min(times), max(times), ZoneInfo("UTC"), ENGLISH)
    return drawn(Timeline(marks, range(1, questions + 1), labels, axis, scores))


def drawn(what: Timeline) -> str:
    [drawing] = timelines(what)
    return drawing.svg


def path(svg: str, name: str) -> str:
    found = re.search(rf'<path class="{name}"[^>]* d="([^"]*)"', svg)
    return found[1] if found else ""


def test_saves_submissions_and_other_events_differ_in_shape_and_colour() -> None:
    kinds: tuple[Kind, ...] = ("save", "submission", "other", "hint", "start", "finish")
    marks = [Mark(START + timedelta(minutes=n), 1, kind) for n, kind in enumerate(kinds)]
    svg = draw(marks, 1)
    outlines = [
        re.sub(r"M[\d.]+ [\d.]+", "", key(name)) for name in (*kinds, "look", "step", "focus_lost", "compile", "run")
    ]
    assert len(set(outlines)) == len(outlines)
    assert all(path(svg, name) for name in ("save", "ink", "other"))


def test_a_step_stands_as_high_as_its_score_and_a_question_to_look_at_has_the_other_colour() -> None:
    def top(score: float) -> float:
        svg = draw([Mark(START, 1, "submission", score), Mark(START + timedelta(minutes=9), 2, "submission", 0.0)], 2)
        return min(float(y) for y in re.findall(r"V([\d.]+)H", path(svg, "score-line")))

    tops = [top(score) for score in (0.1, 0.25, 0.5, 0.75, 1.0)]
    assert tops == sorted(tops, reverse=True)
    assert tops[0] - tops[-1] == pytest.approx((tops[0] - tops[2]) * 0.9 / 0.4, abs=0.3)
    marks = [Mark(START, 1, "submission", 0.5), Mark(START + timedelta(minutes=1), 2, "submission", 0.5)]
    axis = TimeAxis(START, START + timedelta(minutes=1), UTC, ENGLISH)
    svg = drawn(Timeline(marks, (1, 2), ["Q1", "Q2"], axis, True, (), 2))
    assert path(svg, "low-line")
    assert 'class="label-low"' in svg


def test_events_that_stand_apart_all_have_their_mark_and_those_on_one_spot_share_it() -> None:
    marks = [Mark(START + timedelta(minutes=n), 1 + n % 8, "save") for n in range(300)]
    svg = draw([*marks, *marks], 8)
    assert len(MOVE.findall(path(svg, "save"))) == 300


def test_the_time_outside_the_exam_s_window_is_shaded() -> None:
    def shaded(start: int, end: int) -> str:
        axis = TimeAxis(START, START + timedelta(minutes=60), UTC, ENGLISH)
        outside = ((0.0, start / 60), (end / 60, 1.0))
        return path(drawn(Timeline((), (1,), ["Q1"], axis, False, outside)), "pause")

    assert shaded(0, 60) == ""
    assert shaded(10, 60).count("M") == shaded(0, 50).count("M") == 1
    assert shaded(10, 50).count("M") == 2


def test_sittings_stand_side_by_side_with_their_breaks_cut_out() -> None:
    spans = [(START, START + timedelta(hours=1)), (START + timedelta(days=7), START + timedelta(days=7, hours=3))]
    axis = SittingsAxis(spans, UTC, ENGLISH)
    ends = [axis.share(Mark(at, 1, "save")) for span in spans for at in span]
    assert ends == pytest.approx([0, 0.2425, 0.2725, 1])
    assert axis.share(Mark(START + timedelta(days=3), 1, "save")) is None
    assert list(axis.cuts[0]) == pytest.approx([0.2425, 0.2725])
    assert all(0 <= share <= 1 for share, _ in axis.ticks(9))


def test_events_without_times_stand_in_their_order_at_equal_steps() -> None:
    marks = [Mark(None, 1, "save") for _ in range(101)]
    axis = SequenceAxis(marks, ENGLISH)
    assert [axis.share(mark) for mark in marks] == pytest.approx([n / 100 for n in range(101)])
    assert [text for _, text in axis.ticks(9)] == ["1", "20", "40", "60", "80", "100"]


@pytest.mark.parametrize(
    ("events", "numbers"),
    [(1, ["1"]), (2, ["1", "2"]), (9, list("123456789")), (10, ["1", "2", "4", "6", "8", "10"])],
)
def test_the_order_is_numbered_from_the_first_event_each_where_its_mark_stands(events: int, numbers: list[str]) -> None:
    marks = [Mark(None, 1, "save") for _ in range(events)]
    axis = SequenceAxis(marks, ENGLISH)
    assert [text for _, text in axis.ticks(9)] == numbers
    assert [place for place, _ in axis.ticks(9)] == [axis.share(marks[int(number) - 1]) for number in numbers]


def test_an_event_alone_stands_in_the_middle_with_its_number() -> None:
    mark = Mark(None, 1, "save")
    axis = SequenceAxis([mark], ENGLISH)
    assert axis.share(mark) == 0.5
    svg = drawn(Timeline([mark], (1,), ["Q1"], axis, False))
    assert len(MOVE.findall(path(svg, "rule"))) == 1
    assert svg.count(">1</text>") == 1


def test_a_calendar_has_a_square_a_day_and_weeks_that_do_not_fit_stand_below() -> None:
    def squares(days: int) -> tuple[int, int]:
        first = date(2025, 3, 3)
        what = Calendar({first: 3}, first, first + timedelta(days=days - 1), ENGLISH.weekdays(), str)
        svg = calendar(what, HALF_CALENDAR).svg
        return path(svg, "heat0").count("M") + path(svg, "heat5").count("M"), svg.count(">Mon<")

    assert squares(98) == (98, 1)
    assert squares(7 * HALF_CALENDAR.weeks + 1) == (7 * HALF_CALENDAR.weeks + 1, 2)


@pytest.mark.parametrize("size", [WIDE_CALENDAR, HALF_CALENDAR])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("weeks", [1, 8, 14, 16, 40])
def test_the_dates_above_a_calendar_stand_apart(size: CalendarSize, language: str, weeks: int) -> None:
    words, first = Words(language, RenderOptions(), Legible(Coverage.BROWSER)), date(2025, 3, 3)
    what = Calendar({}, first, first + timedelta(days=7 * weeks - 1), words.say.weekdays(), words.short_day)
    rows: dict[float, list[Label]] = {}
    for label in calendar(what, size).labels:
        if label.anchor == "start":
            rows.setdefault(label.y, []).append(label)
    assert rows
    for dates in rows.values():
        assert all(one.x + 0.6 * size.type * len(one.text) < other.x for one, other in pairwise(dates))


def test_the_weeks_of_a_course_show_the_score_as_high_as_it_is_and_a_bar_for_each_week_with_time() -> None:
    what = Weeks(["3 Mar", "10 Mar", "17 Mar"], [60.0, 0.0, 120.0], [1.0, 1.0, 4.0], ((0.0, "0"), (4.0, "4")))
    svg = weeks_chart(what).svg
    assert path(svg, "time").count("M") == 2
    heights = [float(y) for y in re.findall(r"L[\d.]+ ([\d.]+)", path(svg, "score-line"))]
    assert heights[0] == heights[1] > heights[2] == 8.0
    assert "score-line" not in weeks_chart(Weeks(["3 Mar"], [60.0], None)).svg


def test_forty_questions_take_no_more_room_than_ten() -> None:
    heights = [float(re.search(r'viewBox="0 0 \d+ ([\d.]+)"', draw(list(analyse(who).marks), n))[1])  # type: ignore[index]
               for who, n in ((exam(200, 10), 10), (MANY_QUESTIONS, 40))]  # fmt: skip
    assert heights[0] == heights[1]


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 30), st.sampled_from([None, 0.0, 0.3, 1.0])), min_size=1),
)
def test_no_mark_leaves_the_drawing(points: list[tuple[int, int, float | None]]) -> None:
    marks = [Mark(START + timedelta(seconds=s), q, "submission", score) for s, q, score in points]
    svg = draw(marks, 30)
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups())  # type: ignore[union-attr]
    for x, y in MOVE.findall(svg):
        assert 0 <= float(x) <= width
        assert 0 <= float(y) <= height


@given(zones, st.integers(0, 10**9), st.integers(0, 10**9))
def test_ticks_are_few_inside_the_window_and_round_on_the_clock_of_the_zone(zone: str, start: int, length: int) -> None:
    first = START + timedelta(seconds=start)
    last = first + timedelta(seconds=length)
    ticks = clock_ticks(first, last, ZoneInfo(zone), ENGLISH)
    assert len(ticks) <= 12
    assert all(first <= at <= last for at, _ in ticks)
    assert len({at for at, _ in ticks}) == len(ticks)
    if 7200 <= length <= 10 * 3600:
        assert all(at.astimezone(ZoneInfo(zone)).minute % 5 == 0 for at, _ in ticks)


def test_an_exam_of_two_hours_is_ticked_every_quarter() -> None:
    labels = [text for _, text in clock_ticks(START, START + timedelta(hours=2), ZoneInfo("UTC"), ENGLISH)]
    assert labels == ["09:15", "09:30", "09:45", "10:00", "10:15", "10:30", "10:45", "11:00"]


def test_ticks_stay_on_the_hour_across_a_clock_change() -> None:
    first = datetime(2024, 10, 26, 22, 30, tzinfo=UTC)
    labels = [text for _, text in clock_ticks(first, first + timedelta(hours=8), ZoneInfo("Europe/Berlin"), ENGLISH)]
    assert [label for label in labels if not label.split()[0].endswith(":00") and "Oct" not in label] == []


def test_the_ends_of_the_calendar_have_no_ticks_rather_than_a_fault() -> None:
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        assert isinstance(clock_ticks(first, last, ZoneInfo(zone), ENGLISH), list)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_a_score_line_has_a_step_for_every_submission(scores: list[float]) -> None:
    assert path(progress(scores), "score-line").count("V") == len(scores)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_columns_are_drawn_for_what_is_there(counts: list[int]) -> None:
    present = sum(count > 0 for count in counts)
    assert len(MOVE.findall(path(distribution(counts), "save"))) == present
    assert len(MOVE.findall(path(strip(counts), "submission"))) == present


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=120))
def test_a_heat_strip_has_a_cell_for_every_bin_with_events(counts: list[int]) -> None:
    starts = [START + timedelta(minutes=position) for position in range(len(counts))]
    svg = heat_strip(counts, starts, starts[-1] + timedelta(minutes=1), ZoneInfo("UTC"), ENGLISH).svg
    cells = sum(len(MOVE.findall(path(svg, f"heat{level}"))) for level in range(1, 6))
    assert cells == sum(count > 0 for count in counts)


def test_a_heat_strip_may_reach_to_the_end_of_the_calendar() -> None:
    starts = [datetime(9999, 12, 31, hour, 30, tzinfo=UTC) for hour in (21, 22, 23)]
    svg = heat_strip([1, 1, 1], starts, datetime.max.replace(tzinfo=UTC), ZoneInfo("UTC"), ENGLISH).svg
    assert len(MOVE.findall(path(svg, "heat5"))) == 3


def test_an_hour_that_comes_twice_takes_the_room_of_two() -> None:
    starts = [datetime(2024, 10, 26, 22, tzinfo=UTC), datetime(2024, 10, 27, 1, tzinfo=UTC)]
    svg = heat_strip([1, 1], starts, datetime(2024, 10, 27, 2, tzinfo=UTC), ZoneInfo("Europe/Berlin"), ENGLISH).svg
    assert [float(x) for x, _ in MOVE.findall(path(svg, "heat5"))] == [0, 525]
