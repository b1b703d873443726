"""A class over the weeks of a course: its calendar, its weeks in numbers, and who has gone quiet."""

from collections.abc import Iterator, Sequence

import msgspec

from feedback.analysis.cohort.course import ClassCourse
from feedback.analysis.cohort.findings import ClassFindings
from feedback.phrasing.phrases import NONE
from feedback.rendering.blocks import AnyBlock, Cell, Chart, Column, Paragraph, Section, Table
from feedback.rendering.charts.weeks import HALF_BARS, WIDE_BARS, Weeks, weeks_chart
from feedback.rendering.courses import (
    MAX_WEEKS,
    calendar_drawings,
    calendar_legend,
    drawings,
    fits_half,
    latest_weeks,
)
from feedback.rendering.limits import CLASS_WEEKS, EARLIER_DAYS, EARLIER_WEEKS, MORE, left_out
from feedback.rendering.words import Words

QUIET_SHOWN = 12


def course_sections(course: ClassCourse, words: Words) -> Iterator[Section]:
    """The days as a calendar, the weeks as bars, side by side where both fit, and the weeks in numbers."""
    drawn = _latest(course)
    half = fits_half(drawn.days[0].on, drawn.days[-1].on)
    earlier = len(course.days) - len(drawn.days)
    days, weeks = _days(drawn, earlier, words, half=half), _bars(drawn, words, half=half)
    yield Section("calendar", words.text("When the class worked"), (days,), half=half)
    yield Section("weeks-at-work", _busiest(course, drawn, words), (weeks,), half=half)
    yield Section("weeks", words.text("The class week by week"), tuple(_weeks(course, words)))


def _latest(course: ClassCourse) -> ClassCourse:
    """The course without the days and weeks that lie too far back to be drawn."""
    first = latest_weeks(course.days[0].on, course.days[-1].on)
    days = tuple(day for day in course.days if day.on >= first)
    return msgspec.structs.replace(course, days=days, weeks=course.weeks[-MAX_WEEKS:])


def _busiest(course: ClassCourse, drawn: ClassCourse, words: Words) -> str:
    """The week with the most students at work; where several had as many, or it is not drawn, what the bars are."""
    most = max(week.students for week in course.weeks)
    first, *others = [week for week in course.weeks if week.students == most]
    if others or first not in drawn.weeks:
        return words.text("Students at work, week by week")
    return words.text("The busiest week: from {day}", day=words.calendar_day(first.starts_on))


def _days(course: ClassCourse, earlier: int, words: Words, *, half: bool) -> Chart:
    first, last = course.days[0].on, course.days[-1].on
    deadline = None if course.deadline is None else words.local(course.deadline).date()
    if deadline is not None and not first <= deadline <= last:
        deadline = None
    amounts = {day.on: day.events for day in course.days}
    drawing, phone = calendar_drawings(amounts, first, last, deadline, words, half=half)
    return Chart(
        drawing=drawing,
        title=words.text("Calendar of the class"),
        description=words.text(
            "A square for each day, a column for each week from Monday. The table below gives the weeks in numbers."
        ),
        caption=_days_caption(course, earlier, words),
        legend=tuple(calendar_legend(words, deadline=deadline is not None)),
        narrow=half,
        phone=phone,
    )


def _days_caption(course: ClassCourse, earlier: int, words: Words) -> str:
    """The day with the most entries, and how many `earlier` days are not drawn."""
    most = max(course.days, key=lambda day: day.events)
    parts = [
        words.text(
            "Entries of the class on each day. Most on {day}: {events} of {students}. Days in {zone}.",
            day=words.calendar_day(most.on),
            events=words.count("{number} entry", "{number} entries", most.events),
            students=words.count("{number} student", "{number} students", most.students),
            zone=words.time_zone,
        )
    ]
    if earlier:
        parts.append(words.count(*EARLIER_DAYS, earlier))
    return " ".join(parts)


def _bars(course: ClassCourse, words: Words, *, half: bool) -> Chart:
    weeks = course.weeks
    most = max(week.students for week in weeks)
    what = Weeks(
        [words.short_day(week.starts_on) for week in weeks],
        [week.students for week in weeks],
        None,
        ((0.0, words.number(0)), (float(most), words.number(most))),
    )
    drawing, phone = drawings(lambda size: weeks_chart(what, size), WIDE_BARS, HALF_BARS, words, half=half)
    return Chart(
        drawing=drawing,
        title=words.text("Students at work, week by week"),
        description=words.text("A bar for each week. The table below gives the weeks in numbers."),
        caption=words.text("Students with an entry, week by week from Monday."),
        narrow=half,
        phone=phone,
    )


def _weeks(course: ClassCourse, words: Words) -> Iterator[AnyBlock]:
    shown = course.weeks[-CLASS_WEEKS.of(words) :]
    most = max(week.students for week in course.weeks)
    columns = (
        Column(words.text("Week from"), 2),
        Column(words.text("Students at work"), 1.6, numeric=True),
        Column(words.text("Of the busiest week"), 1.6, numeric=True),
        Column(words.text("Entries"), 1.2, numeric=True),
        Column(words.text("Tries"), 1.2, numeric=True),
    )
    rows = tuple(
        (
            words.calendar_day(week.starts_on),
            words.number(week.students),
            words.percent(week.students / most) if week.students else NONE,
            words.number(week.events),
            words.number(week.attempts),
        )
        for week in shown
    )
    yield Table(words.text("Every week from the first entry to the last"), columns, rows)
    yield from left_out(len(course.weeks) - len(shown), EARLIER_WEEKS, words)


def quiet_blocks(findings: ClassFindings, words: Words, links: Sequence[str]) -> Iterator[AnyBlock]:
    """The students who stopped with something left to do, those who stopped last first."""
    course = findings.course
    if course is None:
        return
    days = findings.settings.quiet_days
    if not course.quiet:
        yield Paragraph(
            words.count(
                "Nobody with work left has been without an entry for {number} day or more.",
                "Nobody with work left has been without an entry for {number} days or more.",
                days,
            )
        )
        return
    named = any(each.name for each in course.quiet)
    columns = [Column(words.text("Student"), 2.6)]
    if named:
        columns.append(Column(words.text("Name"), 2.2))
    columns += [Column(words.text("Last entry"), 2), Column(words.text("Days before the end"), 1.6, numeric=True)]
    yield Table(
        words.count(
            "{number} student with work left and no entry in the last {days} days to {last}",
            "{number} students with work left and no entry in the last {days} days to {last}; those who stopped last "
            "first",
            len(course.quiet),
            days=words.number(days),
            last=words.calendar_day(course.last_day),
        ),
        tuple(columns),
        tuple(
            (
                Cell(words.foreign(each.student_id), href=links[each.row] if each.row < len(links) else ""),
                *([words.foreign(each.name) if each.name else NONE] if named else []),
                words.day(each.last_at),
                words.number(each.days),
            )
            for each in course.quiet[:QUIET_SHOWN]
        ),
    )
    yield from left_out(len(course.quiet) - QUIET_SHOWN, MORE, words)
