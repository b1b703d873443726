"""The measures of praise: each looks at one student's evidence and says what it sees, or nothing.

Praise is about the student's own work and says what was done. No question is praised that a suggestion names.
"""

from collections.abc import Callable, Iterable, Sequence

from feedback.analysis.findings import Mark, ScoreProgress
from feedback.analysis.insights.evidence import Evidence
from feedback.analysis.insights.observation import Observation
from feedback.analysis.insights.result_measures import SEVERAL_QUESTIONS
from feedback.analysis.scores import FULL_SCORE
from feedback.analysis.times import SECOND, instant, microseconds
from feedback.phrasing.i18n import N_
from feedback.phrasing.numbers import as_score, differ, duration, number, percent, score

# A rise smaller than this is too little to be praised for.
WORTH_A_WORD = 0.2


def _named(aliases: Iterable[str], evidence: Evidence) -> Observation:
    """The observation whose value is how many questions these are, without those that a suggestion names."""
    kept = tuple(alias for alias in aliases if alias not in evidence.reproached)
    words = {"questions": evidence.names(kept)}
    return Observation(len(kept), kept, len(kept), words, 0, evidence.minutes(kept))


def all_full(evidence: Evidence) -> Observation | None:
    """Whether nothing was lost: how many questions had the full score."""
    if not evidence.scored or not evidence.done or evidence.reproached or len(evidence.questions) < SEVERAL_QUESTIONS:
        return None
    return _named(evidence.aliases, evidence)


def improved_on_return(evidence: Evidence) -> Observation:
    """Questions whose best score so far was raised in a visit that followed a long enough time away."""
    away = microseconds(evidence.settings.return_minutes)
    best, left = dict[int, float](), dict[int, int]()
    improved = set[int]()
    # Without scores none can have risen.
    for visit in evidence.log.runs if evidence.progress else ():
        marks = [evidence.marks[i] for i in visit]
        question = marks[0].question
        instants = [at for i in visit if (at := evidence.instants[i]) is not None]
        scores = [mark.score for mark in marks if mark.score is not None]
        returned = question in left and instants and instants[0] - left[question] >= away
        if returned and question in best and max(scores, default=0) >= best[question] + WORTH_A_WORD:
            improved.add(question)
        if scores:
            best[question] = max(*scores, best.get(question, 0))
        if instants:
            left[question] = instants[-1]
    return _named([evidence.aliases[question - 1] for question in sorted(improved)], evidence)


def raised_to_full(evidence: Evidence) -> Observation:
    """Questions that went from less to the full score."""
    raised = {alias: each for alias, each in evidence.progress.items() if each.first < FULL_SCORE <= each.best}
    return _with_a_rise(raised, lambda each: each.attempts_to_best, evidence)


def risen(evidence: Evidence) -> Observation:
    """Questions that went well up, to half of the points or more, short of the full score."""
    up = {
        alias: each
        for alias, each in evidence.progress.items()
        if each.best - each.first >= WORTH_A_WORD and evidence.settings.weak_score <= each.best < FULL_SCORE
    }
    return _with_a_rise(up, lambda each: each.best - each.first, evidence)


def _with_a_rise(
    progress: dict[str, ScoreProgress], weight: Callable[[ScoreProgress], float], evidence: Evidence
) -> Observation:
    """How many questions these are, and on one of them from what the score rose to what, in how many tries."""
    observation = _named(progress, evidence)
    if not observation.questions:
        return observation
    first = max(observation.questions, key=lambda alias: weight(progress[alias]))
    rise = progress[first]
    if not differ(rise.first, rise.best, as_score):
        return observation._replace(value=0)
    words = {
        "first": evidence.name(first),
        "start": score(rise.first, evidence.say),
        "best": score(rise.best, evidence.say),
        "attempts": number(rise.attempts_to_best, evidence.say),
    }
    return observation._replace(words={**observation.words, **words})


def right_first(evidence: Evidence) -> Observation:
    """Questions with the full score at the first try."""
    right = [alias for alias, progress in evidence.progress.items() if progress.first >= FULL_SCORE]
    return _named(right, evidence)


def opened_all_early(evidence: Evidence) -> Observation | None:
    """How much of the time was left when every question had been opened, where work followed."""
    span = evidence.log.span
    firsts = [question.first_at for question in evidence.questions]
    if len(firsts) < SEVERAL_QUESTIONS or span is None or not evidence.shows_timing or not evidence.span_seconds:
        return None
    opened = [instant(at) for at in firsts if at is not None]
    if len(opened) < len(firsts) or len(evidence.slots) > len({q.group or q.unit for q in evidence.questions}):
        return None
    taken = (max(opened) - span[0]) / SECOND
    if taken <= 0:  # an entry before the time given for the exam, of which "in the first minutes" says nothing
        return None
    share = taken / evidence.span_seconds
    words = {"time": duration(taken, evidence.say), "n": number(len(firsts), evidence.say)}
    return Observation(1 - share, (), len(firsts), words, 0, taken / 60)


def finished_early(evidence: Evidence) -> Observation | None:
    """How much of the time was left once every question had its goal: the full score, or a submission."""
    span = evidence.log.span
    if len(evidence.questions) < SEVERAL_QUESTIONS or not evidence.shows_timing or span is None:
        return None
    if not evidence.done or evidence.reproached:
        return None
    reached = [
        goal_reached([evidence.marks[i] for i in positions], scored=evidence.scored)
        for positions in evidence.of_question.values()
    ]
    if None in reached:
        return None
    left = (evidence.log.timed[-1] - max(at for at in reached if at is not None)) / SECOND
    goal = N_("the full score") if evidence.scored else N_("a submission")
    words = {
        "count": number(len(reached), evidence.say),
        "goal": evidence.say.gettext(goal),
        "time": duration(left, evidence.say),
    }
    return Observation(left / evidence.span_seconds, tuple(evidence.aliases), 1, words)


def goal_reached(marks: Sequence[Mark], *, scored: bool) -> int | None:
    """When a question of these marks had the full score, or a submission where there are no scores; None if never."""
    for mark in marks:
        if mark.kind == "submission" and (not scored or (mark.score is not None and mark.score >= FULL_SCORE)):
            return None if mark.at is None else instant(mark.at)
    return None


def steady(evidence: Evidence) -> Observation | None:
    """The share of the time in intervals shorter than a pause, in a log whose saves show work going on."""
    window = evidence.figures.window_seconds
    if not window or not evidence.figures.saves or not evidence.shows_timing:
        return None
    limit = microseconds(evidence.settings.pause_minutes)
    short = sum(gap for gap in evidence.log.gaps if gap is not None and gap < limit)
    share = short / SECOND / window
    words = {"share": percent(share, evidence.say), "pause": number(evidence.settings.pause_minutes, evidence.say)}
    return Observation(share, words=words)


def all_submitted(evidence: Evidence) -> Observation | None:
    """How many questions were worked on, where every one was submitted and saves show that it need not be so."""
    if not evidence.figures.saves or any(question.attempts == 0 for question in evidence.questions):
        return None
    return Observation(len(evidence.questions), (), len(evidence.questions))


def mostly_submitted(evidence: Evidence) -> Observation | None:
    """The share of the questions worked on that were submitted, where saves show that it need not be so."""
    submitted = [question.alias for question in evidence.questions if question.attempts]
    n, count = len(submitted), len(evidence.questions)
    if n < 2 or n == count or not evidence.figures.saves or evidence.scored:
        return None
    return Observation(n / count, (), n, {"n": number(n, evidence.say), "count": number(count, evidence.say)})
