"""The result, and the sentence on what mattered most: what a student's report opens with."""

from collections.abc import Iterator

from feedback.analysis.course import Course
from feedback.analysis.findings import Findings
from feedback.analysis.student.quality import SCORES_ELSEWHERE
from feedback.phrasing.numbers import plural
from feedback.rendering.blocks import AnyBlock, Lead, Paragraph, Quote, Result
from feedback.rendering.words import Words


def result_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """The first figure and the sentence; of a log without events the sentence alone."""
    if findings.key_figures.events and "score" not in findings.hide:
        yield _result(findings, words)
    if findings.headline and "headline" not in findings.hide:
        yield Lead(words.legible(findings.headline))
    unused = next((note for note in findings.data_notes if note.code == SCORES_ELSEWHERE), None)
    if unused is not None and not findings.key_figures.submissions:
        # All the scores there are, and none of them counts: that is no note for the end.
        yield Paragraph(words.legible(unused.text))


def message_blocks(findings: Findings, words: Words) -> Iterator[AnyBlock]:
    """What the teacher says to everybody, and to this student."""
    if findings.remark:
        yield Quote(words.text("To you"), _lines(findings.remark, words))
    if findings.exam.message:
        yield Quote(words.text("To everybody"), _lines(findings.exam.message, words))


def _lines(text: str, words: Words) -> tuple[str, ...]:
    return tuple(words.legible(line) for line in text.splitlines() if line.strip())


def _result(findings: Findings, words: Words) -> Result:
    figures = findings.key_figures
    details = [*_complete(findings, words), *_time(findings, words)]
    if figures.score_possible is None or figures.score_earned is None:
        if not figures.submissions:
            worked = words.count("question worked on", "questions worked on", figures.questions)
            if findings.only_opened:
                worked = words.count("question opened", "questions opened", figures.questions)
            return Result(words.number(figures.questions), worked, " · ".join(details))
        submitted = words.number(figures.questions_submitted)
        rest = words.count("of {number} question submitted", "of {number} questions submitted", figures.questions)
        return Result(submitted, rest, " · ".join(details))
    counts = words.text("best scores count here; your course may count differently")
    if findings.exam.counts == "last":
        counts = words.text("last scores count here; your course may count differently")
    earned = words.score(figures.score_earned, figures.score_possible)
    most = figures.score_possible
    possible = words.count("of {possible} point", "of {possible} points", plural(most), possible=words.number(most))
    return Result(earned, possible, " · ".join([*details, counts]), scored=True)


def _complete(findings: Findings, words: Words) -> Iterator[str]:
    figures = findings.key_figures
    if figures.questions_solved is not None:
        yield words.text(
            "{solved} of {questions} complete",
            solved=words.number(figures.questions_solved),
            questions=words.count("{number} question", "{number} questions", figures.questions),
        )
    elif figures.submissions:
        yield words.count("{number} submission", "{number} submissions", figures.attempts)
    if figures.saves:
        yield words.count("{number} save", "{number} saves", figures.saves)


def _time(findings: Findings, words: Words) -> Iterator[str]:
    figures, window = findings.key_figures, findings.window
    if findings.course is not None:
        yield from _days(findings, findings.course, words)
        return
    if not figures.window_minutes:
        return
    if figures.sittings is not None and figures.sittings > 1 and figures.sitting_seconds is not None:
        yield words.text(
            "{sittings}, {time} in all",
            sittings=words.count("{number} sitting", "{number} sittings", figures.sittings),
            time=words.duration(figures.sitting_seconds),
        )
        return
    time = words.duration(60 * figures.window_minutes)
    if window is not None and window.used:
        given = words.duration((window.ends_at - window.starts_at).total_seconds())
        yield words.text("{time} of {given}", time=time, given=given)
    else:
        yield time


def _days(findings: Findings, course: Course, words: Words) -> Iterator[str]:
    """On how many days, and in how many sittings of what length together; a course is not as long as its calendar."""
    yield words.count("on {number} day", "on {number} days", len(course.days))
    sittings = words.count("{number} sitting", "{number} sittings", len(findings.sittings))
    seconds = findings.key_figures.sitting_seconds or 0
    if seconds < 60:
        yield sittings
    else:
        yield words.text("{sittings}, {time} in all", sittings=sittings, time=words.duration(seconds))
