"""The measures of suggestions about the result: each looks at one student's evidence, or says nothing."""

from collections.abc import Sequence

from feedback.analysis.findings import Question, Slot
from feedback.analysis.insights.evidence import Evidence
from feedback.analysis.insights.observation import Observation
from feedback.analysis.scores import LEAST
from feedback.analysis.times import SECOND
from feedback.phrasing.i18n import N_
from feedback.phrasing.numbers import as_score, differ, duration, exceeds, number, percent, score
from feedback.phrasing.phrases import listed, shortened

SEVERAL_QUESTIONS = 3
REDO_WITH_SOLUTION = N_("Redo {question} with its solution: {url}")
REDO = N_("Redo {question} on your own, without the clock; then look at a solution.")
REDO_IN_COURSE = N_("Redo {question} on your own; then look at a solution.")
# A suggestion begins with its step: the questions are named only after it.
OPEN_ONE = N_("Open a question that you have not opened yet, and do its first step. A start makes the rest easier.")
ASK_WHICH = N_("Find out which submission counts, and keep your best version before a larger change.")
LAST_COUNTS = N_("The last submission counts here: keep your best version, and hand it in at the end.")


def score_dropped(evidence: Evidence) -> Observation | None:
    """Questions whose last score is below their best, unless the best counts."""
    if not evidence.scored or evidence.exam.exam.counts == "best":
        return None
    enough = evidence.settings.score_drop
    drops = {
        question.alias: progress.best - progress.last
        for question in evidence.questions
        if (progress := question.progress)
        and progress.best - progress.last >= enough
        and exceeds(progress.best, progress.last)
        and differ(progress.best, progress.last, as_score)
    }
    if not drops:
        return None
    first = max(drops, key=drops.__getitem__)
    best_last = evidence.of_alias[first].progress
    assert best_last is not None  # noqa: S101 - a drop has both
    words = {
        "questions": evidence.names(drops),
        "first": evidence.name(first),
        "best": score(best_last.best, evidence.say),
        "last": score(best_last.last, evidence.say),
    }
    points = sum(drop * (evidence.of_alias[alias].points or 0) for alias, drop in drops.items())
    step = evidence.say.gettext(LAST_COUNTS if evidence.exam.by_last else ASK_WHICH)
    return Observation(drops[first], tuple(drops), len(drops), words, points, evidence.minutes(drops), step)


def points_lost(evidence: Evidence) -> Observation | None:
    """The question that cost the most points, of those the student worked on."""
    if not evidence.lost:
        return None
    # Of several that cost the same, the one that most was tried on.
    alias = max(evidence.lost, key=lambda each: (round(evidence.lost[each], 6), evidence.of_alias[each].seconds or 0))
    question, lost = evidence.of_alias[alias], evidence.lost[alias]
    total = sum(slot.lost for slot in evidence.slots)
    solution = question.solution_url or evidence.exam.exam.solutions_url
    redo = REDO if evidence.is_exam else REDO_IN_COURSE
    step = evidence.say.gettext(REDO_WITH_SOLUTION if solution else redo)
    words = {
        "question": evidence.name(alias),
        "lost": number(lost, evidence.say),
        "total": number(total, evidence.say),
        "share": percent(lost / total, evidence.say),
    }
    return Observation(
        lost / (question.points or 1),
        (alias,),
        len([slot for slot in evidence.slots if slot.lost > LEAST]),
        words,
        lost,
        evidence.minutes([alias]),
        step.format(question=evidence.name(alias), url=solution),
    )


def not_opened(evidence: Evidence) -> Observation | None:
    """Questions of the exam that the log does not hold, where the sender named them."""
    untouched = [slot for slot in evidence.slots if not slot.aliases and slot.points and not slot.optional]
    if not untouched or not evidence.scored:
        return None
    names = [shortened(slot.name) for slot in untouched]
    points = sum(slot.lost for slot in untouched)
    words = {"questions": listed(names, evidence.say), "points": number(points, evidence.say)}
    # Of very many, as a contest has them, nobody opens every one.
    many = 2 * len(untouched) > len(evidence.slots)
    step = "" if evidence.is_exam and not many else evidence.say.gettext(OPEN_ONE)
    return Observation(len(untouched), (), len(untouched), words, points, 0, step)


def much_time_low_score(evidence: Evidence) -> Observation | None:
    """The question with the most time of those with a low score, where it is long and more than its share."""
    spent = evidence.figures.seconds
    if not spent or len(evidence.questions) < SEVERAL_QUESTIONS:
        return None
    fair, least = spent / len(evidence.questions), evidence.settings.long_stay_minutes * 60
    long = [q for q in low(evidence) if (q.seconds or 0) >= max(fair, least)]
    if not long:
        return None
    most = max(long, key=lambda question: question.seconds or 0)
    words = {
        "question": evidence.name(most.alias),
        "time": evidence.time(most.minutes),
        "score": score(best_share(most), evidence.say),
        "limit": duration(_limit(fair), evidence.say),
    }
    stake = evidence.lost[most.alias]
    return Observation((most.seconds or 0) / 60, (most.alias,), 1, words, stake, evidence.minutes([most.alias]))


def little_time_low_score(evidence: Evidence) -> Observation | None:
    """The question that cost the most, where it got next to no time although there was time."""
    spent, losing = evidence.figures.seconds, low(evidence)
    if not spent or not losing or len(evidence.questions) < SEVERAL_QUESTIONS:
        return None
    weakest = max(losing, key=lambda question: evidence.lost[question.alias])
    seconds = weakest.seconds
    if seconds is None or seconds > spent / len(evidence.questions) / 3 or spent < 60 * 15:
        return None
    words = {
        "question": evidence.name(weakest.alias),
        "time": evidence.time(weakest.minutes),
        "all": evidence.time(evidence.figures.minutes),
        "score": score(best_share(weakest), evidence.say),
    }
    short = evidence.settings.short_stay_minutes
    value = 1.0 if seconds <= short * 60 else 0.0
    return Observation(value, (weakest.alias,), 1, words, evidence.lost[weakest.alias], seconds / 60)


def last_gain(evidence: Evidence) -> Observation | None:
    """The share of the time after the last rise of a best score, while points were left and work went on."""
    if not evidence.scored or not evidence.shows_timing or not evidence.lost or not evidence.span_seconds:
        return None
    rises = _rises(evidence)
    last = evidence.log.timed[-1]
    if not rises or not any(at > rises[-1] for at in _tries(evidence)):
        return None
    after = (last - rises[-1]) / SECOND
    words = {
        "time": duration(after, evidence.say),
        "share": percent(after / evidence.span_seconds, evidence.say),
    }
    return Observation(after / evidence.span_seconds, (), 1, words, 0, after / 60)


def submissions_without_improvement(evidence: Evidence) -> Observation | None:
    """The longest run of scored tries on one question that raised nothing, where points are left on it."""
    longest = {
        alias: max(progress.runs_without_improvement, default=0)
        for alias, progress in evidence.progress.items()
        if alias in evidence.lost
    }
    enough = evidence.settings.submissions_without_improvement
    aliases = [alias for alias in longest if longest[alias] >= enough]
    if not aliases:
        return None
    first = max(aliases, key=longest.__getitem__)
    others = [alias for alias in aliases if alias != first]
    words = {
        "first": evidence.name(first),
        "longest": number(longest[first], evidence.say),
        "others": evidence.names(others),
        "score": score(evidence.progress[first].best, evidence.say),
    }
    stake = evidence.lost[first]
    return Observation(longest[first], tuple(aliases), len(aliases), words, stake, evidence.minutes([first]))


def low(evidence: Evidence) -> list[Question]:
    """The questions with less than `weak_score`, of those that cost points."""
    weak = evidence.settings.weak_score
    return [q for q in evidence.questions if q.alias in evidence.lost and best_share(q) < weak]


def best_share(question: Question) -> float:
    """The best score of a question, 0 without a scored submission."""
    return question.progress.best if question.progress else 0.0


def _limit(fair: float) -> float:
    """A round time to leave a question after: its fair share and a quarter, in steps of five minutes."""
    return max(round(fair * 1.25 / 300), 1) * 300


def _tries(evidence: Evidence) -> list[int]:
    return [
        at
        for mark, at in zip(evidence.marks, evidence.instants, strict=True)
        if mark.kind == "submission" and not mark.look and at is not None
    ]


def _rises(evidence: Evidence) -> list[int]:
    """When the best score of a question rose, the first score above 0 included."""
    best = dict[int, float]()
    rises = []
    for mark, at in zip(evidence.marks, evidence.instants, strict=True):
        if mark.score is None:
            continue
        if exceeds(mark.score, best.get(mark.question, 0.0)):
            best[mark.question] = mark.score
            if at is not None:
                rises.append(at)
    return rises


def weakest(slots: Sequence[Slot]) -> list[Slot]:
    """The slots that cost the most points; several where they cost the same."""
    most = max((slot.lost for slot in slots), default=0.0)
    return [slot for slot in slots if most > LEAST and not exceeds(most, slot.lost)]
