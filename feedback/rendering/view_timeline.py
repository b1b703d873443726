"""The timeline of a student, and what it shows in words."""

from collections.abc import Iterator
from datetime import datetime

from feedback.analysis.findings import Findings
from feedback.analysis.outliers import near_range
from feedback.analysis.times import instant
from feedback.rendering.blocks import AnyBlock, Chart, Key, Paragraph
from feedback.rendering.charts import Timeline, key, timeline
from feedback.rendering.words import Words


def timeline_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """The drawing with its legend, or why there is none."""
    times = sorted(mark.at for mark in findings.marks if mark.at is not None)
    if not times:
        yield Paragraph(words.text("No event has a time, so there is no timeline to draw."))
        return
    first, last = _window(times, findings.settings.far_off_hours)
    pauses = findings.rhythm.pauses
    yield Chart(
        drawing=timeline(Timeline(findings.marks, pauses, len(findings.questions), first, last), words.zone),
        title=words.text("Timeline of events by question"),
        description=_description(findings, words, first, last),
        caption=_caption(times, words, first, last),
        legend=tuple(_legend(findings, words)),
    )


def _window(times: list[datetime], far_off_hours: float) -> tuple[datetime, datetime]:
    """The first and last time that is not far off the others."""
    low, high = near_range([instant(at) for at in times], far_off_hours)
    near = [at for at in times if low <= instant(at) <= high]
    return near[0], near[-1]


def _caption(times: list[datetime], words: Words, first: datetime, last: datetime) -> str:
    caption = words.text("{span}, times in {zone}.", zone=words.time_zone, span=words.span(first, last))
    outside = sum(not first <= at <= last for at in times)
    if outside:
        beyond = words.count("{number} far-off event is not drawn.", "{number} far-off events are not drawn.", outside)
        caption = f"{caption} {beyond}"
    return caption


def _description(findings: Findings, words: Words, first: datetime, last: datetime) -> str:
    figures = findings.key_figures
    return words.text(
        "{span}, one row for each of {questions}: {saves} and {submissions}. "
        "The table of questions and the path below give the same in numbers.",
        span=words.span(first, last),
        questions=words.count("{number} question", "{number} questions", figures.questions),
        saves=words.count("{number} save", "{number} saves", figures.saves),
        submissions=words.count("{number} submission", "{number} submissions", figures.submissions),
    )


def _legend(findings: Findings, words: Words) -> Iterator[Key]:
    figures = findings.key_figures
    scored = any(mark.score is not None for mark in findings.marks)
    if figures.saves:
        yield Key(key("save"), words.text("save"))
    if figures.submissions:
        yield Key(
            key("scored" if scored else "submission"),
            words.text("submission, filled to its score") if scored else words.text("submission"),
        )
    if figures.other_events:
        yield Key(key("other"), words.text("other event"))
    if findings.rhythm.pauses:
        minutes = words.number(findings.settings.pause_minutes)
        yield Key(key("pause"), words.text("pause of {minutes} min or more", minutes=minutes))
