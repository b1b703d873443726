"""The timeline of a student, and what it shows in words."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from feedback.analysis.findings import Findings
from feedback.analysis.outliers import near_range
from feedback.analysis.times import instant
from feedback.rendering.blocks import AnyBlock, Chart, Key, Paragraph
from feedback.rendering.charts import Timeline, key, timeline
from feedback.rendering.words import Words


def timeline_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """The drawing with its legend, or why there is none."""
    times = [mark.at for mark in findings.marks if mark.at is not None]
    if not times:
        yield Paragraph(words.text("No event has a time, so there is no timeline to draw."))
        return
    near = _near(times, findings.settings.far_off_hours)
    first, last = near[0], near[-1]
    pauses = findings.rhythm.pauses
    yield Chart(
        drawing=timeline(Timeline(findings.marks, pauses, len(findings.questions), first, last), words.zone),
        title=words.text("Timeline of events by question"),
        description=_description(findings, words, first, last),
        caption=_caption(first, last, len(times) - len(near), words),
        legend=tuple(_legend(findings, words)),
    )


def _near(times: Sequence[datetime], far_off_hours: float) -> Sequence[datetime]:
    """Those of the times, which are in order, that are not far off the others."""
    if times[-1] - times[0] <= timedelta(hours=far_off_hours):
        return times  # no two are as far apart as one would have to be from the rest
    instants = [instant(at) for at in times]
    low, high = near_range(instants, far_off_hours)
    return times[bisect_left(instants, low) : bisect_right(instants, high)]


def _caption(first: datetime, last: datetime, outside: int, words: Words) -> str:
    caption = words.text("{span}, times in {zone}.", zone=words.time_zone, span=words.span(first, last))
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
    scored = figures.questions_solved is not None
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
