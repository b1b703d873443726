"""The timeline of a student, and what it shows in words."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from feedback.analysis.findings import Findings, Mark
from feedback.analysis.outliers import far_off_hours, near_part
from feedback.analysis.student.quality import PAGE_VISITS
from feedback.analysis.times import instant
from feedback.phrasing.i18n import N_
from feedback.phrasing.numbers import exceeds
from feedback.rendering.blocks import AnyBlock, Chart, Key
from feedback.rendering.charts import Timeline, key
from feedback.rendering.charts.axes import Axis, SequenceAxis, SittingsAxis, TimeAxis
from feedback.rendering.charts.timeline import PHONE, WIDE, Size, timelines
from feedback.rendering.limits import MORE_QUESTIONS
from feedback.rendering.student.rows import rows_shown, start_of
from feedback.rendering.words import Words

# More than so many in an exam are drawn along the time.
_SITTINGS = 6
_COURSE_HEIGHT = 270
_KINDS = (
    ("save", N_("save")),
    ("submission", N_("submission")),
    ("run", N_("run or test")),
    ("compile", N_("compiled")),
    ("compile_error", N_("compile error")),
    ("hint", N_("hint")),
    ("focus_lost", N_("left the window")),
    ("start", N_("start")),
    ("finish", N_("end")),
    ("other", N_("other event")),
)


def timeline_heading(findings: Findings, words: Words) -> str:
    """What the drawing shows: when the score last rose, where there is one."""
    rise = _last_rise(findings)
    if rise is None:
        times = findings.key_figures.first_at is not None
        return words.text("What you did, and when") if times else words.text("What you did, in order")
    if findings.course is not None:
        return words.text("Your score last rose on {day}", day=words.day(rise))
    one_day = words.one_day(findings.key_figures.first_at, findings.key_figures.last_at)
    return words.text("Your score last rose at {at}", at=words.moment(rise, with_day=not one_day))


def timeline_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """The drawing with its legend: along the time, along the sittings, or in the order of the log without times."""
    if not findings.marks:
        return
    marks = _visible(findings)
    axis, outside = _axis(findings, marks, words)
    scores = findings.key_figures.questions_solved is not None
    start = start_of(findings)
    rows = rows_shown(findings)
    what = Timeline(
        marks,
        [question.number for question in rows],
        [question.short for question in rows],
        axis,
        scores,
        outside,
        next((question.number for question in rows if question is start), 0),
    )
    sizes: Sequence[Size] = (WIDE, PHONE) if words.on_screen else (WIDE,)
    if findings.course is not None:  # with many questions, each of which shows a step
        sizes = [msgspec.structs.replace(size, height=_COURSE_HEIGHT) for size in sizes]
    wide, *phone = timelines(what, sizes)
    yield Chart(
        drawing=wide,
        title=_title(axis, words, scores=scores),
        description=_description(findings, axis, words),
        caption=" ".join(_caption(findings, axis, len(findings.questions) - len(rows), words)),
        legend=tuple(_legend(findings, words, scores=scores)),
        phone=phone[0] if phone else None,
    )


def _title(axis: Axis, words: Words, *, scores: bool) -> str:
    if not scores:
        return words.text("Events by question")
    if isinstance(axis, SequenceAxis):
        return words.text("Best score of each question, in the order of the log")
    return words.text("Best score of each question over time")


def _visible(findings: Findings) -> Sequence[Mark]:
    """The marks; where nothing was done but opened, views stand out, as they are all there is."""
    if not findings.only_opened:
        return findings.marks
    return [msgspec.structs.replace(mark, kind="save") if mark.kind == "view" else mark for mark in findings.marks]


def _axis(findings: Findings, marks: Sequence[Mark], words: Words) -> tuple[Axis, Sequence[tuple[float, float]]]:
    """The axis, and what of it lies outside the exam's window."""
    times = [mark.at for mark in findings.marks if mark.at is not None]
    if not times:
        return SequenceAxis(marks, words.say), ()
    window = findings.window is not None and findings.window.used
    if findings.course is None and not window and 1 < len(findings.sittings) <= _SITTINGS:
        spans = [(each.start_at, each.end_at) for each in findings.sittings]
        days = [words.short_day(words.local(start).date()) for start, _ in spans]
        return SittingsAxis(spans, words.zone, words.say, days if len(set(days)) > 1 else ()), ()
    hours = far_off_hours(findings.kind, findings.settings.far_off_hours)
    near = near_part([instant(at) for at in times], hours)
    first, last, edges = _shown(findings, times[near[0]], times[near[-1]])
    axis = TimeAxis(first, last, words.zone, words.say)
    return axis, [(0.0, axis.of(at)) if at == edges[0] else (axis.of(at), 1.0) for at in edges if first <= at <= last]


def _shown(findings: Findings, first: datetime, last: datetime) -> tuple[datetime, datetime, Sequence[datetime]]:
    """The time to show, and the edges of the exam's window where it is used: with events outside it, up to twice it."""
    window = findings.window
    if window is None or not window.used:
        return first, last, ()
    edges = (window.starts_at, window.ends_at)
    length = window.ends_at - window.starts_at
    if max(last, window.ends_at) - min(first, window.starts_at) > 2 * length:
        return window.starts_at, window.ends_at, edges
    return min(first, window.starts_at), max(last, window.ends_at), edges


def _last_rise(findings: Findings) -> datetime | None:
    if len(findings.marks) == 1:
        return None
    best: dict[int, float] = {}
    last = None
    for mark in findings.marks:
        if mark.score is not None and exceeds(mark.score, best.get(mark.question, 0.0)):
            best[mark.question] = mark.score
            last = mark.at or last
    return last


def _caption(findings: Findings, axis: Axis, more: int, words: Words) -> Iterator[str]:
    figures = findings.key_figures
    if isinstance(axis, SequenceAxis):
        yield words.text("No event has a time, so they stand in the order of the log.")
    elif isinstance(axis, SittingsAxis):
        spans = words.text("; ").join(words.span(each.start_at, each.end_at) for each in findings.sittings)
        yield words.text("{spans}; times in {zone}. The grey gaps are breaks.", spans=spans, zone=words.time_zone)
    elif isinstance(axis, TimeAxis):
        yield words.text("{span}, times in {zone}.", zone=words.time_zone, span=words.span(axis.first, axis.last))
    timed = [mark for mark in findings.marks if mark.at is not None]
    if beyond := sum(axis.share(mark) is None for mark in timed):
        yield words.count("{number} far-off event is not drawn.", "{number} far-off events are not drawn.", beyond)
    untimed = len(findings.marks) - len(timed)
    if untimed and figures.first_at is not None:
        yield words.count(
            "{number} event without a time is not drawn.", "{number} events without a time are not drawn.", untimed
        )
    if more:
        yield words.count(*MORE_QUESTIONS, more)
    if visits := next((note.text for note in findings.data_notes if note.code == PAGE_VISITS), ""):
        yield words.legible(visits)


def _description(findings: Findings, axis: Axis, words: Words) -> str:
    figures = findings.key_figures
    counts = []
    if figures.saves:
        counts.append(words.count("{number} save", "{number} saves", figures.saves))
    if figures.attempts or figures.submissions:
        counts.append(words.count("{number} try", "{number} tries", figures.attempts))
    if not counts:
        counts.append(words.count("{number} event", "{number} events", figures.events))
    questions = words.count("{number} question", "{number} questions", figures.questions)
    if not isinstance(axis, TimeAxis):
        return words.text(
            "One row for each of {questions}: {counts}. The table of questions gives the same in numbers.",
            questions=questions,
            counts=", ".join(counts),
        )
    return words.text(
        "{span}, one row for each of {questions}: {counts}. The table of questions gives the same in numbers.",
        span=words.span(axis.first, axis.last),
        questions=questions,
        counts=", ".join(counts),
    )


def _legend(findings: Findings, words: Words, *, scores: bool) -> Iterator[Key]:
    kinds = findings.kinds
    tries = findings.key_figures.attempts
    if scores:
        yield Key(key("step"), words.text("best score so far, from the line (0) to the top (1)"))
    for kind, name in _KINDS:
        if kinds.get(kind) and (kind != "submission" or tries):
            scored = kind == "submission" and scores
            yield Key(key("try" if scored else kind), words.text("try") if scored else words.text(name))
    if findings.only_opened and kinds.get("view"):
        yield Key(key("save"), words.text("opened"))
    elif findings.key_figures.looks or kinds.get("view"):
        yield Key(key("look"), words.text("look"))
