"""The measures of praise: each looks at one student's evidence and says what it sees, or nothing."""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise

from feedback.analysis.findings import Mark, ScoreProgress
from feedback.analysis.insights.evidence import Evidence
from feedback.analysis.insights.observation import Observation
from feedback.analysis.insights.observe import SEVERAL_QUESTIONS, named
from feedback.analysis.scores import FULL_SCORE
from feedback.analysis.times import SECOND, microseconds
from feedback.phrasing.i18n import N_
from feedback.phrasing.numbers import duration, number, percent, score


def improved_on_return(evidence: Evidence) -> Observation:
    """Questions whose best score so far was raised in a visit that followed a long enough time away."""
    away = microseconds(evidence.settings.return_minutes)
    best, left = dict[int, float](), dict[int, int]()
    improved = set[int]()
    # Without scores none can have risen.
    for visit in evidence.visits if evidence.progress else ():
        marks = [evidence.marks[i] for i in visit]
        question = marks[0].question
        instants = [at for i in visit if (at := evidence.instants[i]) is not None]
        scores = [mark.score for mark in marks if mark.score is not None]
        returned = question in left and instants and instants[0] - left[question] >= away
        if returned and question in best and max(scores, default=0) > best[question]:
            improved.add(question)
        if scores:
            best[question] = max(*scores, best.get(question, 0))
        if instants:
            left[question] = instants[-1]
    return named([evidence.aliases[question - 1] for question in sorted(improved)], evidence)


def raised_to_full(evidence: Evidence) -> Observation:
    """Questions that went from less to the full score."""
    raised = {alias: each for alias, each in evidence.progress.items() if each.first < FULL_SCORE <= each.best}
    return _with_a_rise(raised, max(raised, key=lambda alias: raised[alias].attempts_to_best, default=""), evidence)


def risen(evidence: Evidence) -> Observation:
    """Questions that went up, short of the full score."""
    up = {alias: each for alias, each in evidence.progress.items() if each.first < each.best < FULL_SCORE}
    return _with_a_rise(up, max(up, key=lambda alias: up[alias].best - up[alias].first, default=""), evidence)


def _with_a_rise(progress: Mapping[str, ScoreProgress], first: str, evidence: Evidence) -> Observation:
    """How many questions these are, and on `first` from what the score rose to what, and in how many attempts."""
    observation = named(tuple(progress), evidence)
    if not progress:
        return observation
    rise = progress[first]
    words = {
        "first": first,
        "start": score(rise.first),
        "best": score(rise.best),
        "attempts": number(rise.attempts_to_best),
    }
    return observation._replace(words={**observation.words, **words}, aside=evidence.aside())


def right_first(evidence: Evidence) -> Observation:
    """Questions with the full score at the first submission."""
    return named([alias for alias, progress in evidence.progress.items() if progress.first >= FULL_SCORE], evidence)


def finished_early(evidence: Evidence) -> Observation | None:
    """How much of the window was left once every question had its goal: the full score, or a submission."""
    window, last = evidence.figures.window_seconds, evidence.figures.last_at
    if len(evidence.questions) < SEVERAL_QUESTIONS or not evidence.shows_timing or not window or last is None:
        return None
    reached = [
        _goal_reached([evidence.marks[i] for i in positions], bool(evidence.progress))
        for positions in evidence.of_question.values()
    ]
    times = [at for at in reached if at is not None]
    if len(times) < len(reached):
        return None
    left = (last - max(times)).total_seconds()
    goal = N_("the full score") if evidence.progress else N_("a submission")
    words = {
        "count": number(len(reached)),
        "goal": evidence.say.gettext(goal),
        "share": percent(left / window),
        "time": duration(left, evidence.say),
    }
    return Observation(left / window, tuple(evidence.aliases), words=words)


def _goal_reached(marks: list[Mark], scored: bool) -> datetime | None:
    for mark in marks:
        if mark.kind == "submission" and (not scored or (mark.score is not None and mark.score >= FULL_SCORE)):
            return mark.at
    return None


def steady(evidence: Evidence) -> Observation | None:
    """The share of the window in intervals shorter than a pause, in a log whose saves show work going on."""
    window = evidence.figures.window_seconds
    if not window or not evidence.figures.saves or not evidence.shows_timing:
        return None
    limit = microseconds(evidence.settings.pause_minutes)
    instants = [at for at in evidence.instants if at is not None]
    short = sum(gap for earlier, later in pairwise(instants) if (gap := later - earlier) < limit)
    share = short / SECOND / window
    words = {"share": percent(share), "pause": number(evidence.settings.pause_minutes)}
    return Observation(share, words=words)


def all_submitted(evidence: Evidence) -> Observation | None:
    """How many questions were worked on, where every one was submitted and saves show that it need not be so."""
    if not evidence.figures.saves or any(question.submissions == 0 for question in evidence.questions):
        return None
    return named(evidence.aliases, evidence)


def mostly_submitted(evidence: Evidence) -> Observation | None:
    """The share of the questions worked on that were submitted, where these are several."""
    submitted = [question.alias for question in evidence.questions if question.submissions]
    if len(submitted) < 2:
        return None
    n, count = len(submitted), len(evidence.questions)
    text = N_("every one of the {count} questions") if n == count else N_("{n} of the {count} questions")
    words = {"submitted": evidence.say.gettext(text).format(n=number(n), count=number(count))}
    return Observation(n / count, tuple(submitted), n, words)
