"""What a report says of a course, and of an exam in several sittings, in tables: week by week, sitting by sitting."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from feedback.analysis.course import Sitting, Week
from feedback.analysis.findings import Findings
from feedback.phrasing.phrases import NONE
from feedback.rendering.blocks import AnyBlock, Column, Table
from feedback.rendering.limits import EARLIER, PERIODS, left_out
from feedback.rendering.words import Words

_NAMED_QUESTIONS = 6


def week_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """Week by week what was worked on, and what it brought."""
    course = findings.course
    if course is None:
        return
    worked = [week for week in course.weeks if week.days]
    names = {question.alias: question.short for question in findings.questions}
    scored = any(week.gained is not None for week in worked)
    columns = [
        Column(words.text("Week from"), 2),
        Column(words.text("Days"), numeric=True),
        Column(words.text("Sittings"), 1.2, numeric=True),
        Column(words.text("Time"), 1.4, numeric=True),
        Column(words.text("Worked on"), 4),
    ]
    if scored:
        columns.append(Column(words.text("Points gained"), 1.4, numeric=True))
        columns.append(Column(words.text("Score so far"), 1.4, numeric=True))
    shown = worked[-PERIODS.of(words) :]
    yield Table(
        words.text("Every week with work; times are those in sittings"),
        tuple(columns),
        tuple(tuple(_week(week, names, words, scored=scored)) for week in shown),
    )
    yield from left_out(len(worked) - len(shown), EARLIER, words)


def _week(week: Week, names: Mapping[str, str], words: Words, *, scored: bool) -> Iterator[str]:
    yield words.calendar_day(week.starts_on)
    yield words.number(week.days)
    yield words.number(week.sittings)
    yield _length(week.seconds, words)
    yield _questions(week.questions, names, words)
    if scored:
        yield _gain(week.gained, words)
        yield words.number(week.earned)


def sitting_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """Every sitting with its day, its clock times and its length."""
    if len(findings.sittings) < 2:
        return
    names = {question.alias: question.short for question in findings.questions}
    scored = any(sitting.gained is not None for sitting in findings.sittings)
    columns = [
        Column(words.text("Day"), 2),
        Column(words.text("From"), 1.2, numeric=True),
        Column(words.text("To"), 1.2, numeric=True),
        Column(words.text("Length"), 1.4, numeric=True),
        Column(words.text("Entries"), 1.2, numeric=True),
        Column(words.text("Worked on"), 4),
    ]
    if scored:
        columns.append(Column(words.text("Points gained"), 1.4, numeric=True))
    shown = findings.sittings[-PERIODS.of(words) :]
    yield Table(
        words.text("Sittings: work without a break over {gap}", gap=words.duration(60 * _gap(findings))),
        tuple(columns),
        tuple(tuple(_sitting(each, names, words, scored=scored)) for each in shown),
    )
    yield from left_out(len(findings.sittings) - len(shown), EARLIER, words)


def _gap(findings: Findings) -> float:
    return findings.settings.sitting_gap_minutes


def _sitting(sitting: Sitting, names: Mapping[str, str], words: Words, *, scored: bool) -> Iterator[str]:
    yield words.day(sitting.start_at)
    yield words.clock(sitting.start_at)
    alone = sitting.end_at - sitting.start_at < timedelta(minutes=1)
    yield NONE if alone else words.clock(sitting.end_at)
    yield NONE if alone else words.duration(sitting.seconds)
    yield words.number(sitting.events)
    yield _questions(sitting.questions, names, words)
    if scored:
        yield _gain(sitting.gained, words)


def _length(seconds: float, words: Words) -> str:
    return words.duration(seconds) if seconds >= 60 else NONE


def _gain(points: float | None, words: Words) -> str:
    if points is None or abs(points) < 0.005:
        return NONE
    return f"+{words.number(points)}" if points > 0 else words.number(points)


def _questions(aliases: Sequence[str], names: Mapping[str, str], words: Words) -> str:
    shown = ", ".join(words.legible(names[alias]) for alias in aliases[:_NAMED_QUESTIONS])
    if len(aliases) <= _NAMED_QUESTIONS:
        return shown
    return words.text("{names} and {number} more", names=shown, number=words.number(len(aliases) - _NAMED_QUESTIONS))
