"""What a report draws of a course: its days as a calendar, and its weeks with the score and the time."""

from collections.abc import Iterator, Sequence
from datetime import date

from feedback.analysis.course import Course, Sitting
from feedback.analysis.findings import Findings
from feedback.rendering.blocks import AnyBlock, Chart
from feedback.rendering.charts.weeks import HALF_WEEKS, WIDE_WEEKS, Weeks, weeks_chart
from feedback.rendering.courses import (
    MAX_WEEKS,
    calendar_drawings,
    calendar_legend,
    drawings,
    fits_half,
    latest_weeks,
)
from feedback.rendering.limits import EARLIER_DAYS
from feedback.rendering.words import Words

_LONG_ENOUGH = 2
# The calendar reaches to the deadline, of a course at most so many times as long as the work.
_WITHIN = 2


def calendar_heading(findings: Findings, words: Words) -> str:
    """On how many days the student worked, and in how many weeks."""
    course = findings.course
    if course is None:
        return ""
    days = len(course.days)
    if len(course.weeks) < _LONG_ENOUGH:
        return words.count("You worked on {number} day", "You worked on {number} days", days)
    return words.count(
        "You worked on {number} day, in {worked} of {weeks} weeks",
        "You worked on {number} days, in {worked} of {weeks} weeks",
        days,
        worked=words.number(course.weeks_worked),
        weeks=words.number(len(course.weeks)),
    )


def side_by_side(findings: Findings, words: Words) -> bool:
    """Whether the calendar and the weeks stand beside each other: where there are both, and few enough weeks."""
    course = findings.course
    if course is None or len(course.days) < _LONG_ENOUGH or len(course.weeks) < _LONG_ENOUGH:
        return False
    first, last, _ = _shown(course, words)
    return not {"calendar", "progress"} & set(findings.hide) and fits_half(first, last)


def calendar_blocks(findings: Findings, words: Words, *, half: bool) -> Iterator[AnyBlock]:
    """The days as a calendar, to the deadline where one was given; nothing of a single day.

    With `half` it stands on half of the page, beside the weeks.
    """
    course = findings.course
    if course is None or len(course.days) < _LONG_ENOUGH:
        return
    first, last, deadline = _shown(course, words)
    amounts = {day.on: day.events for day in course.days}
    drawing, phone = calendar_drawings(amounts, first, last, deadline, words, half=half)
    yield Chart(
        drawing=drawing,
        title=words.text("Calendar of your days"),
        description=_in_words(course, words),
        caption=_caption(course, first, words),
        legend=tuple(calendar_legend(words, deadline=deadline is not None)),
        narrow=half,
        phone=phone,
    )


def _shown(course: Course, words: Words) -> tuple[date, date, date | None]:
    """The days to show: to the deadline, where it is not so far that the work would be lost in the calendar."""
    first, last = course.days[0].on, course.days[-1].on
    due = None if course.deadline is None else words.local(course.deadline).date()
    if due is not None and last < due and (due - first).days <= _WITHIN * max((last - first).days, 14):
        last = due
    first = latest_weeks(first, last)
    return first, last, due if due is not None and first <= due <= last else None


def _in_words(course: Course, words: Words) -> str:
    most = max(course.days, key=lambda day: day.events)
    told = words.text(
        "A square for each day, a column for each week from Monday. Most entries were on {day}: {events}. "
        "The weeks below give the same in words.",
        day=words.calendar_day(most.on),
        events=words.number(most.events),
    )
    if course.longest_break_days:
        longest = words.count(
            "The longest break was {number} day.", "The longest break was {number} days.", course.longest_break_days
        )
        told = f"{told} {longest}"
    return told


def _caption(course: Course, first: date, words: Words) -> str:
    parts = [
        words.text(
            "{first} – {last}, days in {zone}.",
            first=words.calendar_day(course.days[0].on),
            last=words.calendar_day(course.days[-1].on),
            zone=words.time_zone,
        )
    ]
    if course.deadline is not None:
        parts.append(words.text("Deadline: {at}.", at=words.moment(course.deadline, with_day=True)))
        parts.append(_before_deadline(course, words))
    if earlier := sum(day.on < first for day in course.days):
        parts.append(words.count(*EARLIER_DAYS, earlier))
    return " ".join(filter(None, parts))


def _before_deadline(course: Course, words: Words) -> str:
    days = course.days_to_deadline
    if days is None or course.deadline is None:
        return ""
    if days < 0:
        return words.text("Some entries came after it.")
    if not days:
        return words.text("Your last entry came less than a day before it.")
    return words.count(
        "Your last entry came {number} day before it.", "Your last entry came {number} days before it.", days
    )


def progress_heading(findings: Findings, words: Words) -> str:
    """By when half of the points were in; without scores, what the bars are."""
    half = _half_by(findings.sittings)
    if half is None:
        return words.text("Your time, week by week")
    return words.text("Half of your points were in by {day}", day=words.day(half.end_at))


def _half_by(sittings: Sequence[Sitting]) -> Sitting | None:
    total = sum(sitting.gained or 0.0 for sitting in sittings)
    so_far = 0.0
    for sitting in sittings:
        so_far += sitting.gained or 0.0
        if total > 0 and so_far >= total / 2:
            return sitting
    return None


def progress_blocks(findings: Findings, words: Words, *, half: bool) -> Iterator[AnyBlock]:
    """The score over the weeks with the time of each; nothing for fewer than two weeks.

    With `half` it stands on half of the page, beside the calendar.
    """
    course = findings.course
    if course is None or len(course.weeks) < _LONG_ENOUGH:
        return
    weeks = course.weeks[-MAX_WEEKS:]
    earned = [week.earned or 0.0 for week in weeks]
    scored = findings.key_figures.questions_solved is not None and weeks[-1].earned is not None
    timed = any(week.seconds for week in weeks)
    top = max(findings.key_figures.score_possible or 0.0, *earned, 0.0)
    what = Weeks(
        [words.short_day(week.starts_on) for week in weeks],
        [week.seconds if timed else week.events for week in weeks],
        earned if scored else None,
        [(value, words.score(value, top)) for value in (0.0, top / 2, top)] if scored else (),
    )
    bars = words.text("bars: time in sittings") if timed else words.text("bars: entries")
    caption = words.text("A step for each week from Monday; {bars}.", bars=bars)
    if scored:
        caption = words.text("Line: your score at the end of each week from Monday; {bars}.", bars=bars)
    drawing, phone = drawings(lambda size: weeks_chart(what, size), WIDE_WEEKS, HALF_WEEKS, words, half=half)
    yield Chart(
        drawing=drawing,
        title=words.text("Score and time over the weeks") if scored else words.text("Time over the weeks"),
        description=words.count(
            "{number} week from {first} on. The weeks below give the same in words.",
            "{number} weeks from {first} on. The weeks below give the same in words.",
            len(weeks),
            first=words.calendar_day(weeks[0].starts_on),
        ),
        caption=caption,
        narrow=half,
        phone=phone,
    )
