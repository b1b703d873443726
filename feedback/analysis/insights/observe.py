"""The measures of the suggestions: each looks at one student's evidence and says what it sees, or nothing."""

from collections.abc import Sequence

from feedback.analysis.findings import ScoreProgress
from feedback.analysis.insights.evidence import Evidence
from feedback.analysis.insights.observation import Observation
from feedback.analysis.scores import FULL_SCORE
from feedback.analysis.times import SECOND
from feedback.phrasing.i18n import N_, Speech
from feedback.phrasing.numbers import duration, number, percent, score
from feedback.phrasing.phrases import listed

SEVERAL_QUESTIONS = 3
_WORKED = N_("It worked in the end: attempt {attempts} on {question} reached the full score.")
_ROSE = N_("It paid off in the end: attempt {attempts} on {question} reached {best}.")


def named(aliases: Sequence[str], evidence: Evidence) -> Observation:
    """The observation whose value is how many questions these are."""
    return Observation(len(aliases), tuple(aliases), len(aliases), {"questions": listed(aliases, evidence.say)})


def saved_not_submitted(evidence: Evidence) -> Observation | None:
    """Questions saved and never submitted."""
    return named([question.alias for question in evidence.questions if question.saved_not_submitted], evidence)


def submissions_without_improvement(evidence: Evidence) -> Observation | None:
    """The longest run of scored submissions on one question that raised nothing."""
    longest = {
        alias: max(progress.runs_without_improvement, default=0) for alias, progress in evidence.progress.items()
    }
    enough = evidence.settings.submissions_without_improvement
    aliases = [alias for alias in longest if longest[alias] >= enough]
    if not aliases:
        return None
    first = max(aliases, key=longest.__getitem__)
    others = [alias for alias in aliases if alias != first]
    words = {"first": first, "longest": number(longest[first]), "others": listed(others, evidence.say)}
    asides = (_rise_after(evidence.progress[first], first, evidence.say), evidence.aside())
    return Observation(longest[first], tuple(aliases), len(aliases), words, " ".join(filter(None, asides)))


def _rise_after(progress: ScoreProgress, alias: str, say: Speech) -> str:
    """That the score rose after the longest run without a gain, where it did."""
    runs = progress.runs_without_improvement
    solved = progress.best >= FULL_SCORE
    followed = runs if solved or progress.attempts_to_best == len(progress.scores) else runs[:-1]
    if max(runs) not in followed:
        return ""
    text = _WORKED if solved else _ROSE
    attempts, best = number(progress.attempts_to_best), score(progress.best)
    return say.gettext(text).format(attempts=attempts, best=best, question=alias)


def quick_resubmissions(evidence: Evidence) -> Observation | None:
    """Submissions soon after the one before on the same question, until its full score."""
    limit = evidence.settings.quick_resubmission_seconds
    quick = {alias: _quick(evidence, alias, limit * SECOND) for alias in evidence.aliases}
    aliases = [alias for alias in evidence.aliases if quick[alias]]
    total = sum(quick.values())
    words = {"questions": listed(aliases, evidence.say), "quick": number(limit)}
    return Observation(total, tuple(aliases), total, words, evidence.aside(after_full_score=True))


def _quick(evidence: Evidence, alias: str, limit: float) -> int:
    count, before = 0, None
    for position in evidence.of_question[alias]:
        mark, at = evidence.marks[position], evidence.instants[position]
        if mark.kind != "submission" or at is None:
            continue
        count += before is not None and at - before < limit
        if mark.score is not None and mark.score >= FULL_SCORE:
            break
        before = at
    return count


def one_question(evidence: Evidence) -> Observation | None:
    """The question with the largest share of the active time."""
    shares = [question for question in evidence.questions if question.share_of_active_time is not None]
    if len(shares) < SEVERAL_QUESTIONS or not evidence.shows_work:
        return None
    most = max(shares, key=lambda question: question.seconds or 0)
    share, seconds = most.share_of_active_time or 0, most.seconds or 0
    words = {"questions": most.alias, "time": duration(seconds, evidence.say), "share": percent(share)}
    return Observation(share, (most.alias,), words=words)


def opened_late(evidence: Evidence) -> Observation | None:
    """Questions first touched in the last part of the window."""
    if evidence.late is None or len(evidence.questions) < SEVERAL_QUESTIONS or not evidence.shows_timing:
        return None
    aliases = evidence.late.first_touched
    late, last = set(aliases), evidence.figures.last_at
    first = min((q.first_at for q in evidence.questions if q.alias in late and q.first_at), default=None)
    if first is None or last is None:
        return None
    words = {
        "late": percent(evidence.settings.late_share_of_window),
        "time": duration((last - first).total_seconds(), evidence.say),
        "questions": listed(aliases, evidence.say),
    }
    return Observation(len(aliases), aliases, len(aliases), words)


def late_first_submission(evidence: Evidence) -> Observation | None:
    """How much of the window had gone by at the first submission."""
    times = [question.first_submission_at for question in evidence.questions if question.first_submission_at]
    start, window = evidence.figures.first_at, evidence.figures.window_seconds
    if not times or start is None or not window or not evidence.shows_timing:
        return None
    after = (min(times) - start).total_seconds()
    words = {"time": duration(after, evidence.say), "share": percent(after / window)}
    return Observation(after / window, words=words)


def score_dropped(evidence: Evidence) -> Observation | None:
    """The largest drop from a question's best score to its last."""
    drops = {alias: progress.best - progress.last for alias, progress in evidence.progress.items()}
    enough = evidence.settings.score_drop
    aliases = [alias for alias in evidence.aliases if drops.get(alias, 0) >= enough and drops.get(alias)]
    if not aliases:
        return None
    first = max(aliases, key=drops.__getitem__)
    progress = evidence.progress[first]
    words = {
        "questions": listed(aliases, evidence.say),
        "first": first,
        "best": score(progress.best),
        "last": score(progress.last),
    }
    return Observation(drops[first], tuple(aliases), len(aliases), words)


def long_pauses(evidence: Evidence) -> Observation | None:
    """Pauses over the longer limit, in a log whose saves show work going on."""
    pauses = [pause for pause in evidence.rhythm.pauses if pause.kind == "long_pause"]
    if not pauses or not evidence.figures.saves or not evidence.shows_timing:
        return None
    longest = max(pauses, key=lambda pause: pause.seconds)
    words = {
        "long_pause": number(evidence.settings.long_pause_minutes),
        "time": duration(longest.seconds, evidence.say),
        "questions": longest.question_after,
    }
    return Observation(len(pauses), (longest.question_after,), len(pauses), words)


def many_switches(evidence: Evidence) -> Observation | None:
    """Changes between questions, for each question."""
    count, switches = len(evidence.questions), len(evidence.visits) - 1
    if count < SEVERAL_QUESTIONS:
        return None
    words = {"count": number(count)}
    return Observation(switches / count, n=switches, words=words, aside=evidence.aside())


def busy_end(evidence: Evidence) -> Observation | None:
    """The share of the events in the last part of the window."""
    if evidence.late is None or not evidence.shows_timing:
        return None
    start = evidence.late.from_at
    events = sum(mark.at is not None and mark.at >= start for mark in evidence.marks)
    share = events / len(evidence.marks)
    words = {"share": percent(share), "late": percent(evidence.settings.late_share_of_window)}
    return Observation(share, n=events, words=words, aside=evidence.aside())
