"""The timeline of a student, and what it shows in words."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from feedback.analysis.findings import Findings
from feedback.analysis.outliers import near_part
from feedback.analysis.student.quality import PAGE_VISITS
from feedback.analysis.times import instant
from feedback.phrasing.i18n import N_
from feedback.phrasing.numbers import exceeds
from feedback.rendering.blocks import AnyBlock, Chart, Key, Paragraph
from feedback.rendering.characters import Coverage
from feedback.rendering.charts import Timeline, key
from feedback.rendering.charts.timeline import PHONE, WIDE, timed, timelines
from feedback.rendering.student.rows import start_of
from feedback.rendering.words import Words

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
        return words.text("What you did, and when")
    one_day = words.one_day(findings.key_figures.first_at, findings.key_figures.last_at)
    return words.text("Your score last rose at {at}", at=words.moment(rise, with_day=not one_day))


def timeline_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """The drawing with its legend, or why there is none."""
    times = [mark.at for mark in findings.marks if mark.at is not None]
    if not times:
        if findings.key_figures.events:
            yield Paragraph(words.text("No event has a time, so there is no timeline to draw."))
        return
    instants = [instant(at) for at in times]
    near = near_part(instants, findings.settings.far_off_hours)
    first, last, edges = _shown(findings, times[near[0]], times[near[-1]])
    shown = timed(findings.marks, first, last)
    scores = findings.key_figures.questions_solved is not None
    start = start_of(findings)
    what = Timeline(
        shown,
        [question.short for question in findings.questions],
        first,
        last,
        scores,
        edges,
        next((question.number for question in findings.questions if question.alias == start), 0),
    )
    sizes = (WIDE, PHONE) if words.legible.coverage is Coverage.BROWSER else (WIDE,)
    wide, *phone = timelines(what, words.zone, words.say, sizes)
    yield Chart(
        drawing=wide,
        title=words.text("Best score of each question over time") if scores else words.text("Events by question"),
        description=_description(findings, words, first, last),
        caption=_caption(findings, first, last, len(times) - len(shown), words),
        legend=tuple(_legend(findings, words, scores=scores)),
        phone=phone[0] if phone else None,
    )


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
    best: dict[int, float] = {}
    last = None
    for mark in findings.marks:
        if mark.score is not None and exceeds(mark.score, best.get(mark.question, 0.0)):
            best[mark.question] = mark.score
            last = mark.at or last
    return last


def _caption(findings: Findings, first: datetime, last: datetime, outside: int, words: Words) -> str:
    caption = words.text("{span}, times in {zone}.", zone=words.time_zone, span=words.span(first, last))
    if outside:
        beyond = words.count("{number} far-off event is not drawn.", "{number} far-off events are not drawn.", outside)
        caption = f"{caption} {beyond}"
    visits = next((note.text for note in findings.data_notes if note.code == PAGE_VISITS), "")
    return f"{caption} {words.legible(visits)}" if visits else caption


def _description(findings: Findings, words: Words, first: datetime, last: datetime) -> str:
    figures = findings.key_figures
    counts = [words.count("{number} try", "{number} tries", figures.attempts)]
    if figures.saves:
        counts.insert(0, words.count("{number} save", "{number} saves", figures.saves))
    return words.text(
        "{span}, one row for each of {questions}: {counts}. The table of questions gives the same in numbers.",
        span=words.span(first, last),
        questions=words.count("{number} question", "{number} questions", figures.questions),
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
    if findings.key_figures.looks or kinds.get("view"):
        yield Key(key("look"), words.text("look"))
