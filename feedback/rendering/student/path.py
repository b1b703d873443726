"""The way through the questions, and its rhythm."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from feedback.analysis.findings import Compiling, Findings, LateShare, Pause, Run
from feedback.rendering.blocks import AnyBlock, Paragraph, Path, Step, Term, Terms
from feedback.rendering.limits import Limit
from feedback.rendering.words import Words

# A longer path is told by its ends.
_STEPS = Limit(on_screen=400, printed=160)
_TOLD_SECONDS = 60
_TOLD_PAUSES = 5
# What a line of the PDF holds for certain, however many digits the aliases have.
_PRINTED_CHARACTERS = 112


def path_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """Every visit with its events and its time."""
    if not findings.path:
        return
    yield Paragraph(
        words.text(
            "{visits} and {switches}. ×n counts the events of a visit; times under a minute are left out.",
            visits=words.count("{number} visit", "{number} visits", len(findings.path)),
            switches=words.count(
                "{number} switch from one question to another",
                "{number} switches from one question to another",
                findings.key_figures.switches,
            ),
        )
    )
    with_day = not words.one_day(findings.key_figures.first_at, findings.key_figures.last_at)
    runs: Sequence[Run] = findings.path
    # In a log of page visits the time of a visit is all the time before it.
    gap = math.inf if findings.log_kind == "visits" else findings.settings.session_gap_minutes
    begun = _begun(runs, gap)
    names = {question.alias: question.short for question in findings.questions}
    steps = _STEPS.of(words)
    if len(runs) <= steps:
        yield Path(_steps(runs, begun, names, words, with_day=with_day))
        return
    half = steps // 2
    yield Path(_steps(runs[:half], begun[:half], names, words, with_day=with_day))
    yield Paragraph(words.count("… {number} more visit …", "… {number} more visits …", len(runs) - steps))
    yield Path(_steps(runs[-half:], begun[-half:], names, words, with_day=with_day))


def _steps(
    runs: Sequence[Run],
    begun: Sequence[datetime | None],
    names: Mapping[str, str],
    words: Words,
    *,
    with_day: bool,
) -> tuple[Step, ...]:
    """A clock time where the minute is new, its day where that is; the events from two on, a time from a minute."""
    steps = list[Step]()
    before = day = ""
    for run, start in zip(runs, begun, strict=True):
        clock = "" if start is None else words.clock(start)
        at = "" if clock == before else clock
        if start is not None and with_day and (today := words.day(start)) != day:
            at, day = f"{today} {clock}", today
        detail = f" ×{words.number(run.events)}" if run.events > 1 else ""
        if run.seconds is not None and run.seconds >= _TOLD_SECONDS:
            detail = f"{detail}, {words.duration(run.seconds)}"
        steps.append(Step(at, names[run.question], detail))
        before = clock
    return tuple(steps)


def _begun(runs: Sequence[Run], gap_minutes: float) -> list[datetime | None]:
    """When each visit began: at the event before it, from where its time counts, or after a long gap at its first."""
    begun, before = [], None
    gap = timedelta.max if math.isinf(gap_minutes) else timedelta(minutes=gap_minutes)
    for run in runs:
        counted = before is not None and run.first_at is not None and run.first_at - before <= gap
        begun.append(before if counted else run.first_at)
        before = run.last_at or before
    return begun


def rhythm_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """Intervals, pauses and the end of the window, as far as they can be measured."""
    terms = tuple(_terms(findings, words))
    if terms:
        yield Terms(terms)


def _terms(findings: Findings, words: Words) -> Iterator[Term]:
    rhythm, late, settings = findings.rhythm, findings.late, findings.settings
    if rhythm.median_seconds is not None:
        yield Term(
            words.text("Between events"),
            words.text(
                "median {median}; the middle half {range}",
                median=words.duration(rhythm.median_seconds),
                range=words.between(words.duration(rhythm.q1_seconds), words.duration(rhythm.q3_seconds)),
            ),
        )
    if rhythm.submission_intervals:
        yield Term(
            words.text("Between submissions on one question"),
            words.text(
                "median {median}; {quick} of {all} under {limit}\u00a0s",
                median=words.duration(rhythm.median_submission_interval_seconds),
                quick=words.number(rhythm.quick_resubmissions),
                all=words.number(rhythm.submission_intervals),
                limit=words.number(settings.quick_resubmission_seconds),
            ),
        )
    yield from _compiling(findings, words)
    if findings.key_figures.window_seconds and findings.log_kind != "visits":
        yield Term(words.text("Pauses"), _pauses(findings, words))
    if late is not None:
        yield Term(
            words.text("The last {share} of the time", share=words.percent(settings.late_share_of_window)),
            _late(late, findings, words),
        )


def compiling_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """What of the rhythm says something of a course too."""
    if terms := tuple(_compiling(findings, words)):
        yield Terms(terms)


def _compiling(findings: Findings, words: Words) -> Iterator[Term]:
    if findings.compiling is not None and findings.compiling.pairs:
        yield Term(words.text("Error quotient"), _error_quotient(findings.compiling, words))


def _error_quotient(compiling: Compiling, words: Words) -> str:
    if not compiling.failed_pairs:
        return words.text("0: no two compilations in a row failed")
    return words.count(
        "{range}: both failed in {failed} of {number} pair of compilations in a row",
        "{range}: both failed in {failed} of {number} pairs of compilations in a row",
        compiling.pairs,
        range=words.between(
            words.number(compiling.error_quotient_low or 0), words.number(compiling.error_quotient_high or 0)
        ),
        failed=words.number(compiling.failed_pairs),
    )


def _pauses(findings: Findings, words: Words) -> str:
    longest = sorted(findings.rhythm.pauses, key=lambda pause: -pause.seconds)
    summary = _how_many(findings, words)
    if not longest:
        return summary
    one_day = words.one_day(findings.key_figures.first_at, findings.key_figures.last_at)
    names = _names(findings)
    told = words.text("; ").join(_pause(pause, names, words, one_day) for pause in longest[:_TOLD_PAUSES])
    if len(longest) > _TOLD_PAUSES:
        return words.text("{summary}. The longest: {told}", summary=summary, told=told)
    return words.text("{summary}: {told}", summary=summary, told=told)


def _how_many(findings: Findings, words: Words) -> str:
    rhythm, settings = findings.rhythm, findings.settings
    least, most = words.number(settings.pause_minutes), words.number(settings.long_pause_minutes)
    if not rhythm.pauses:
        return words.text("none of {least}\u00a0min or more", least=least)
    between = words.between(least, most)
    if not rhythm.long_pauses:
        return words.count(
            "{number} of {range}\u00a0min, none longer",
            "{number} of {range}\u00a0min, none longer",
            rhythm.medium_pauses,
            range=between,
        )
    longer = words.count(
        "{number} over {most}\u00a0min", "{number} over {most}\u00a0min", rhythm.long_pauses, most=most
    )
    if not rhythm.medium_pauses:
        return longer
    shorter = words.count(
        "{number} of {range}\u00a0min", "{number} of {range}\u00a0min", rhythm.medium_pauses, range=between
    )
    return words.text("{shorter}, {longer}", shorter=shorter, longer=longer)


def _pause(pause: Pause, names: Mapping[str, str], words: Words, one_day: bool) -> str:
    return words.text(
        "{length} from {start}, then {question}",
        start=words.moment(pause.start_at, with_day=not one_day),
        length=words.duration(pause.seconds),
        question=names[pause.question_after],
    )


def _late(late: LateShare, findings: Findings, words: Words) -> str:
    one_day = words.one_day(findings.key_figures.first_at, findings.key_figures.last_at)
    events = words.text(
        "{share} of the events, from {start} on",
        share=words.percent(late.share),
        start=words.moment(late.from_at, with_day=not one_day),
    )
    if not late.first_touched:
        return events
    return words.text(
        "{events}; first opened there: {questions}",
        events=events,
        questions=", ".join(_names(findings)[alias] for alias in late.first_touched),
    )


def _names(findings: Findings) -> dict[str, str]:
    """What people call each question, by its alias."""
    return {question.alias: question.label for question in findings.questions}


def event_order_lines(aliases: Sequence[str]) -> tuple[str, ...]:
    """`Event Order: Q6 -> Q6 ->`, `Q2`: the one line, broken after an arrow wherever the page is full."""
    text = f"Event Order: {' -> '.join(aliases)}".rstrip()
    lines, start = [], 0
    while len(text) - start > _PRINTED_CHARACTERS:
        end = text.rindex("> ", start, start + _PRINTED_CHARACTERS + 1) + 1
        lines.append(text[start:end])
        start = end + 1
    return (*lines, text[start:])
